// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import dev.cadre.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Reads the rows of a table as objects of strings; rows without anything in them are passed over. For one thread. */
final class TableReader implements ItemReader {
    private final InputStream in;
    private final RecordCutter cutter;
    private final CsvReader.CsvReaderBuilder fields;
    private final List<String> columns;

    /**
     * Reads the header.
     *
     * @param in UTF-8; this closes it
     * @throws UnreadableInputException if there is none
     */
    TableReader(InputStream in, char separator) throws IOException {
        this.in = in;
        cutter = new RecordCutter(in, separator);
        fields = CsvReader.builder()
                .fieldSeparator(separator)
                .skipEmptyLines(false)
                .allowUnclosedQuote(false);
        columns = header();
    }

    private List<String> header() throws IOException {
        for (Optional<RecordCutter.Cut> cut = cutter.next(); cut.isPresent(); cut = cutter.next()) {
            switch (cut.get().fault()) {
                case NONE -> {
                    List<String> cells = headerCells(cut.get());
                    if (!isBlank(cells)) {
                        return TableHeader.of(cells);
                    }
                }
                case TOO_LONG, UNCLOSED_QUOTE, TEXT_BEHIND_QUOTE ->
                    throw new UnreadableInputException("has no header: its first row cannot be read, "
                            + reason(cut.get().fault()));
            }
        }
        throw new UnreadableInputException("is empty");
    }

    private List<String> headerCells(RecordCutter.Cut cut) throws UnreadableInputException {
        try {
            return cells(cut);
        } catch (CharacterCodingException e) {
            throw new UnreadableInputException("is not UTF-8: save it as UTF-8");
        } catch (CsvParseException e) {
            throw new UnreadableInputException("has no header: its first row cannot be read");
        }
    }

    /** The names of the columns, in order. */
    List<String> columns() {
        return columns;
    }

    @Override
    public Optional<InputLine> read(long index) throws IOException {
        for (Optional<RecordCutter.Cut> cut = cutter.next(); cut.isPresent(); cut = cutter.next()) {
            Optional<InputLine> line = row(Spot.line(index, cut.get().line()), cut.get());
            if (line.isPresent()) {
                return line;
            }
        }
        return Optional.empty();
    }

    /** Empty if there is nothing in it. */
    private Optional<InputLine> row(Spot spot, RecordCutter.Cut cut) {
        if (cut.fault() == RecordCutter.Fault.TOO_LONG) {
            return Optional.of(spot.tooLong(cut.bytes()));
        }
        if (cut.fault() != RecordCutter.Fault.NONE) {
            return Optional.of(spot.malformed(reason(cut.fault()), cut.bytes()));
        }
        try {
            List<String> cells = cells(cut);
            if (isBlank(cells)) {
                return Optional.empty();
            }
            return Optional.of(
                    cells.size() == columns.size()
                            ? spot.identified(object(cells), cut.bytes())
                            : spot.malformed(
                                    "it has %d of %d columns".formatted(cells.size(), columns.size()), cut.bytes()));
        } catch (CharacterCodingException e) {
            return Optional.of(spot.malformed("it is not UTF-8", cut.bytes()));
        } catch (CsvParseException e) {
            return Optional.of(spot.malformed("it is no row of a table", cut.bytes()));
        }
    }

    private static String reason(RecordCutter.Fault fault) {
        return switch (fault) {
            case NONE -> "";
            case TOO_LONG -> "it is longer than %,d bytes".formatted(InputLines.MAX_BYTES);
            case UNCLOSED_QUOTE -> "a quote in it is not closed";
            case TEXT_BEHIND_QUOTE -> "there is text behind a closing quote";
        };
    }

    private List<String> cells(RecordCutter.Cut cut) throws CharacterCodingException {
        String text = Spot.text(cut.bytes());
        return text.isEmpty() ? List.of() : fields.ofSingleCsvRecord(text).getFields();
    }

    private static boolean isBlank(List<String> cells) {
        return cells.stream().allMatch(String::isBlank);
    }

    private Json.Obj object(List<String> cells) {
        var fields = new LinkedHashMap<String, Json>();
        for (int i = 0; i < cells.size(); i++) {
            fields.put(columns.get(i), new Json.Str(cells.get(i)));
        }
        return new Json.Obj(fields);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
