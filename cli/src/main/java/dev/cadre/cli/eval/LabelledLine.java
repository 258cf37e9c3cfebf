// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.eval;

import dev.cadre.json.Json;

/**
 * A line with its answer taken out.
 *
 * @param name what messages call it: its line, and its id if it has one
 * @param input what a model is shown
 * @param answer what stood in the field of the answer
 */
public record LabelledLine(String name, Json.Obj input, Json answer) {}
