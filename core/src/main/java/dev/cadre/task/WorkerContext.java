// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.time.Duration;

/**
 * What surrounds a piece of work in Java code: a worker or a tool.
 *
 * @param runId the run
 * @param subtaskId the subtask, with {@code #index} for an item
 * @param timeout the time that is left when the work starts
 */
public record WorkerContext(String runId, String subtaskId, Duration timeout) {}
