// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ModelRequest;
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
     * The largest reading that fits all that is said and the request, or null if there is none.
     *
     * @param request what a usage is of: it bounds what a total alone would add
     */
    @Nullable
    TokenUsage reading(ModelRequest request, ReplyNotes notes) {
        ReplyNotes ofLargest = notes.apart();
        TokenUsage largest = largest(ofLargest);
        if (largest == null) {
            return null;
        }
        TokenUsage reading = request.reading(named(notes.apart()), largest).orElse(null);
        if (!hasOutput || input == 0) {
            reading = largest.equals(reading) ? largest : null; // the total alone tells it
        }
        if (largest.equals(reading)) {
            notes.addAll(ofLargest);
        } else {
            notes.add("the usage names a total that the request rules out: "
                    + (reading == null ? "it is not known" : "the most that the request allows was read"));
        }
        return reading;
    }

    /** The counts as they are named, with the part that the total agrees to have beside them. */
    private TokenUsage named(ReplyNotes notes) {
        long beside = total - input - output;
        boolean isReasoning = beside > 0 && beside == reasoning;
        boolean isCache = beside > 0 && !isReasoning && beside == cached + written;
        return withParts(isCache ? input + beside : input, isReasoning ? output + beside : output, notes);
    }

    /** The largest reading that fits all that is said, or null if there is none. */
    @Nullable
    TokenUsage largest(ReplyNotes notes) {
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
        } else if (beside > 0) {
            notes.add("the usage names %d tokens in its total alone: they were read as output".formatted(beside));
            out += beside;
        } else if (beside < 0 && total > 0) {
            notes.add("the usage names a total below its parts");
        }
        return in < 1 ? null : withParts(in, out, notes);
    }

    /** A part that is larger than its whole was counted beside it. */
    private TokenUsage withParts(long input, long output, ReplyNotes notes) {
        long in = input;
        long out = output;
        if (reasoning > out) {
            notes.add("the usage counts reasoning beside the output");
            out += reasoning;
        }
        if (cached + written > in) {
            notes.add("the usage counts the prompt cache beside the input");
            in += written > in ? cached + written : cached;
        }
        return new TokenUsage(in, cached, written, out, reasoning);
    }
}
