// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Screens for tests, without a computer: they record what is done on them, and turn a shade darker with every action.
 * Safe for use by many threads.
 */
public final class ScriptedScreen implements Environment.Source {
    private static final int WIDTH = 320;
    private static final int HEIGHT = 200;
    private static final int WHITE = 255;

    private final Map<Predicate<Action>, Set<Risk>> risky = new ConcurrentHashMap<>();
    private final List<Predicate<Action>> broken = new CopyOnWriteArrayList<>();
    private final List<Action> performed = new CopyOnWriteArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();

    /** Says of these actions that they have these risks. */
    public ScriptedScreen risking(Predicate<Action> which, Risk first, Risk... more) {
        risky.put(which, EnumSet.of(first, more));
        return this;
    }

    /** Fails to do these actions. */
    public ScriptedScreen failing(Predicate<Action> which) {
        broken.add(which);
        return this;
    }

    /** What was done, in order, on all screens. */
    public List<Action> performed() {
        return List.copyOf(performed);
    }

    /** How many screens were opened. */
    public int opened() {
        return opened.get();
    }

    /** How many of them have not been closed. */
    public int stillOpen() {
        return open.get();
    }

    @Override
    public Environment open() {
        opened.incrementAndGet();
        open.incrementAndGet();
        return new Screen();
    }

    private final class Screen implements Environment {
        private final AtomicInteger done = new AtomicInteger();
        private boolean closed;

        @Override
        public Scene scene(Action action) {
            var risks = EnumSet.noneOf(Risk.class);
            risky.forEach((which, its) -> {
                if (which.test(action)) {
                    risks.addAll(its);
                }
            });
            return Scene.of("screen:scripted", "A scripted screen", "", risks);
        }

        @Override
        public void perform(Action action, Scene judged) {
            if (broken.stream().anyMatch(which -> which.test(action))) {
                throw new IllegalStateException("the script fails " + action);
            }
            performed.add(action);
            done.incrementAndGet();
        }

        @Override
        public Screenshot screenshot() {
            return Screenshot.png(PlainPng.of(WIDTH, HEIGHT, WHITE - done.get()));
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                open.decrementAndGet();
            }
        }
    }
}
