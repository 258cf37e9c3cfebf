// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputLinesTest {
    @TempDir
    Path folder;

    private List<InputLine> read(byte[] bytes) throws Exception {
        Path file = Files.write(folder.resolve("items.jsonl"), bytes);
        var read = new ArrayList<InputLine>();
        try (var lines = InputLines.open(file)) {
            lines.forEachRemaining(read::add);
        }
        return read;
    }

    private List<InputLine> read(String text) throws Exception {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static InputLine.Item item(long index, long line, Json id, Json value) {
        return new InputLine.Item(new InputLine.Place(index, line, id), value);
    }

    @Test
    void lines_areCountedWithTheBlankOnes_itemsWithout() throws Exception {
        assertThat(read("\ufeff{\"id\":\"a\"}\r\n\n \t\r\n\"text\"\n{\"id\":7}"))
                .containsExactly(
                        item(0, 1, new Json.Str("a"), Json.obj().with("id", "a")),
                        item(1, 4, Json.Null.NULL, new Json.Str("text")),
                        item(2, 5, Json.Num.of(7), Json.obj().with("id", 7)));
    }

    @Test
    void key_isTheIdOrElseTheLine() {
        assertThat(new InputLine.Place(0, 3, new Json.Str("3")).key()).isEqualTo("id \"3\"");
        assertThat(new InputLine.Place(0, 3, Json.Num.of(3)).key()).isEqualTo("id 3");
        assertThat(new InputLine.Place(0, 3, Json.parse("3.0")).key()).isEqualTo("id 3");
        assertThat(new InputLine.Place(0, 3, Json.Null.NULL).key()).isEqualTo("line 3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "[1]|line 2: expected an object or a string, got an array",
                "{\"a\":1,\"a\":2}|line 2: it is not JSON: $.a: duplicate key",
                "{\"a\":1} {}|line 2: it is not JSON: Text after the end of the document at column 9",
                "{\"id\":\"\"}|line 2: its id must be a number, or a string of 1 to 200 characters",
                "{\"id\":{}}|line 2: its id must be a number, or a string of 1 to 200 characters",
                "{\"id\":true}|line 2: its id must be a number, or a string of 1 to 200 characters",
            })
    void line_thatIsNoItem_saysWhyAndCostsNoOther(String line, String reason) throws Exception {
        assertThat(read("{}\n" + line + "\n{}\n"))
                .containsExactly(
                        item(0, 1, Json.Null.NULL, Json.obj()),
                        new InputLine.Malformed(new InputLine.Place(1, 2, Json.Null.NULL), reason, line),
                        item(2, 3, Json.Null.NULL, Json.obj()));
    }

    @Test
    void line_tooLong_isReadOverAndTheNextIsWhole() throws Exception {
        String longest = "\"" + "x".repeat(InputLines.MAX_BYTES - 2) + "\"";

        List<InputLine> read = read(longest + "\n" + longest + " \n{}");

        assertThat(read.get(0)).isInstanceOf(InputLine.Item.class);
        assertThat(read.get(1))
                .isEqualTo(new InputLine.Malformed(
                        new InputLine.Place(1, 2, Json.Null.NULL),
                        "line 2: it is longer than 1,000,000 bytes",
                        longest + " "));
        assertThat(read.get(2)).isEqualTo(item(2, 3, Json.Null.NULL, Json.obj()));
    }

    @Test
    void line_notUtf8_isMalformed() throws Exception {
        assertThat(read(new byte[] {'"', (byte) 0xff, '"', '\n'}))
                .containsExactly(new InputLine.Malformed(
                        new InputLine.Place(0, 1, Json.Null.NULL), "line 1: it is not UTF-8", "\"\ufffd\""));
    }
}
