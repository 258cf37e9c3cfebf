// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchClient;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import dev.cadre.redact.FaultLog;
import dev.cadre.run.SteadyClock;
import dev.cadre.run.UserCode;
import dev.cadre.schedule.RungThreads;
import dev.cadre.task.RunClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GuardedBatchesTest {
    private static final Batch BATCH = new Batch(
            "b",
            Batch.State.COMPLETED,
            "f",
            List.of("f"),
            Map.of(),
            new Batch.Bill(1, TokenUsage.of(100, 10)),
            List.of());

    private final RungThreads threads = new RungThreads("guarded");

    @AfterEach
    void close() {
        threads.close();
    }

    /** Lists the same batch three times, whatever the visitor says or throws. */
    private static final class Listing implements BatchClient {
        final AtomicInteger shown = new AtomicInteger();

        @Override
        public BatchLimits limits() {
            return BatchLimits.of(1, 1);
        }

        @Override
        public String line(String customId, ModelRequest request) {
            return customId;
        }

        @Override
        public String upload(Path lines, Duration timeout) {
            return "f";
        }

        @Override
        public Batch create(String fileId, Map<String, String> metadata, Duration timeout) {
            return BATCH;
        }

        @Override
        public void discard(String fileId, Duration timeout) {}

        @Override
        public Batch retrieve(String id, Duration timeout) {
            return BATCH;
        }

        @Override
        public Batch cancel(String id, Duration timeout) {
            return BATCH;
        }

        @Override
        public void list(Predicate<Batch> wantsMore, Duration timeout) {
            for (int i = 0; i < 3; i++) {
                shown.incrementAndGet();
                boolean unused = wantsMore.test(BATCH);
            }
        }

        @Override
        public boolean read(Batch batch, Predicate<BatchAnswer> wantsMore, Duration timeout) {
            boolean unused = wantsMore.test(new BatchAnswer.Untried("a", "b"));
            return true;
        }
    }

    private GuardedBatches guarded(BatchClient client) {
        var time = new LaneClock(new SteadyClock(RunClock.SYSTEM, thrown -> {}), Duration.ofMinutes(10));
        UserCode aside = time.aside(threads, (owner, thread) -> {
            throw new AssertionError(thread + " was left behind");
        });
        return new GuardedBatches(client, aside, time, new FaultLog());
    }

    @Test
    void visitor_isCalledOnTheThreadThatWaits_andNoMoreOnceItWantsNoMore() throws Exception {
        var client = new Listing();
        var visits = new ArrayList<Thread>();

        guarded(client).list(batch -> {
            visits.add(Thread.currentThread());
            return false;
        });

        assertThat(visits).containsExactly(Thread.currentThread());
        assertThat(client.shown).as("the client goes on").hasValue(3);
    }

    @Test
    void reading_thatTheVisitorEnded_isNotWhole_whateverTheClientSays() throws Exception {
        assertThat(guarded(new Listing()).read(BATCH, answer -> true)).isTrue();
        assertThat(guarded(new Listing()).read(BATCH, answer -> false)).isFalse();
    }

    static Stream<Throwable> everythingThatCanBeThrown() {
        return Stream.of(
                new IllegalStateException("of the visitor"),
                new StackOverflowError("of the visitor"),
                new IOException("of the visitor"));
    }

    @ParameterizedTest
    @MethodSource("everythingThatCanBeThrown")
    void visitorThatThrows_isNoFailureOfTheClient(Throwable own) {
        var client = new Listing();
        var visits = new AtomicInteger();

        assertThatThrownBy(() -> guarded(client).list(batch -> {
                    visits.incrementAndGet();
                    throw BulkRun.<RuntimeException>asThrown(own);
                }))
                .isSameAs(own);
        assertThat(visits).as("it wants no more").hasValue(1);
        assertThat(client.shown).as("the client goes on").hasValue(3);
    }
}
