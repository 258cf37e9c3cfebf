// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.Reach;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every {@link ModelClient} must do. A test class of an adapter extends it and scripts the provider.
 *
 * <p>The provider must be one that the test controls; nothing here costs money.
 */
public abstract class ModelClientContract {
    /** Longer than any exchange on the loopback interface, even on a slow machine. */
    protected static final Duration AMPLE = Duration.ofSeconds(30);

    private static final ModelRequest REQUEST = ModelRequest.of("gpt-5.4-nano", "Answer.", "How are you?", 64);

    /** The ways in which a provider fails, and what each must become. */
    public enum Trouble {
        RATE_LIMITED(ModelException.RateLimited.class, Reach.ATTEMPT, Charge.FREE),
        SERVER_FAILED(ModelException.ServerFailed.class, Reach.ATTEMPT, Charge.UNKNOWN),
        CONNECTION_LOST(ModelException.ConnectionFailed.class, Reach.ATTEMPT, Charge.UNKNOWN),
        MALFORMED_REPLY(ModelException.MalformedReply.class, Reach.ATTEMPT, Charge.UNKNOWN),
        CONTEXT_TOO_LONG(ModelException.ContextTooLong.class, Reach.SUBTASK, Charge.FREE),
        INVALID_REQUEST(ModelException.InvalidRequest.class, Reach.SUBTASK, Charge.FREE),
        QUOTA_EXHAUSTED(ModelException.QuotaExhausted.class, Reach.RUN, Charge.FREE),
        AUTH_FAILED(ModelException.AuthFailed.class, Reach.RUN, Charge.FREE),
        UNKNOWN_MODEL(ModelException.UnknownModel.class, Reach.RUN, Charge.FREE);

        private final Class<? extends ModelException> type;
        private final Reach reach;
        private final Charge charge;

        Trouble(Class<? extends ModelException> type, Reach reach, Charge charge) {
            this.type = type;
            this.reach = reach;
            this.charge = charge;
        }
    }

    /** The client to test; the same for all tests of a class, or a new one each time. */
    protected abstract ModelClient client();

    /** The key that the client uses. */
    protected abstract String key();

    /** Makes the provider answer every call with this text and usage. */
    protected abstract void reply(String text, TokenUsage usage);

    /** Makes the provider fail every call in this way, and quote the key in its message. */
    protected abstract void fail(Trouble trouble);

    /** Makes the provider accept every call and never answer. */
    protected abstract void hang();

    /** How many calls the provider has received in this test. */
    protected abstract int calls();

    /** The most output tokens that the provider was told in its last call, in whatever field; empty if it was told none. */
    protected abstract OptionalLong receivedCap();

    /** Waits until so many calls are open at the provider; false if that takes too long. */
    protected abstract boolean awaitOpenCalls(int count) throws InterruptedException;

    /** The kinds of trouble that the provider can be made to have; all by default. */
    protected Set<Trouble> troubles() {
        return EnumSet.allOf(Trouble.class);
    }

    /** A context for a call that nobody listens to. */
    protected static CallContext within(Duration timeout) {
        return CallContext.of(
                new CallPurpose(CallPurpose.Kind.WORK, "run", "subtask", "type", "{}", Tier.NANO), timeout);
    }

