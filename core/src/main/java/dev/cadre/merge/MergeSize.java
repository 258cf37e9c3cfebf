// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.model.ModelRequest;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.task.Limits;
import java.util.function.IntFunction;

/**
 * How much of the outcomes a model may read: what fits into its context, and leaves enough of the allotment for a second
 * call, be it a repair or a retry with a doubled cap.
 */
final class MergeSize {
    /** Goal and outcomes of a small merge, in UTF-8 bytes: the least that an allotment must pay for. */
    static final int SMALL_BYTES = 4_096;

    private MergeSize() {}

    /** The cap of the first call. */
    static long cap(ModelPool pool, Limits limits) {
        return Math.min(limits.workerOutputTokens(), pool.spec().maxOutputTokens());
    }

    /** The cap of the second call, if the first one was cut off. */
    static long doubled(ModelPool pool, long cap) {
        return Math.min(Math.multiplyExact(cap, 2), pool.spec().maxOutputTokens());
    }

    static Money least(ModelPool pool, Limits limits, AnswerFormat<?> format) {
        var prompt = new MergePrompt(pool.model(), format.output(), limits.effort());
        return bothCalls(pool, prompt.first("", "", "x".repeat(SMALL_BYTES), cap(pool, limits)));
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
        return input <= spec.maxInputTokens()
                && input <= spec.contextTokens() - doubled(pool, first.maxOutputTokens())
                && !bothCalls(pool, first).isMoreThan(available);
    }

    private static Money bothCalls(ModelPool pool, ModelRequest first) {
        Money retry = pool.worstCase(first.withMaxOutputTokens(doubled(pool, first.maxOutputTokens())));
        Money repair = pool.worstCase(MergePrompt.longestRepair(first));
        return pool.worstCase(first).plus(retry.atLeast(repair));
    }
}
