// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.worlds;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random worlds over the whole public API and real files: threads, journals, user code and clients that misbehave. Each
 * seed is a world of its own; the message of a failure has the command that repeats it.
 */
@Tag("slow")
class FileWorldsTest {
    private static final long PATIENCE_SECONDS = 30;
    private static final int REPLAYS = 50;

    @TempDir
    Path folder;

    /** As many as two quiet processors live through in half a minute. */
    @Test
    void promises_of3_000Worlds_hold() throws Exception {
        assertThat(live(0, 3_000)).as("met at all").containsOnlyKeys(EnumSet.allOf(Mishap.class));
    }

    @Test
    @Tag("nightly")
    void promises_of500_000Worlds_hold() throws Exception {
        live(3_000, 512_000);
    }

    /** For the seed of a failure, as often as its threads may need to come in the same order: {@code -Dcadre.seed=7}. */
    @Test
    void replay() {
        String seed = System.getProperty("cadre.seed");
        Assumptions.assumeTrue(seed != null && seed.chars().allMatch(Character::isDigit), "no -Dcadre.seed");

        for (int i = 0; i < REPLAYS; i++) {
            System.out.println(World.live(Long.parseLong(seed), folder));
        }
    }

    /** In how many of the worlds each mishap was met. */
    private Map<Mishap, Integer> live(long from, long to) throws Exception {
        long began = System.nanoTime();
        var met = new EnumMap<Mishap, Integer>(Mishap.class);
        var underWay = new ConcurrentSkipListSet<Long>();
        int threads = 2 * Runtime.getRuntime().availableProcessors(); // a world waits for its journal now and then
        try (var workers = Executors.newFixedThreadPool(threads)) {
            var worlds = new ExecutorCompletionService<Set<Mishap>>(workers);
            long next = from;
            for (; next < Math.min(to, from + 2L * threads); next++) {
                submit(worlds, next, underWay);
            }
            for (long done = from; done < to; done++) {
                Future<Set<Mishap>> ended = worlds.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (ended == null) {
                    workers.shutdownNow();
                    throw new AssertionError("a world does not end; under way are the seeds " + underWay);
                }
                ended.get().forEach(mishap -> met.merge(mishap, 1, Integer::sum));
                if (next < to) {
                    submit(worlds, next++, underWay);
                }
            }
        }
        System.out.printf(
                "%d worlds of files in %.1f s; met in: %s%n", to - from, (System.nanoTime() - began) / 1e9, met);
        return met;
    }

    private void submit(ExecutorCompletionService<Set<Mishap>> worlds, long seed, Set<Long> underWay) {
        worlds.submit(() -> {
            underWay.add(seed);
            try {
                return World.live(seed, folder);
            } finally {
                underWay.remove(seed);
            }
        });
    }
}
