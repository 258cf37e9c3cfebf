// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** The names of the columns of a table, as its first row has them. */
final class TableHeader {
    private static final int MAX_NAME_CHARS = 200;
    private static final int MAX_COLUMNS = 1_000;

    private TableHeader() {}

    /**
     * The names, without blanks around them; a column without one is named by its number.
     *
     * @throws UnreadableInputException if this is no header
     */
    static List<String> of(List<String> cells) throws UnreadableInputException {
        if (cells.size() > MAX_COLUMNS) {
            throw new UnreadableInputException(
                    "has %,d columns; at most %,d are read".formatted(cells.size(), MAX_COLUMNS));
        }
        var names = new ArrayList<String>();
        var seen = new HashSet<String>();
        for (String cell : cells) {
            String name = cell.isBlank() ? "column " + (names.size() + 1) : cell.strip();
            if (isData(name)) {
                throw new UnreadableInputException(
                        "has no header: \"%s\" in its first row is no name of a column; put a row of names above it"
                                .formatted(name.length() > MAX_NAME_CHARS ? name.substring(0, 40) + "…" : name));
            }
            if (!seen.add(name)) {
                throw new UnreadableInputException("has two columns with the name \"%s\"".formatted(name));
            }
            names.add(name);
        }
        return List.copyOf(names);
    }

    private static boolean isData(String name) {
        return name.length() > MAX_NAME_CHARS
                || PlainNumber.is(name)
                || name.contains("://")
                || name.indexOf('\n') >= 0
                || name.indexOf('\r') >= 0;
    }
}
