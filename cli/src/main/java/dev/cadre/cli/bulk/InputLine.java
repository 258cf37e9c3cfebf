// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;

/** A line of the input that is not blank, a row of a table or an element of an array. */
public sealed interface InputLine {
    Place place();

    /** @param value an object or a string */
    record Item(Place place, Json value) implements InputLine {}

    /**
     * A line that is not an item.
     *
     * @param raw its text, of one that is too long the beginning
     */
    record Malformed(Place place, String reason, String raw) implements InputLine {}

    /**
     * Which one it is.
     *
     * @param index its place among the lines that are not blank, from 0
     * @param line its place among all lines, or among the elements of an array, from 1
     * @param id what its author calls it: a string, a number, or null
     */
    record Place(long index, long line, Json id) {
        /** The name by which a resumed run knows it again: its id, a number by its value, or else its line. */
        public String key() {
            return switch (id) {
                case Json.Str name -> "id " + name.canonical();
                case Json.Num name -> "id " + name.canonical();
                default -> "line " + line;
            };
        }
    }
}
