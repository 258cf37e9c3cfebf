// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import java.util.Locale;

/** The names of task queues: one for the workflows, one for the activities of each tier, one for those of plain code. */
final class Queues {
    private Queues() {}

    static String of(String queue, Tier tier) {
        return queue + "-" + tier.name().toLowerCase(Locale.ROOT);
    }

    static String ofCode(String queue) {
        return queue + "-code";
    }

    static String of(String queue, SubtaskType<?, ?> type, Tier tier) {
        return type.isModelWork() ? of(queue, tier) : ofCode(queue);
    }
}
