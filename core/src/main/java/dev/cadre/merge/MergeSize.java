// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.task.Limits;
import java.util.function.IntFunction;

/**
 * How much of the outcomes a model may read: what fits into its context, and leaves enough of the allotment for a second
 * call, be it a repair or a retry with a doubled cap.
 */
final class MergeSize {
    /** Goal and outcomes of a small merge, in UTF-8 bytes: the least that an allotment must pay for. */
    static final int SMALL_BYTES = 4_096;

    /** The most bytes that a call reads, also of a model without a known limit, if nothing may be cut. */
    static final long MAX_CALL_BYTES = 1L << 20;

    /** Numbers and lines of passages add to the bytes of an outcome at most as many again, and these. */
    static final int LEAST_LINE_BYTES = 32;

    private static final int MOST_TIMES_AS_LONG = 2;

    /** What a usual text takes. */
    private static final long BYTES_PER_TOKEN = 4;

    /** The most calls that bring one reply. */
    static final long CALLS = 2;

    private MergeSize() {}

    /** The cap of the first call. */
    static long cap(ModelPool pool, Limits limits) {
        return Math.min(limits.workerOutputTokens(), pool.spec().tokens().maxOutput());
    }

    /** The cap of the second call, if the first one was cut off. */
    static long doubled(ModelPool pool, long cap) {
        return Math.min(Math.multiplyExact(cap, 2), pool.spec().tokens().maxOutput());
    }

    /** What both calls of a small merge cost at worst. */
    static Money least(ModelPool pool, Limits limits, Asking<?> asking) {
        return bothCalls(pool, asking.prompt(pool, limits).first("", "", "", cap(pool, limits)), SMALL_BYTES);
    }

    /** Two calls at worst, with as many outcomes as the model can read; none if no subtask succeeds. */
    static Quote quote(ModelPool pool, Asking<?> asking, MergeLoad load) {
        Limits limits = load.limits();
        ModelRequest first =
                pool.filled(asking.prompt(pool, limits).first(load.goal(), load.context(), "", cap(pool, limits)));
        CountRange outcomes = load.outcomeBytes();
        long most = Math.min(lines(outcomes.worst()), pool.spec().tokens().maxInput());
        int attempts = pool.retryPolicy().maxAttempts();
        Money worst = CostRange.of(bothCalls(pool, first, most))
                .times(CountRange.of(attempts))
                .worst();
        long read = (first.inputBytes() + Math.min(outcomes.expected(), most)) / BYTES_PER_TOKEN;
        var usual = TokenUsage.of(read, limits.estimates().usually(first.maxOutputTokens()));
        Money expected = pool.spec().price().cost(usual, first.serviceTier()).atMost(worst);
        return new Quote(new CountRange(0, 1, CALLS * attempts), new CostRange(Money.ZERO, expected, worst));
    }

    /** The most bytes that outcomes have as a model reads them. */
    static long lines(long bytes) {
        return bytes > Long.MAX_VALUE / MOST_TIMES_AS_LONG ? Long.MAX_VALUE : bytes * MOST_TIMES_AS_LONG;
    }

    /**
     * The most bytes of outcomes that fit into a call beside what an empty one has, whatever they cost.
     *
     * @param empty a request that shows no outcome
     */
    static long window(ModelPool pool, ModelRequest empty) {
        ModelSpec.TokenBounds tokens = pool.spec().tokens();
        long most = Math.min(tokens.maxInput(), tokens.context() - doubled(pool, empty.maxOutputTokens()));
        return Math.min(MAX_CALL_BYTES, most - MergePrompt.longestRepair(empty).inputBytes());
    }

    /**
     * The most bytes of outcomes whose request fits, by bisection; nothing if even an empty one does not, so that the
     * call itself is refused.
     *
     * @param request makes the request that shows so many bytes
     */
    static int largest(ModelPool pool, Money available, int totalBytes, IntFunction<ModelRequest> request) {
        int fits = 0;
        int tooMuch = totalBytes + 1;
        while (tooMuch - fits > 1) {
            int middle = (fits + tooMuch) >>> 1;
            if (fits(pool, available, request.apply(middle))) {
                fits = middle;
            } else {
                tooMuch = middle;
            }
        }
        return fits;
    }

    private static boolean fits(ModelPool pool, Money available, ModelRequest first) {
        ModelSpec spec = pool.spec();
        long input = MergePrompt.longestRepair(first).inputBytes();
        return input <= spec.tokens().maxInput()
                && input <= spec.tokens().context() - doubled(pool, first.maxOutputTokens())
                && !bothCalls(pool, first, 0).isMoreThan(available);
    }

    /**
     * What a call and its second one cost at worst.
     *
     * @param moreBytes by which the outcomes in the request are longer
     */
    static Money bothCalls(ModelPool pool, ModelRequest first, long moreBytes) {
        Money retry = pool.worstCase(first.withMaxOutputTokens(doubled(pool, first.maxOutputTokens())), moreBytes);
        Money repair = pool.worstCase(MergePrompt.longestRepair(first), moreBytes);
        return pool.worstCase(first, moreBytes).plus(retry.atLeast(repair));
    }
}
