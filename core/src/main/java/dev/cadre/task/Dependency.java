// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/**
 * An edge of a task graph.
 *
 * @param on the id of the subtask that must end first
 * @param soft whether the dependent starts even if that one did not succeed
 */
public record Dependency(String on, boolean soft) {}
