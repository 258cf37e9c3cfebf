// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;

/** How one subtask of a run ended. */
public record SubtaskOutcome(String id, SubtaskType<?, ?> type, Outcome<?> outcome) {}
