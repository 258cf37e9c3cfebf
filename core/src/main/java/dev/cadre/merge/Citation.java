// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

/**
 * A place in an outcome that supports the answer.
 *
 * @param subtaskId the subtask, with {@code #index} for an item
 * @param quote the passage of its output that was cited: words of a text, or JSON
 */
public record Citation(String subtaskId, String quote) {}
