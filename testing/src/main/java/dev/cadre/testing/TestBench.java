// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.pool.PoolLoad;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** What one test was given, and what must be gone when it ends. Belongs to the thread of the test. */
final class TestBench {
    private static final long GLANCE_MILLIS = 10;

    private final boolean alone;
    private final Duration grace;
    private final Set<Long> threadsBefore;
    private final Map<Class<?>, Object> parts = new LinkedHashMap<>();

    /**
     * @param alone whether no other test runs at the same time
     * @param grace the time in which what is about to end must have ended
     */
    TestBench(boolean alone, Duration grace) {
        this.alone = alone;
        this.grace = grace;
        threadsBefore = alone ? VirtualThreads.live().keySet() : Set.of();
    }

    static boolean offers(Class<?> type) {
        return Set.<Class<?>>of(
                        ScriptedModel.class,
                        TestClock.class,
                        Gate.class,
                        EventLog.class,
                        Cassette.class,
                        BudgetGuard.class,
                        TestSeed.class,
                        RandomGenerator.class)
                .contains(type);
    }

    Object part(Class<?> type) {
        if (type == ScriptedModel.class) {
            return part(type, ScriptedModel::new);
        } else if (type == TestClock.class) {
            return part(type, TestClock::new);
        } else if (type == Gate.class) {
            return part(type, Gate::new);
        } else if (type == EventLog.class) {
            return part(type, EventLog::new);
        } else if (type == TestSeed.class) {
            return part(type, TestBench::seed);
        } else if (type == RandomGenerator.class) {
            TestSeed seed = (TestSeed) part(TestSeed.class);
            return part(type, () -> new Random(seed.number()));
        }
        throw new IllegalArgumentException("nothing is known of " + type);
    }

    Object part(Class<?> type, Supplier<?> maker) {
        Object known = parts.get(type);
        if (known == null) {
            known = maker.get();
            parts.put(type, known);
        }
        return known;
    }

    private static TestSeed seed() {
        String set = System.getProperty(CadreExtension.SEED_PROPERTY);
        return new TestSeed(
                set == null ? ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE) : Long.parseLong(set));
    }

    private <T> Optional<T> given(Class<T> type) {
        return Optional.ofNullable(parts.get(type)).map(type::cast);
    }

    /** Closes what the test was given; what the test left behind, if anything, is the failure. */
    Optional<AssertionError> clear() {
        var all = new ArrayList<>(afterGrace(this::leftOvers));
        given(Cassette.class).ifPresent(cassette -> {
            cassette.misses().forEach(miss -> all.add("a call without a recording: " + miss));
            cassette.close();
        });
        given(BudgetGuard.class).ifPresent(BudgetGuard::close);
        all.addAll(afterGrace(this::newThreads));
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(new AssertionError("the test left behind\n  " + String.join("\n  ", all)));
    }

    private List<String> afterGrace(Supplier<List<String>> finding) {
        long patienceEnds = System.nanoTime() + grace.toNanos();
        List<String> left = finding.get();
        while (!left.isEmpty() && System.nanoTime() < patienceEnds && glance()) {
            left = finding.get();
        }
        return left;
    }

    private List<String> leftOvers() {
        var left = new ArrayList<String>();
        given(ScriptedModel.class)
                .ifPresent(model -> model.made().forEach(pool -> {
                    PoolLoad load = pool.load();
                    if (load.inFlight() > 0 || load.waiting() > 0) {
                        left.add("%d calls in flight and %d waiting in the pool of %s"
                                .formatted(load.inFlight(), load.waiting(), pool.model()));
                    }
                }));
        given(BudgetGuard.class).ifPresent(guard -> {
            var state = guard.state();
            if (!state.outstanding().equals(Money.ZERO) || !state.setAside().equals(Money.ZERO)) {
                left.add("%s reserved and %s set aside in its budget".formatted(state.outstanding(), state.setAside()));
            }
        });
        given(EventLog.class).ifPresent(log -> log.runsUnderWay().forEach(run -> left.add("a run that has not ended")));
        return left;
    }

    private List<String> newThreads() {
        List<String> runs = given(EventLog.class)
                .map(log -> log.events().stream()
                        .map(event -> event.runId())
                        .distinct()
                        .toList())
                .orElse(List.of());
        if (!alone && runs.isEmpty()) {
            return List.of();
        }
        return VirtualThreads.live().values().stream()
                .filter(thread -> !threadsBefore.contains(thread.id()))
                .filter(thread -> alone
                        ? thread.isOfTests()
                        : runs.stream().anyMatch(run -> thread.name().contains(run)))
                .map(VirtualThreads.Live::toString)
                .sorted()
                .toList();
    }

    /** Waits a little, unless the test was interrupted. */
    private static boolean glance() {
        try {
            TimeUnit.MILLISECONDS.sleep(GLANCE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What is worth knowing if the test failed. */
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        given(TestSeed.class).ifPresent(seed -> facts.put(CadreExtension.SEED_PROPERTY, Long.toString(seed.number())));
        given(ScriptedModel.class)
                .flatMap(model -> model.misses().stream().findFirst())
                .ifPresent(miss -> facts.put("cadre.unscripted", miss));
        given(EventLog.class)
                .filter(log -> !log.events().isEmpty())
                .ifPresent(log -> facts.put("cadre.events", "\n" + log));
        return facts;
    }
}
