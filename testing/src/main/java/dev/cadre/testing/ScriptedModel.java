// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
import dev.cadre.task.SubtaskType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A model whose replies are written down before: keyed by subtask type and input, never by order of arrival. It answers
 * on all three tiers under the launch names of the GPT-5.4 family, so costs are those of the catalogue.
 *
 * <p>Of several scripts that match a call, the one added last answers. A call that none matches fails, naming the nearest
 * scripts; the run books it at its worst case and goes on as after any failure. Safe for use by many threads.
 */
public final class ScriptedModel implements ModelClient {
    private static final long PATIENCE_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Script<?>> scripts = new ArrayList<>();
    private final List<ScriptedCall> calls = new ArrayList<>();
    private final List<UnscriptedCallException> unscripted = new ArrayList<>();
    private final List<ModelPool> made = new ArrayList<>();
    private int inFlight;
    private int peakInFlight;

    /**
     * Answers the subtasks of a type that have exactly this input. A call for several items of a bulk is answered by the
     * scripts of each of them, at the sum of their tokens.
     */
    public <I, O> Script<O> on(SubtaskType<I, O> type, I input) {
        return add(new Script<>(type.name(), Marked.of(type.inputType(), input), type.outputType()));
    }

    /** Answers the subtasks of a type whose input a predicate accepts. */
    public <I, O> Script<O> onInputs(SubtaskType<I, O> type, Predicate<I> accepted) {
        JsonType<I> input = type.inputType();
        return add(new Script<>(
                type.name() + " of some inputs",
                type.outputType(),
                call -> call.purpose().subtaskType().equals(type.name())
                        && accepted.test(Marked.restored(
                                input, call.input(), call.request().attachments()))));
    }

    /** Answers every subtask of a type. */
    public <I, O> Script<O> on(SubtaskType<I, O> type) {
        return add(new Script<>(
                type.name(),
                type.outputType(),
                call -> call.purpose().subtaskType().equals(type.name())));
    }

    /** Answers every call of a planner; the reply is the plan's JSON text. */
    public Script<String> onPlan() {
        return when("a plan", call -> call.purpose().kind() == CallPurpose.Kind.PLAN);
    }

    /** Answers every call of a model merger; the reply is its JSON text. */
    public Script<String> onMerge() {
        return when("a merge", call -> call.purpose().kind() == CallPurpose.Kind.MERGE);
    }

    /** Answers the calls that a predicate accepts; the reply is text. */
    public Script<String> when(String description, Predicate<ScriptedCall> matches) {
        return add(new Script<>(description, null, matches));
    }

    private <O> Script<O> add(Script<O> script) {
        lock.lock();
        try {
            scripts.addFirst(script);
        } finally {
            lock.unlock();
        }
        return script;
    }

    /**
     * This model on all three tiers: {@code gpt-5.4}, {@code gpt-5.4-mini} and {@code gpt-5.4-nano}. Failed calls are
     * retried as often as by default, but at once: nobody is to be spared.
     */
    public ModelPools pools() {
        return pools(pool -> pool);
    }

    /** As {@link #pools()}, with pools set up further. */
    public ModelPools pools(UnaryOperator<ModelPool.Builder> setUp) {
        return ModelPools.of(pool("gpt-5.4", setUp), pool("gpt-5.4-mini", setUp), pool("gpt-5.4-nano", setUp));
    }

    /**
     * A further pool of this model, under the name of another model of the catalogue, such as {@code gemini-2.5-flash}: to
     * be {@linkplain ModelPools.Builder#named named} in {@code pools().toBuilder()}. {@link ScriptedCall#request()} tells
     * which model was asked.
     */
    public ModelPool pool(String name) {
        return pool(name, pool -> pool);
    }

    /** As {@link #pool(String)}, set up further, such as with a price for a model that the catalogue does not have. */
    public ModelPool pool(String name, UnaryOperator<ModelPool.Builder> setUp) {
        RetryPolicy atOnce = RetryPolicy.standard().withDelays(Duration.ZERO, Duration.ZERO);
        ModelPool pool =
                setUp.apply(ModelPool.builder(this, name).retryPolicy(atOnce)).build();
        lock.lock();
        try {
            made.add(pool);
        } finally {
            lock.unlock();
        }
        return pool;
    }

