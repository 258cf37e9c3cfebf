// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.Json;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ScriptedModel} answers to the calls that match. Each of {@link #replies}, {@link #refuses},
 * {@link #fails} and their like adds one reply; successive calls take successive replies, and the last one is given again
 * and again. {@link #costing}, {@link #holdUntil}, {@link #takes} and {@link #reporting} apply to the next reply that is
 * added.
 *
 * @param <O> the output of the subtask type, or text
 */
public final class Script<O> {
    private static final TokenUsage DEFAULT_USAGE = TokenUsage.of(100, 20);

    private interface Step {
        ModelReply play(ScriptedCall call, CallContext context) throws InterruptedException;
    }

    private interface Hold {
        void await() throws InterruptedException;
    }

    /** What a reply says beside its text. */
    private record Terms(@Nullable TokenUsage usage, RateLimits limits, Hold hold) {
        static final Terms DEFAULT = new Terms(DEFAULT_USAGE, RateLimits.UNKNOWN, () -> {});
    }

    private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    private final String description;
    private final @Nullable Json subject;
    private final @Nullable JsonType<O> output;
    private final Predicate<ScriptedCall> matches;
    private final List<Step> steps = new ArrayList<>();
    private Terms terms = Terms.DEFAULT;
    private @Nullable Tier tier;
    private int played;

    /** Of calls that a predicate accepts. */
    Script(String description, @Nullable JsonType<O> output, Predicate<ScriptedCall> matches) {
        this.description = description;
        this.output = output;
        this.matches = matches;
        subject = null;
    }

    /** Of one input of a type. */
    Script(String type, Marked marked, JsonType<O> output) {
        String input = marked.json().write();
        description = type + " " + input;
        this.output = output;
        subject = ScriptedCall.subject(type, input);
        matches = call -> call.purpose().subtaskType().equals(type)
                && call.purpose().input().equals(input)
                && call.hasFirst(marked.attachments());
    }

    /** Answers only calls on this tier; default: on any. */
    public synchronized Script<O> onlyOn(Tier only) {
        tier = only;
        return this;
    }

    /** The tokens that the next reply costs; default 100 in and 20 out. */
    public Script<O> costing(long inputTokens, long outputTokens) {
        return costing(TokenUsage.of(inputTokens, outputTokens));
    }

    /** The usage that the next reply reports. */
    public synchronized Script<O> costing(TokenUsage reported) {
        terms = new Terms(reported, terms.limits(), terms.hold());
        return this;
    }

    /** Makes the next reply say nothing of its usage: its call is booked at the worst case. */
    public synchronized Script<O> costingUnknown() {
        terms = new Terms(null, terms.limits(), terms.hold());
        return this;
    }

    /** What the next reply says about the provider's limits; default nothing. */
    public synchronized Script<O> reporting(RateLimits limits) {
        terms = new Terms(terms.usage(), limits, terms.hold());
        return this;
    }

    /** Holds the next reply until the gate is open; an interrupt ends the wait as a client must. */
    public Script<O> holdUntil(Gate gate) {
        return holding(gate::await);
    }

    /** Holds the next reply until the gate is open, whatever interrupts come: a client that breaks its contract. */
    public Script<O> holdUninterruptiblyUntil(Gate gate) {
        return holding(gate::awaitUninterruptibly);
    }

    /** Holds the next reply for this much time of a clock that the test moves: a latency that takes no time. */
    public Script<O> takes(Duration latency, TestClock clock) {
        return holding(() -> clock.sleep(latency));
    }

    private synchronized Script<O> holding(Hold hold) {
        terms = new Terms(terms.usage(), terms.limits(), hold);
        return this;
    }

    /** Replies with a value, written as the JSON that its type's schema asks for. */
    public Script<O> replies(O value) {
        return repliesText(text(value));
    }

    /**
     * Replies with a value made from the call, such as from its {@linkplain ScriptedCall#input input}. What the function throws,
     * such as a failed assertion, fails the call as a broken client does, and {@link ScriptedModel#assertFullyUsed} rethrows it.
     */
    public Script<O> answers(Function<ScriptedCall, O> answer) {
        return add(reported -> (call, context) ->
                whole(text(answered(answer, call)), context, Finish.COMPLETE).reply(call, reported));
    }

    private O answered(Function<ScriptedCall, O> answer, ScriptedCall call) {
        try {
            return answer.apply(call);
        } catch (RuntimeException | Error failure) {
            thrown.compareAndSet(null, failure);
            throw failure;
        }
    }

    /** What its code threw first. */
    Optional<Throwable> thrown() {
        return Optional.ofNullable(thrown.get());
    }

    private String text(O value) {
        return output == null ? value.toString() : output.write(value);
    }

    /** Replies with exactly this text, valid or not. */
    public Script<O> repliesText(String text) {
        return add(reported ->
                (call, context) -> whole(text, context, Finish.COMPLETE).reply(call, reported));
    }

    /** Replies piece by piece, as a stream does. */
    public Script<O> streams(Deltas deltas) {
        return add(reported -> (call, context) ->
                Said.of(deltas.play(context.text()), Finish.COMPLETE).reply(call, reported));
    }

    /** Declines, with an explanation. */
    public Script<O> refuses(String why) {
        return add(reported -> (call, context) -> Said.of(why, Finish.REFUSED).reply(call, reported));
    }

    /** Is stopped by a content filter. */
    public Script<O> isFiltered() {
        return add(reported -> (call, context) -> Said.of("", Finish.FILTERED).reply(call, reported));
    }

    /** Runs into the output cap after this text. */
    public Script<O> truncatesAfter(String text) {
        return add(reported ->
                (call, context) -> whole(text, context, Finish.TRUNCATED).reply(call, reported));
    }

    /** Asks for tools to be called. */
    public Script<O> calls(ToolCall... toolCalls) {
        var said = new Said("", Finish.TOOL_CALLS, List.of(toolCalls));
        return add(reported -> (call, context) -> said.reply(call, reported));
    }

    /**
     * Is turned away unpaid, as by a 429. The pool waits that long by the system's clock before it tries anything again.
     *
     * @param retryAfter the time to wait; zero is right for a test that is not about the pause
     */
    public Script<O> isRateLimited(Duration retryAfter) {
        return fails(() -> new ModelException.RateLimited("scripted 429", retryAfter, RateLimits.UNKNOWN));
    }

    /** Fails. */
    public Script<O> fails(Supplier<ModelException> failure) {
        return add(reported -> (call, context) -> {
            throw failure.get();
        });
    }

    private synchronized Script<O> add(Function<Terms, Step> step) {
        Hold held = terms.hold();
        Step reply = step.apply(terms);
        steps.add((call, context) -> {
            held.await();
            return reply.play(call, context);
        });
        terms = Terms.DEFAULT;
        return this;
    }

    /** What the model says, whoever asked. */
    private record Said(String text, Finish finish, List<ToolCall> toolCalls) {
        static Said of(String text, Finish finish) {
            return new Said(text, finish, List.of());
        }

        ModelReply reply(ScriptedCall call, Terms terms) {
            String model = call.request().model();
            return new ModelReply(
                    model, text, toolCalls, finish, terms.usage(), ServiceTier.STANDARD, terms.limits(), "");
        }
    }

    private static Said whole(String text, CallContext context, Finish finish) {
        context.text().accept(text);
        return Said.of(text, finish);
    }

    /** Whether its replies are texts of any form. */
    boolean isText() {
        return output == null;
    }

    synchronized boolean matches(ScriptedCall call) {
        return (tier == null || tier == call.purpose().tier()) && matches.test(call);
    }

    ModelReply play(ScriptedCall call, CallContext context) throws InterruptedException {
        return next().play(call, context);
    }

    private synchronized Step next() {
        if (steps.isEmpty()) {
            throw new IllegalStateException("the script for %s has no reply".formatted(description));
        }
        Step step = steps.get(Math.min(played, steps.size() - 1));
        played++;
        return step;
    }

    synchronized boolean isFullyUsed() {
        return played >= Math.max(1, steps.size());
    }

    synchronized String description() {
        return tier == null ? description : description + " on " + tier;
    }

    /** The type and input that it answers; empty if a predicate decides. */
    Optional<Json> subject() {
        return Optional.ofNullable(subject);
    }
}
