// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.core.JsonField;
import com.openai.models.responses.ResponseUsage;
import dev.cadre.model.TokenUsage;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the token counts of a reply, which decide what is booked: one impossible number makes all of them unknown. */
final class UsageReader {
    /** About ten times the longest context of any model: a larger count is a defect, not a bill. */
    private static final long MOST_TOKENS = 10_000_000;

    /** A count that cannot be true. */
    static final long IMPOSSIBLE = -1;

    private UsageReader() {}

    static @Nullable TokenUsage read(JsonField<ResponseUsage> field) {
        ResponseUsage usage = field.asKnown().orElse(null);
        if (usage == null) {
            return null;
        }
        long input = count(usage._inputTokens(), IMPOSSIBLE);
        long output = count(usage._outputTokens(), IMPOSSIBLE);
        long cached = detail(usage._inputTokensDetails(), ResponseUsage.InputTokensDetails::_cachedTokens);
        long written = detail(usage._inputTokensDetails(), ResponseUsage.InputTokensDetails::_cacheWriteTokens);
        long reasoning = detail(usage._outputTokensDetails(), ResponseUsage.OutputTokensDetails::_reasoningTokens);
        return checked(input, cached, written, output, reasoning, count(usage._totalTokens(), input + output));
    }

    /** The usage, or null if a count or their sum is impossible. */
    static @Nullable TokenUsage checked(
            long input, long cached, long written, long output, long reasoning, long total) {
        // no request is without input
        if (input < 1 || output < 0 || cached < 0 || written < 0 || reasoning < 0) {
            return null;
        }
        if (cached + written > input || reasoning > output) {
            return null;
        }
        return total == input + output ? new TokenUsage(input, cached, written, output, reasoning) : null;
    }

    /** The usage, or null if it has no output although something was written. */
    static @Nullable TokenUsage of(@Nullable TokenUsage usage, boolean isWritten) {
        return usage != null && usage.outputTokens() == 0 && isWritten ? null : usage;
    }

    /** A count inside an optional group: 0 if the group or the count is absent. */
    private static <D> long detail(JsonField<D> group, Function<D, JsonField<Long>> count) {
        Optional<D> known = group.asKnown();
        if (known.isPresent()) {
            return count(count.apply(known.get()), 0);
        }
        return isAbsent(group) ? 0 : IMPOSSIBLE;
    }

    private static long count(JsonField<Long> field, long ifAbsent) {
        if (isAbsent(field)) {
            return ifAbsent;
        }
        return field.asKnown().map(UsageReader::possible).orElse(IMPOSSIBLE);
    }

    static long possible(long count) {
        return count >= 0 && count <= MOST_TOKENS ? count : IMPOSSIBLE;
    }

    private static boolean isAbsent(JsonField<?> field) {
        return field.isMissing() || field.isNull();
    }
}
