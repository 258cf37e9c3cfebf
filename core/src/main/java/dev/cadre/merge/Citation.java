// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

/**
 * A place in an outcome that supports the answer.
 *
 * @param subtaskId the subtask, with {@code #index} for an item
 * @param quote text that occurs in its output, as the model wrote it: case, white space, dashes, quotation marks and the
 *     last sign may differ
 */
public record Citation(String subtaskId, String quote) {}
