// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A table for a terminal: the first column to the left, the others to the right but the last if it begins with a space. */
final class TextTable {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    TextTable(String... header) {
        rows.add(List.of(header));
    }

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    /**
     * Its lines, none longer than the width as long as columns are left that may be left out.
     *
     * @param dispensable places of columns, in the order in which they are left out
     */
    List<String> lines(int width, List<Integer> dispensable) {
        var shown = new ArrayList<>(
                IntStream.range(0, rows.getFirst().size()).boxed().toList());
        for (int next = 0; next < dispensable.size() && total(shown) > width; next++) {
            int dropped = dispensable.get(next);
            shown.removeIf(column -> column == dropped);
        }
        return rows.stream().map(row -> cut(line(row, shown), width)).toList();
    }

    private int total(List<Integer> shown) {
        return shown.stream().mapToInt(this::width).sum() + GAP.length() * (shown.size() - 1);
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    private String line(List<String> row, List<Integer> shown) {
        var line = new StringBuilder();
        for (int column : shown) {
            String cell = row.get(column);
            String space = " ".repeat(width(column) - cell.length());
            boolean isLeft = column == 0 || cell.startsWith(" ");
            line.append(line.isEmpty() ? "" : GAP).append(isLeft ? cell + space : space + cell);
        }
        return line.toString().stripTrailing();
    }

    private static String cut(String line, int width) {
        return line.length() <= width ? line : line.substring(0, width - 3) + "...";
    }
}
