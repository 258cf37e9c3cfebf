// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A file of items, whose form is known; it can be read any number of times. Immutable. */
public final class InputFile {
    private static final String GZIP = ".gz";
    private static final List<Character> SEPARATORS = List.of(',', ';', '\t');

    private final Path file;
    private final InputForm form;
    private final char separator;
    private final List<String> columns;

    private InputFile(Path file, InputForm form, char separator, List<String> columns) {
        this.file = file;
        this.form = form;
        this.separator = separator;
        this.columns = columns;
    }

    /**
     * Looks at the beginning of a file.
     *
     * @param name what the user calls it; tells its form if the bytes do not
     * @throws UnreadableInputException if it is not of this form, or of any
     */
    public static InputFile of(Path file, String name, InputForm said) throws IOException {
        try (BufferedInputStream in = PlainText.open(file)) {
            String head = new String(PlainText.head(in), StandardCharsets.UTF_8);
            if (head.isBlank()) {
                throw new UnreadableInputException("is empty");
            }
            InputForm form = said == InputForm.AUTO ? found(head, plainName(name)) : said;
            requireFit(form, head.stripLeading());
            return switch (form) {
                case CSV, TSV -> {
                    char separator = form == InputForm.TSV ? '\t' : separator(firstLine(head));
                    yield new InputFile(file, form, separator, new TableReader(in, separator).columns());
                }
                case AUTO, JSONL, JSON -> new InputFile(file, form, ',', List.of());
            };
        }
    }

    private static String plainName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(GZIP) ? lower.substring(0, lower.length() - GZIP.length()) : lower;
    }

    private static String firstLine(String head) {
        return head.stripLeading().lines().findFirst().orElse("");
    }

    private static InputForm found(String head, String name) throws UnreadableInputException {
        String text = head.stripLeading();
        if (text.startsWith("[")) {
            return InputForm.JSON;
        }
        if (text.startsWith("{") || name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return InputForm.JSONL;
        }
        if (name.endsWith(".csv")) {
            return InputForm.CSV;
        }
        if (name.endsWith(".tsv") || name.endsWith(".tab")) {
            return InputForm.TSV;
        }
        return unnamed(firstLine(head));
    }

    /** By the first line alone: a line of a table has two columns at least, and one of strings no other sign. */
    private static InputForm unnamed(String line) throws UnreadableInputException {
        if (Spot.line(0, 1).json(line.getBytes(StandardCharsets.UTF_8)) instanceof InputLine.Item) {
            return InputForm.JSONL;
        }
        for (char each : SEPARATORS) {
            if (count(line, each) > 0) {
                return each == '\t' && separator(line) == '\t' ? InputForm.TSV : InputForm.CSV;
            }
        }
        throw new UnreadableInputException(
                "looks like plain text, neither JSON lines, CSV, TSV nor a JSON array; --input-format says which it is");
    }

    private static void requireFit(InputForm form, String text) throws UnreadableInputException {
        if (form == InputForm.JSON && !text.startsWith("[")) {
            throw new UnreadableInputException("is no JSON array: it begins with another sign than [");
        }
        if (form == InputForm.JSONL
                && text.lines().findFirst().orElse("").strip().equals("{")) {
            throw new UnreadableInputException(
                    "looks like JSON over several lines; give one object a line, or an array of them");
        }
    }

    private static char separator(String line) {
        char most = SEPARATORS.getFirst();
        for (char each : SEPARATORS) {
            most = count(line, each) > count(line, most) ? each : most;
        }
        return most;
    }

    /** How often it is there outside of quotes. */
    private static int count(String line, char separator) {
        boolean isQuoted = false;
        int count = 0;
        for (int i = 0; i < line.length(); i++) {
            isQuoted ^= line.charAt(i) == '"';
            count += !isQuoted && line.charAt(i) == separator ? 1 : 0;
        }
        return count;
    }

    /** Opens it; the caller closes it. */
    public InputLines open() throws IOException {
        InputStream in = PlainText.open(file);
        try {
            return new InputLines(
                    switch (form) {
                        case CSV, TSV -> new TableReader(in, separator);
                        case JSON -> new JsonArrayReader(in);
                        case AUTO, JSONL -> new JsonLineReader(in);
                    });
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** How its items stand in it; never {@link InputForm#AUTO}. */
    public InputForm form() {
        return form;
    }

    /** What the places of its items count. */
    String unit() {
        return form == InputForm.JSON ? Spot.ITEM : Spot.LINE;
    }

    /** The columns of a table, in order; empty for JSON. */
    public List<String> columns() {
        return columns;
    }
}
