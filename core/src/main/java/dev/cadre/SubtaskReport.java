// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.redact.Redactor;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one subtask, or one item of it, took.
 *
 * @param id the subtask's id, with {@code #index} for an item
 * @param type the name of its type
 * @param dependsOn the ids of the subtasks that it waited for; an item's are those of its subtask
 * @param status {@code succeeded}, {@code failed} or {@code skipped}
 * @param reason why, or empty if it succeeded
 * @param tiers the tiers of its model calls, in order, each change once; empty for a fan-out, whose items have them
 * @param lastTier the tier of its last model call, or null if there was none
 * @param model the model of that call, or empty
 * @param spend its model calls, tokens and money in this session, those of its items included: a sum over lines leaves
 *     {@linkplain #isItem() items} out
 * @param took from the start of its first rung, or of the first item's, to its end; zero if it never started
 * @param reused whether its outcome was taken from the journal; of a fan-out, whether all items were
 */
public record SubtaskReport(
        String id,
        String type,
        List<String> dependsOn,
        String status,
        String reason,
        List<Tier> tiers,
        @Nullable Tier lastTier,
        String model,
        Spend spend,
        Duration took,
        boolean reused) {

    public SubtaskReport {
        dependsOn = List.copyOf(dependsOn);
        tiers = List.copyOf(tiers);
    }

    /** One line: {@code cats (note): succeeded, $0.0007 for 1 call (1000 tokens in, 400 out), 812 ms}. */
    @Override
    public String toString() {
        String of = id.equals(type) ? id : "%s (%s)".formatted(id, type);
        String end = reason.isEmpty() ? status : Redactor.SHAPES.quote(reason);
        return "%s: %s%s, %d ms"
                .formatted(
                        of,
                        end.isEmpty() ? "" : end + ", ", // planner and merger have no status of their own
                        reused ? "from the journal" : spend,
                        took.toMillis());
    }

    /** The tier of its last model call; empty if there was none. */
    public Optional<Tier> tier() {
        return Optional.ofNullable(lastTier);
    }

    /** Whether it is an item, which is a part of the subtask whose line it follows. */
    public boolean isItem() {
        return id.indexOf('#') >= 0;
    }

    /** What was booked for it. */
    public Money cost() {
        return spend.total();
    }
}