    /** The pools that were made of this model. */
    List<ModelPool> made() {
        lock.lock();
        try {
            return List.copyOf(made);
        } finally {
            lock.unlock();
        }
    }

    /** What was said of calls that no script matches. */
    List<String> misses() {
        lock.lock();
        try {
            return unscripted.stream()
                    .map(miss -> String.valueOf(miss.getMessage()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) throws InterruptedException {
        var call = new ScriptedCall(request, context.purpose());
        begin(call);
        try {
            Optional<ScriptedPack> pack = ScriptedPack.of(call);
            Optional<Script<?>> whole = pack.isEmpty() ? Optional.of(script(call)) : whole(call);
            return whole.isPresent() ? whole.get().play(call, context) : play(pack.orElseThrow(), context);
        } finally {
            end();
        }
    }

    private ModelReply play(ScriptedPack pack, CallContext context) throws InterruptedException {
        var replies = new ArrayList<ModelReply>();
        for (ScriptedCall item : pack.calls()) {
            replies.add(script(item).play(item, context));
        }
        return pack.together(replies);
    }

    private void begin(ScriptedCall call) {
        lock.lock();
        try {
            calls.add(call);
            inFlight++;
            peakInFlight = Math.max(peakInFlight, inFlight);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Script<?> script(ScriptedCall call) {
        lock.lock();
        try {
            return scripts.stream()
                    .filter(script -> script.matches(call))
                    .findFirst()
                    .orElseThrow(() -> {
                        var failure = new UnscriptedCallException(call, scripts);
                        unscripted.add(failure);
                        return failure;
                    });
        } finally {
            lock.unlock();
        }
    }

    /** The script for all items of a pack together. */
    private Optional<Script<?>> whole(ScriptedCall pack) {
        lock.lock();
        try {
            return scripts.stream()
                    .filter(script -> script.isText() && script.matches(pack))
                    .findFirst();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            inFlight--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until at least this many calls are in flight. Blocks, for 30 seconds at most.
     *
     * @return whether they are
     */
    public boolean awaitInFlight(int count) throws InterruptedException {
        return await(() -> inFlight >= count);
    }

    /** Waits until at least this many calls have been made. Blocks, for 30 seconds at most. */
    public boolean awaitCalls(int count) throws InterruptedException {
        return await(() -> calls.size() >= count);
    }

    private boolean await(BooleanSupplier condition) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!condition.getAsBoolean() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return condition.getAsBoolean();
        } finally {
            lock.unlock();
        }
    }

    /** Every call so far, in order of arrival. */
    public List<ScriptedCall> calls() {
        lock.lock();
        try {
            return List.copyOf(calls);
        } finally {
            lock.unlock();
        }
    }

    /** How many calls are in flight now. */
    public int inFlight() {
        lock.lock();
        try {
            return inFlight;
        } finally {
            lock.unlock();
        }
    }

    /** The most calls that were ever in flight at once. */
    public int peakInFlight() {
        lock.lock();
        try {
            return peakInFlight;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Fails if a script has a reply that was never asked for, if a call came that no script matches, or if the code of a script
     * threw something.
     */
    public void assertFullyUsed() {
        List<Throwable> thrown;
        List<String> unused;
        List<String> unmatched;
        lock.lock();
        try {
            unused = scripts.reversed().stream()
                    .filter(script -> !script.isFullyUsed())
                    .map(Script::description)
                    .toList();
            unmatched = unscripted.stream().map(UnscriptedCallException::call).toList();
            thrown =
                    scripts.stream().flatMap(script -> script.thrown().stream()).toList();
        } finally {
            lock.unlock();
        }
        if (!thrown.isEmpty()) {
            throw new AssertionError("the code of a script threw " + thrown.getFirst(), thrown.getFirst());
        }
        if (!unused.isEmpty()) {
            throw new AssertionError("scripted, but not (fully) asked for: " + unused);
        }
        if (!unmatched.isEmpty()) {
            throw new AssertionError("asked for, but not scripted: " + unmatched);
        }
    }
}