    @Test
    public void reply_withUsage_isReported() throws InterruptedException {
        reply("Fine.", TokenUsage.of(31, 7));

        ModelReply reply = client().call(REQUEST, within(AMPLE));

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(31, 7));
        assertThat(reply.model()).isEqualTo("gpt-5.4-nano");
        assertThat(reply.toolCalls()).isEmpty();
    }

    /** Every reservation rests on it: a client that leaves it out breaks each budget. */
    @Test
    public void cap_ofTheRequest_isSent() throws InterruptedException {
        reply("Fine.", TokenUsage.of(31, 7));

        for (long cap : new long[] {64, 48}) { // two, so that a constant of the client's is found out
            client().call(REQUEST.withMaxOutputTokens(cap), within(AMPLE));

            assertThat(receivedCap()).as("the cap that the provider received").hasValue(cap);
        }
    }

    @Test
    public void streamedText_joined_isTheReply() throws InterruptedException {
        reply("Fine, thank you.", TokenUsage.of(31, 7));
        var pieces = new ArrayList<String>();
        var context = new CallContext(within(AMPLE).purpose(), AMPLE, pieces::add);

        ModelReply reply = client().call(REQUEST, context);

        assertThat(reply.text()).isEqualTo("Fine, thank you.");
        // a client that cannot stream never calls the consumer
        assertThat(String.join("", pieces)).isIn("", "Fine, thank you.");
    }

    @Test
    public void calls_ofManyThreads_runAtOnce() throws Exception {
        hang();
        int parallel = 8;
        var threads = new ArrayList<Thread>();
        var calls = new ArrayList<FutureTask<Throwable>>();
        for (int i = 0; i < parallel; i++) {
            var call = new FutureTask<>(caught(() -> client().call(REQUEST, within(AMPLE))));
            calls.add(call);
            threads.add(Thread.ofVirtual().start(call));
        }

        boolean together = awaitOpenCalls(parallel);
        threads.forEach(Thread::interrupt);

        assertThat(together).isTrue();
        for (FutureTask<Throwable> call : calls) {
            assertThat(call.get()).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    public void timeout_withoutReply_isHonoured() throws Exception {
        hang();
        var call = new FutureTask<>(caught(() -> client().call(REQUEST, within(Duration.ofMillis(200)))));
        Thread.ofVirtual().start(call);

        // far above the timeout, far below any default
        Throwable failure = call.get(10, TimeUnit.SECONDS);

        assertThat(failure).isInstanceOfSatisfying(ModelException.TimedOut.class, timedOut -> {
            assertThat(timedOut.charge()).isEqualTo(Charge.UNKNOWN);
            assertThat(timedOut.isRetryable()).isTrue();
        });
        assertThat(calls()).isEqualTo(1);
        assertThat(awaitOpenCalls(0)).isTrue();
    }

    @Test
    public void interrupt_ofVirtualThread_closesExchange() throws Exception {
        interrupt_whileWaiting_closesExchange(Thread.ofVirtual());
    }

    @Test
    public void interrupt_ofPlatformThread_closesExchange() throws Exception {
        interrupt_whileWaiting_closesExchange(Thread.ofPlatform());
    }

    private void interrupt_whileWaiting_closesExchange(Thread.Builder kind) throws Exception {
        hang();
        var call = new FutureTask<>(caught(() -> client().call(REQUEST, within(AMPLE))));
        Thread thread = kind.start(call);
        assertThat(awaitOpenCalls(1)).isTrue();
        awaitBlocked(thread);

        thread.interrupt();

        assertThat(call.get(1, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(awaitOpenCalls(0)).isTrue();
        assertThat(calls()).isEqualTo(1);
    }

    /** Waits until the thread waits for bytes or for another thread: only there an interrupt can be overlooked. */
    private static void awaitBlocked(Thread thread) {
        while (thread.isAlive() && thread.getState() == Thread.State.RUNNABLE && !isInNativeCode(thread)) {
            Thread.onSpinWait();
        }
    }

    private static boolean isInNativeCode(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].isNativeMethod();
    }

    @Test
    public void interrupt_beforeCall_sendsNothing() throws Exception {
        reply("Fine.", TokenUsage.of(31, 7));
        var call = new FutureTask<>(caught(() -> {
            Thread.currentThread().interrupt();
            return client().call(REQUEST, within(AMPLE));
        }));

        Thread.ofVirtual().start(call);

        assertThat(call.get()).isInstanceOf(InterruptedException.class);
        assertThat(calls()).isZero();
    }

    @TestFactory
    public Stream<DynamicTest> trouble_isMapped_withoutKeyAndWithoutRetry() {
        return troubles().stream().map(trouble -> DynamicTest.dynamicTest(trouble.name(), () -> checkMapping(trouble)));
    }

    private void checkMapping(Trouble trouble) {
        fail(trouble);
        int before = calls();

        Throwable failure = catchThrowable(() -> client().call(REQUEST, within(AMPLE)));

        assertThat(failure).isInstanceOf(trouble.type);
        assertThat(((ModelException) failure).reach()).isEqualTo(trouble.reach);
        assertThat(((ModelException) failure).charge()).isEqualTo(trouble.charge);
        assertThat(calls() - before).isEqualTo(1);
        assertThat(messages(failure)).allSatisfy(message -> assertThat(message).doesNotContain(key()));
    }

    private static List<String> messages(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(Throwable::toString)
                .toList();
    }

    private static Callable<Throwable> caught(Callable<?> call) {
        return () -> catchThrowable(call::call);
    }
}
