// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.Optional;

/**
 * An edge of a task graph.
 *
 * @param on the id of the subtask that must end first
 * @param soft whether the dependent starts even if that one did not succeed
 * @param condition what must hold of that one's output; without it the dependent is not needed, and skipped
 */
public record Dependency(String on, boolean soft, Optional<Condition> condition) {
    /** An edge without a condition. */
    public Dependency(String on, boolean soft) {
        this(on, soft, Optional.empty());
    }

    @Override
    public String toString() {
        return condition
                .map(when -> "Dependency[on=%s, soft=%s, when=%s]".formatted(on, soft, when))
                .orElseGet(() -> "Dependency[on=%s, soft=%s]".formatted(on, soft));
    }
}
