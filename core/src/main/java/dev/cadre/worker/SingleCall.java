// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ServiceTier;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.schema.JsonMismatchException;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.util.Optional;

/**
 * Work that is one model call, asked now and answered much later: no tools, no repair, no dearer tier. Immutable and safe
 * for use by many threads.
 */
public final class SingleCall<I, O> {
    /** What expired or failed in a way that may pass is submitted once more. */
    private static final int SUBMISSIONS = 2;

    private final SubtaskType<I, O> type;
    private final Work.Model<I, O> work;
    private final ModelPool pool;
    private final Limits limits;
    private final ServiceTier serviceTier;

    private SingleCall(
            SubtaskType<I, O> type, Work.Model<I, O> work, ModelPool pool, Limits limits, ServiceTier serviceTier) {
        this.type = type;
        this.work = work;
        this.pool = pool;
        this.limits = limits;
        this.serviceTier = serviceTier;
    }

    /**
     * The type as single calls of one pool.
     *
     * @throws IllegalArgumentException if the type is plain code, has tools or may escalate; it says which
     */
    public static <I, O> SingleCall<I, O> of(
            SubtaskType<I, O> type, ModelPool pool, Limits limits, ServiceTier serviceTier) {
        if (!(type.work() instanceof Work.Model<I, O> work)) {
            throw refused(type, "it is plain code");
        }
        if (!work.tools().isEmpty()) {
            throw refused(type, "it has tools");
        }
        if (type.tiers().top().isAbove(type.tiers().start())) {
            throw refused(type, "it may escalate to " + type.tiers().top());
        }
        return new SingleCall<>(type, work, pool, limits, serviceTier);
    }

    private static IllegalArgumentException refused(SubtaskType<?, ?> type, String why) {
        return new IllegalArgumentException(
                "subtask type '%s' is more than a single call: %s".formatted(type.name(), why));
    }

    /**
     * The call for an input.
     *
     * @throws JsonException if the input does not fit its type
     */
    public ModelRequest request(I input, Attached attached) {
        var task =
                RungTask.first(type, input, type.name(), type.tiers().start()).with(attached);
        Vision.require(task, pool);
        return pool.filled(RungPrompt.first(
                        type,
                        work,
                        task.markedInput(),
                        task.attachments(),
                        "",
                        pool.model(),
                        pool.spec().tokens().maxOutput(),
                        limits)
                .withServiceTier(serviceTier));
    }

    /** Why there is no call for an input, by what {@link #request} threw. */
    public static String reason(JsonException unfit) {
        return Excerpt.line(unfit);
    }

    /** Keeps an interrupt that came out of the user's code undeclared: the thread is the caller's. */
    private static Failure kept(Failure failure) {
        if (failure.cause().orElse(null) instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return failure;
    }

    /**
     * What the call for an input may take, submitted once or, at worst, twice; nothing if the input does not fit its type,
     * because nothing would be sent.
     */
    public Quote quote(I input) {
        try {
            var rung = new RungQuote(pool, request(input, Attached.of(type, input)), work, CountRange.NONE, limits);
            Money worst = rung.firstCall();
            var cost = new CostRange(rung.low().atMost(worst), rung.expected().atMost(worst), worst.times(SUBMISSIONS));
            return new Quote(new CountRange(1, 1, SUBMISSIONS), cost);
        } catch (JsonException unfit) {
            return Quote.NOTHING;
        }
    }

    /** Whether an answer can only be judged beside its input. */
    public boolean judgesByInput() {
        return !type.acceptances().isEmpty();
    }

    /**
     * What follows from the reply.
     *
     * @param input that of the call; empty if it is not known any more, which no rule of the type can be tested without
     */
    public Outcome<O> outcome(Optional<I> input, ModelReply reply) {
        return switch (reply.finish()) {
            case TRUNCATED -> Outcome.failed(Failure.Kind.TRUNCATED, cut(reply, "its cap"));
            case REFUSED -> Outcome.failed(Failure.Kind.REFUSED, "the model refused: " + Excerpt.quoted(reply.text()));
            case FILTERED -> Outcome.failed(Failure.Kind.FILTERED, "the provider's content filter stopped the answer");
            case TOOL_CALLS -> Outcome.failed(Failure.Kind.TOOL_LIMIT, "the model called tools that it was not given");
            case COMPLETE -> checked(input, reply.text());
        };
    }

    /** What is wrong with a truncated reply. */
    static String cut(ModelReply reply, String cap) {
        return reply.text().isBlank() && reply.toolCalls().isEmpty()
                ? "no answer began within %s: where thinking used it up, raise maxOutputTokens or lower the effort"
                        .formatted(cap)
                : "the answer is longer than " + cap;
    }

    private Outcome<O> checked(Optional<I> input, String text) {
        O value;
        try {
            value = type.outputType().read(text);
        } catch (JsonMismatchException mismatch) {
            return Outcome.failed(Failure.Kind.INVALID_OUTPUT, Excerpt.line(mismatch));
        }
        if (input.isEmpty() && judgesByInput()) {
            return Outcome.failed(Failure.Kind.NOT_ACCEPTED, "its input is not known any more");
        }
        return input.flatMap(known -> Acceptances.broken(type, known, value))
                .<Outcome<O>>map(failure -> new Outcome.Failed<>(kept(failure)))
                .orElseGet(() -> new Outcome.Succeeded<>(value));
    }
}
