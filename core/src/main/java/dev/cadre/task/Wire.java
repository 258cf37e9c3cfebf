// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/**
 * In a planned graph: a named field of an earlier output that becomes a component of an input.
 *
 * @param into the component of the input
 * @param from the id of the subtask that it comes from
 * @param field the component of that subtask's output
 */
public record Wire(String into, String from, String field) {}
