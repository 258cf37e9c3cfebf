// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.JsonType;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ScriptedModel} answers to the calls that match. Each of {@link #replies}, {@link #refuses},
 * {@link #fails} and their like adds one reply; successive calls take successive replies, and the last one is given again
 * and again. {@link #costing}, {@link #holdUntil} and their like apply to the next reply that is added.
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

    private final String description;
    private final @Nullable JsonType<O> output;
    private final Predicate<ScriptedCall> matches;
    private final List<Step> steps = new ArrayList<>();
    private TokenUsage usage = DEFAULT_USAGE;
    private Hold hold = () -> {};
    private int played;

    Script(String description, @Nullable JsonType<O> output, Predicate<ScriptedCall> matches) {
        this.description = description;
        this.output = output;
        this.matches = matches;
    }

    /** The tokens that the next reply costs; default 100 in and 20 out. */
    public Script<O> costing(long inputTokens, long outputTokens) {
        return costing(TokenUsage.of(inputTokens, outputTokens));
    }

    /** The usage that the next reply reports. */
    public synchronized Script<O> costing(TokenUsage reported) {
        usage = reported;
        return this;
    }

    /** Holds the next reply until the gate is open; an interrupt ends the wait as a client must. */
    public synchronized Script<O> holdUntil(Gate gate) {
        hold = gate::await;
        return this;
    }

    /** Holds the next reply until the gate is open, whatever interrupts come: a client that breaks its contract. */
    public synchronized Script<O> holdUninterruptiblyUntil(Gate gate) {
        hold = gate::awaitUninterruptibly;
        return this;
    }

    /** Replies with a value, written as the JSON that its type's schema asks for. */
    public Script<O> replies(O value) {
        return repliesText(output == null ? value.toString() : output.write(value));
    }

    /** Replies with exactly this text, valid or not. */
    public Script<O> repliesText(String text) {
        return add(reported -> (call, context) -> {
            context.text().accept(text);
            return reply(call, text, Finish.COMPLETE, List.of(), reported);
        });
    }

    /** Replies with a text in pieces; each piece is handed over when the supplier before it has returned. */
    public Script<O> streams(List<Supplier<String>> pieces) {
        return add(reported -> (call, context) -> {
            var text = new StringBuilder();
            for (Supplier<String> piece : pieces) {
                String next = piece.get();
                text.append(next);
                context.text().accept(next);
            }
            return reply(call, text.toString(), Finish.COMPLETE, List.of(), reported);
        });
    }

    /** Declines, with an explanation. */
    public Script<O> refuses(String why) {
        return add(reported -> (call, context) -> reply(call, why, Finish.REFUSED, List.of(), reported));
    }

    /** Is stopped by a content filter. */
    public Script<O> isFiltered() {
        return add(reported -> (call, context) -> reply(call, "", Finish.FILTERED, List.of(), reported));
    }

    /** Runs into the output cap after this text. */
    public Script<O> truncatesAfter(String text) {
        return add(reported -> (call, context) -> {
            context.text().accept(text);
            return reply(call, text, Finish.TRUNCATED, List.of(), reported);
        });
    }

    /** Asks for tools to be called. */
    public Script<O> calls(ToolCall... toolCalls) {
        return add(reported -> (call, context) -> reply(call, "", Finish.TOOL_CALLS, List.of(toolCalls), reported));
    }

    /** Fails. */
    public Script<O> fails(Supplier<ModelException> failure) {
        return add(reported -> (call, context) -> {
            throw failure.get();
        });
    }

    private synchronized Script<O> add(java.util.function.Function<TokenUsage, Step> step) {
        Hold held = hold;
        Step reply = step.apply(usage);
        steps.add((call, context) -> {
            held.await();
            return reply.play(call, context);
        });
        usage = DEFAULT_USAGE;
        hold = () -> {};
        return this;
    }

    private static ModelReply reply(
            ScriptedCall call, String text, Finish finish, List<ToolCall> toolCalls, TokenUsage usage) {
        return new ModelReply(
                call.request().model(), text, toolCalls, finish, usage, ServiceTier.STANDARD, RateLimits.UNKNOWN, "");
    }

    boolean matches(ScriptedCall call) {
        return matches.test(call);
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

    String description() {
        return description;
    }
}
