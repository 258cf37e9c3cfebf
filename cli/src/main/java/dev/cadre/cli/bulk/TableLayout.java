// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A row for each result: the columns of the input, if that is a table, then those of the result. A result column whose
 * name is taken gets {@value #PREFIX} in front of it. No cell is a formula to a spreadsheet that cuts
 * rows where the separator is.
 */
final class TableLayout implements ResultLayout {
    private static final String PREFIX = "result_";
    private static final List<String> LAST = List.of("tier", "usd", "reused");
    /** The wide forms are what Excel in Japanese takes for the others; the small ones and a true minus are as near. */
    private static final String FORMULAS =
            "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212\u207a\u207b\u207c\u208a\u208b\u208c\ufb29";

    /** Signs that are neither blanks nor formats, and have no picture: fillers, a joiner, an empty pattern of Braille. */
    private static final String FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0";

    private static final String LINE_ENDS_AND_TABS = "\t\r\n";

    private final CsvWriter.CsvWriterBuilder rows;
    private final List<String> columns;
    private final List<String> fields;
    private final boolean keepsInput;
    private final List<String> names = new ArrayList<>();

    /**
     * @param columns of the input
     * @param fields of an answer
     * @param keepsInput whether there is a column with the item; an input that is a table stands there in any case
     */
    TableLayout(char separator, List<String> columns, List<String> fields, boolean keepsInput) {
        rows = CsvWriter.builder().fieldSeparator(separator).lineDelimiter(LineDelimiter.LF);
        this.columns = columns;
        this.fields = fields;
        this.keepsInput = keepsInput && columns.isEmpty();
        names.addAll(columns);
        name("line");
        if (columns.isEmpty()) {
            name("id");
        }
        name("status");
        fields.forEach(this::name);
        name("reason");
        if (this.keepsInput) {
            name(JsonLayout.INPUT);
        }
        LAST.forEach(this::name);
    }

    private void name(String column) {
        String name = column;
        while (names.contains(name)) {
            name = PREFIX + name;
        }
        names.add(name);
    }

    /** Whether a line is the header of such a table. */
    static boolean isHeader(String line) {
        char separator = line.indexOf('\t') < 0 ? ',' : '\t';
        String[] names = line.strip().split(String.valueOf(separator), -1);
        return names.length > LAST.size()
                && Arrays.stream(names, names.length - LAST.size(), names.length)
                        .map(TableLayout::withoutPrefix)
                        .toList()
                        .equals(LAST);
    }

    private static String withoutPrefix(String name) {
        int start = 0;
        while (name.startsWith(PREFIX, start)) {
            start += PREFIX.length();
        }
        return name.substring(start);
    }

    @Override
    public Optional<String> header() {
        return Optional.of(row(names));
    }

    @Override
    public String line(Json.Obj result, InputLine line) {
        var cells = new ArrayList<String>();
        Json item = line instanceof InputLine.Item good ? good.value() : Json.Null.NULL;
        columns.forEach(column -> cells.add(cell(item, column)));
        cells.add(cell(result, "line"));
        if (columns.isEmpty()) {
            cells.add(cell(result, "id"));
        }
        cells.add(cell(result, "status"));
        Json answer = result.at("value").orElse(result);
        fields.forEach(field -> cells.add(isAnswer(result) ? cell(answer, field) : ""));
        cells.add(cell(result, "reason"));
        if (keepsInput) {
            cells.add(cell(item));
        }
        cells.add(cell(result, "tier"));
        cells.add(Money.ofPico(result.longValue("picoUsd")).toUsd());
        cells.add(cell(result, "reused"));
        return row(cells);
    }

    private static boolean isAnswer(Json.Obj result) {
        return result.at(BulkTask.LABEL).isPresent() || result.at("value").isPresent();
    }

    private static String cell(Json object, String name) {
        return object instanceof Json.Obj fields ? cell(fields.at(name).orElse(Json.Null.NULL)) : "";
    }

    private static String cell(Json value) {
        return switch (value) {
            case Json.Null none -> "";
            case Json.Str text -> text.value();
            case Json.Num number -> number.write();
            case Json.Bool bool -> bool.write();
            case Json.Arr list -> list.write();
            case Json.Obj object -> object.write();
        };
    }

    private String row(List<String> cells) {
        var row = new StringWriter();
        try (CsvWriter csv = rows.build(row)) {
            csv.writeRecord(cells.stream().map(TableLayout::harmless).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return row.toString().stripTrailing();
    }

    /** A spreadsheet takes what follows an apostrophe for text, and may pass over what does not show in front of a formula. */
    private static String harmless(String cell) {
        int first = 0;
        while (first < cell.length() && isUnseen(cell.codePointAt(first))) {
            first += Character.charCount(cell.codePointAt(first));
        }
        boolean isFormula = first < cell.length()
                && FORMULAS.indexOf(cell.charAt(first)) >= 0
                && !PlainNumber.is(cell.substring(first));
        return isFormula || (first > 0 && LINE_ENDS_AND_TABS.indexOf(cell.charAt(0)) >= 0) ? "'" + cell : cell;
    }

    private static boolean isUnseen(int c) {
        return Character.isWhitespace(c)
                || Character.isSpaceChar(c)
                || FILLERS.indexOf(c) >= 0
                || switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.UNASSIGNED,
                            Character.NON_SPACING_MARK,
                            Character.ENCLOSING_MARK -> true;
                    default -> false;
                };
    }
}
