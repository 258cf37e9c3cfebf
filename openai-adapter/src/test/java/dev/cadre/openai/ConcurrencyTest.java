// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.openai.testing.LoopbackFault;
import dev.cadre.openai.testing.LoopbackGate;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConcurrencyTest extends LoopbackTest {
    /** OkHttp's dispatcher lets 64 asynchronous calls run; blocking calls must not be bound by that. */
    private static final int PARALLEL = 100;

    @Test
    void calls_inParallel_areAllInFlightAtOnce() throws Exception {
        var gate = new LoopbackGate();
        server.onAny().replies(LoopbackReply.text("Fine.").heldBy(gate));
        var replies = new ArrayList<Future<ModelReply>>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < PARALLEL; i++) {
                replies.add(executor.submit(() -> client.call(REQUEST, plain())));
            }
            assertThat(server.awaitInFlight(PARALLEL)).isTrue();
            gate.open();
            for (Future<ModelReply> reply : replies) {
                assertThat(reply.get().text()).isEqualTo("Fine.");
            }
        }

        assertThat(server.peakInFlight()).isEqualTo(PARALLEL);
        assertThat(server.requests()).hasSize(PARALLEL);
    }

    @Test
    void interrupt_ofHalf_leavesTheOthersAlone() throws Exception {
        var gate = new LoopbackGate();
        server.onAny().replies(LoopbackReply.text("Fine.").heldBy(gate));
        var calls = new ArrayList<FutureTask<Object>>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < PARALLEL; i++) {
            var call = new FutureTask<Object>(outcome(plain()));
            calls.add(call);
            threads.add(Thread.ofVirtual().start(call));
        }
        assertThat(server.awaitInFlight(PARALLEL)).isTrue();

        threads.subList(0, PARALLEL / 2).forEach(Thread::interrupt);
        assertThat(server.awaitClientCloses(PARALLEL / 2)).isTrue();
        gate.open();

        for (FutureTask<Object> call : calls.subList(0, PARALLEL / 2)) {
            assertThat(call.get()).isInstanceOf(InterruptedException.class);
        }
        for (FutureTask<Object> call : calls.subList(PARALLEL / 2, PARALLEL)) {
            assertThat(call.get()).isInstanceOf(ModelReply.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void interrupt_withinAStream_closesIt(boolean virtual) throws Exception {
        var gate = new LoopbackGate();
        gate.release();
        server.onAny().replies(LoopbackReply.text("a", "b").heldBy(gate));
        var heard = new LinkedBlockingQueue<String>();
        var call = new FutureTask<>(outcome(streamed(heard::add)));
        Thread thread = (virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(call);
        assertThat(heard.take()).isEqualTo("a");

        thread.interrupt();

        assertThat(call.get(1, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(server.awaitClientCloses(1)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"STALL_IN_HEADERS", "STALL_IN_BODY"})
    void interrupt_withinAReply_closesIt(LoopbackFault stall) throws Exception {
        server.onAny().replies(LoopbackReply.text("x".repeat(1_000)).fault(stall));
        var call = new FutureTask<>(outcome(plain()));
        Thread thread = Thread.ofVirtual().start(call);
        assertThat(server.awaitInFlight(1)).isTrue();

        thread.interrupt();

        assertThat(call.get(1, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(server.awaitInFlight(0)).isTrue();
    }

    @Test
    void interruptedCall_leavesTheFlagClear() throws Exception {
        server.onAny().replies(LoopbackReply.text("x").fault(LoopbackFault.STALL_BEFORE_REPLY));
        var flag = new FutureTask<>(() -> {
            assertThat(outcome(plain()).call()).isInstanceOf(InterruptedException.class);
            return Thread.currentThread().isInterrupted();
        });
        Thread thread = Thread.ofVirtual().start(flag);
        assertThat(server.awaitInFlight(1)).isTrue();

        thread.interrupt();

        assertThat(flag.get()).isFalse();
    }

    @Test
    void connection_isSharedUntilClose() throws Exception {
        try (var own = LoopbackOpenAi.start()) {
            own.onAny().replies(LoopbackReply.text("Fine."));
            OpenAiClient ownClient =
                    OpenAiClient.builder(KEY).baseUrl(own.baseUrl()).build();
            for (int i = 0; i < 5; i++) {
                ownClient.call(REQUEST, plain());
                ownClient.call(REQUEST, streamed(piece -> {}));
            }
            assertThat(own.connections()).isEqualTo(1);

            ownClient.close();

            assertThat(own.awaitConnections(0)).isTrue();
        }
    }

    @Test
    void close_withACallInFlight_failsIt() throws Exception {
        try (var alone = LoopbackOpenAi.start()) { // where no call of another test may still be in flight
            alone.onAny().replies(LoopbackReply.text("x").fault(LoopbackFault.STALL_BEFORE_REPLY));
            OpenAiClient own =
                    OpenAiClient.builder(KEY).baseUrl(alone.baseUrl()).build();
            var call = new FutureTask<>(() -> catchThrowable(() -> own.call(REQUEST, plain())));
            Thread.ofVirtual().start(call);
            assertThat(alone.awaitInFlight(1)).isTrue();

            own.close();

            assertThat(call.get()).isInstanceOf(ModelException.ConnectionFailed.class);
        }
    }

    @Test
    void close_endsTheClientsThreads() throws Exception {
        server.onAny().replies(LoopbackReply.text("Fine."));
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        OpenAiClient own = OpenAiClient.builder(KEY).baseUrl(server.baseUrl()).build();
        own.call(REQUEST, plain());
        own.call(REQUEST, streamed(piece -> {}));

        own.close();

        // all clients share OkHttp's threads, virtual threads theirs
        var started = new HashSet<>(Thread.getAllStackTraces().keySet());
        started.removeAll(before);
        started.removeIf(thread -> thread.getName().matches("(OkHttp|Okio|ForkJoinPool|VirtualThread).*"));
        for (Thread thread : started) {
            assertThat(thread.join(Duration.ofSeconds(20))).as(thread.getName()).isTrue();
        }
    }

    private static Callable<Object> outcome(CallContext context) {
        return () -> {
            var reply = new ArrayList<Object>(List.of());
            Throwable failure = catchThrowable(() -> reply.add(client.call(REQUEST, context)));
            return failure == null ? reply.getFirst() : failure;
        };
    }
}
