// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.TokenUsage;
import org.jspecify.annotations.Nullable;

/**
 * The token counts of a usage as they were said; what was not said is zero.
 *
 * @param hasOutput whether a count of the output was said, be it zero
 */
record UsageCounts(long input, long cached, long written, long output, long reasoning, long total, boolean hasOutput) {
    static final UsageCounts NONE = new UsageCounts(0, 0, 0, 0, 0, 0, false);

    boolean isNothing() {
        return input == 0 && output == 0 && total == 0;
    }

    /** The largest of each count, for counts grow while a model writes; a total that this outgrows says nothing. */
    UsageCounts atLeast(UsageCounts other) {
        if (isNothing()) {
            return other;
        }
        long in = Math.max(input, other.input);
        long out = Math.max(output, other.output);
        long sum = Math.max(total, other.total);
        return new UsageCounts(
                in,
                Math.max(cached, other.cached),
                Math.max(written, other.written),
                out,
                Math.max(reasoning, other.reasoning),
                sum < in + out ? 0 : sum,
                hasOutput || other.hasOutput);
    }

    UsageCounts withOutput(long tokens) {
        return new UsageCounts(input, cached, written, tokens, reasoning, 0, true);
    }

    /**
     * The largest reading that fits all that is said, or null if there is none.
     *
     * @param maxOutputTokens the cap of the request: what a total has beyond it is no output
     */
    @Nullable
    TokenUsage reading(long maxOutputTokens, ReplyNotes notes) {
        if (!hasOutput && total <= input) {
            return null;
        }
        long in = input;
        long out = output;
        long beside = total - input - output;
        if (input == 0 && beside > 0) {
            notes.add("the usage names no input: it was read from the total");
            in = beside;
        } else if (beside > 0 && beside == cached + written && beside != reasoning) {
            notes.add("the usage counts the prompt cache beside the input");
            in += beside;
        } else if (beside > 0 && beside != reasoning && output + beside > maxOutputTokens) {
            notes.add("the usage names a total beyond the cap of the request: its counts are not known");
            return null;
        } else if (beside > 0) {
            notes.add("the usage names %d tokens in its total alone: they were read as output".formatted(beside));
            out += beside;
        } else if (beside < 0 && total > 0) {
            notes.add("the usage names a total below its parts");
        }
        if (reasoning > out) {
            notes.add("the usage counts reasoning beside the output");
            out += reasoning;
        }
        if (cached + written > in) {
            notes.add("the usage counts the prompt cache beside the input");
            in += written > in ? cached + written : cached;
        }
        return in < 1 ? null : new TokenUsage(in, cached, written, out, reasoning);
    }
}
