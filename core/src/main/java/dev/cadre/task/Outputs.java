// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.Optional;

/** The outputs that a binding may read: those of the subtasks it depends on. */
@FunctionalInterface
public interface Outputs {
    /** The output of a subtask, or empty if it did not succeed. */
    Optional<Object> of(String subtaskId);
}
