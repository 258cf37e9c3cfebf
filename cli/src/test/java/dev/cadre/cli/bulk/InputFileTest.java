// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cadre.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputFileTest {
    @TempDir
    Path folder;

    private InputFile file(String name, byte[] bytes) throws IOException {
        return InputFile.of(Files.write(folder.resolve("input"), bytes), name, InputForm.AUTO);
    }

    private InputFile file(String name, String text) throws IOException {
        return file(name, text.getBytes(UTF_8));
    }

    private static List<InputLine> read(InputFile file) throws IOException {
        var read = new ArrayList<InputLine>();
        try (InputLines lines = file.open()) {
            lines.forEachRemaining(read::add);
        }
        return read;
    }

    /** Each as its line and its value, or as why there is none. */
    private static List<String> shown(InputFile file) throws IOException {
        return read(file).stream()
                .map(line -> switch (line) {
                    case InputLine.Item item ->
                        item.place().line() + " " + item.value().write();
                    case InputLine.Malformed bad -> bad.reason();
                })
                .toList();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var compressed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(compressed)) {
            out.write(bytes);
        }
        return compressed.toByteArray();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "a.csv|id,text^1,x|CSV",
                "a.csv|id;text^1;x|CSV",
                "a.csv|text^x|CSV",
                "a.tsv|id~text^1~x|TSV",
                "-|id,text^1,x|CSV",
                "-|\"id\",\"text\"^1,x|CSV",
                "-|id~text, too^1~x|CSV",
                "-|id~text^1~x|TSV",
                "-|\"x\"^\"y\"|JSONL",
                "-|{\"a\":1}|JSONL",
                "a.jsonl|oops^{\"a\":1}|JSONL",
                "a.csv|{\"a\":1,\"b\":2}|JSONL",
                "a.json|{\"a\":1}|JSONL",
                "a.json| ^[{\"a\":1}]|JSON",
                "A.CSV.GZ|text^x|CSV",
            })
    void form_isFoundFromNameAndBytes(String name, String text, InputForm form) throws Exception {
        assertThat(file(name, text.replace('^', '\n').replace('~', '\t')).form())
                .isEqualTo(form);
    }

    @Test
    void rows_areObjectsOfStrings_knownByTheirId() throws Exception {
        InputFile file =
                file("a.csv", "\ufeffid, text ,\r\n7,\"two\r\nlines, \"\"said\"\"\",-5\r\n\r\n,,\r\n8,a\"b,\n");

        assertThat(file.columns()).containsExactly("id", "text", "column 3");
        assertThat(read(file))
                .containsExactly(
                        new InputLine.Item(
                                new InputLine.Place(0, 2, new Json.Str("7")),
                                Json.obj()
                                        .with("id", "7")
                                        .with("text", "two\r\nlines, \"said\"")
                                        .with("column 3", "-5")),
                        new InputLine.Item(
                                new InputLine.Place(1, 6, new Json.Str("8")),
                                Json.obj().with("id", "8").with("text", "a\"b").with("column 3", "")));
    }

    @Test
    void badRows_costNoOther() throws Exception {
        InputFile file = file(
                "a.csv",
                "id,text\n1,x\n2,x,y\n3\n4,\"open\n5,x\n6,\"x\" y\n7,\"x\"\n,x\n8,\"" + "z".repeat(1_000_000)
                        + "\"\n9,x\n10,\"open");

        assertThat(shown(file))
                .containsExactly(
                        "2 {\"id\":\"1\",\"text\":\"x\"}",
                        "line 3: it has 3 of 2 columns",
                        "line 4: it has 1 of 2 columns",
                        "line 5: a quote in it is not closed",
                        "6 {\"id\":\"5\",\"text\":\"x\"}",
                        "line 7: there is text behind a closing quote",
                        "8 {\"id\":\"7\",\"text\":\"x\"}",
                        "line 9: its id must be a number, or a string of 1 to 200 characters",
                        "line 10: it is longer than 1,000,000 bytes",
                        "11 {\"id\":\"9\",\"text\":\"x\"}",
                        "line 12: a quote in it is not closed");
        assertThat(((InputLine.Malformed) read(file).get(3)).raw()).isEqualTo("4,\"open");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void lines_endInAnyWay(String end) throws Exception {
        assertThat(shown(file("a.csv", String.join(end, "id,text", "1,\"open", "2,x", ""))))
                .containsExactly("line 2: a quote in it is not closed", "3 {\"id\":\"2\",\"text\":\"x\"}");
    }

    @Test
    void row_notUtf8_isMalformed() throws Exception {
        assertThat(shown(file("a.csv", "text\nna\u00efve\nx\n".getBytes(StandardCharsets.ISO_8859_1))))
                .containsExactly("line 2: it is not UTF-8", "3 {\"text\":\"x\"}");
    }

    /** Every line opens a quote anew, and looking for its end would read a megabyte for each. */
    @Test
    @Timeout(20)
    void quotes_openInEveryLine_areReadInLinearTime() throws Exception {
        String rows = "a\",\"\n".repeat(400_000);

        List<InputLine> read = read(file("a.csv", "id,text\n" + rows));

        assertThat(read).isNotEmpty().allMatch(line -> line instanceof InputLine.Malformed);
    }

    @Test
    void array_isReadElementByElement() throws Exception {
        InputFile file = file(
                "a.json",
                "[ {\"id\":1, \"t\":\"],}\\\"\"},\n\"x\", [1], {\"a\":oops}, {\"a\":x], {\"b\":[{}]} ,\""
                        + "x".repeat(1_000_000) + "\",\"y\"]\n");

        assertThat(shown(file))
                .containsExactly(
                        "1 {\"id\":1,\"t\":\"],}\\\"\"}",
                        "2 \"x\"",
                        "item 3: expected an object or a string, got an array",
                        "item 4: it is not JSON: Unrecognized token: was expecting (JSON String, Number, Array,"
                                + " Object or token 'null', 'true' or 'false') at column 7",
                        "item 5: it is not JSON: Unrecognized token: was expecting (JSON String, Number, Array,"
                                + " Object or token 'null', 'true' or 'false') at column 7",
                        "6 {\"b\":[{}]}",
                        "item 7: it is longer than 1,000,000 bytes",
                        "8 \"y\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "[\"x\",\"y|item 2: the array ends in it",
                "[\"x\",|item 2: the array ends in it",
                "[\"x\",\"y\"] z|item 2: there is text behind the end of the array",
                "[\"x\",{\"a\":]},\"y\"]|item 2: a bracket in it closes more than was opened; what follows is not read",
                "[\"x\",]|item 2: it is not JSON: Unexpected end of text at column 1",
            })
    void array_withABadEnd_keepsWhatCameBefore(String text, String reason) throws Exception {
        assertThat(shown(file("a.json", text))).containsExactly("1 \"x\"", reason);
    }

    @Test
    void array_empty_hasNoItems() throws Exception {
        assertThat(shown(file("a.json", "[ \n]"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
    void mark_tellsTheEncoding_compressedOrNot(String charset) throws Exception {
        byte[] bytes = "\ufeffid,text\n1,\ud83d\ude00 na\u00efve\n".getBytes(Charset.forName(charset));

        assertThat(shown(file("a.csv", bytes)))
                .containsExactly("2 {\"id\":\"1\",\"text\":\"\ud83d\ude00 na\u00efve\"}");
        assertThat(shown(file("a.csv.gz", gzip(bytes)))).isEqualTo(shown(file("a.csv", bytes)));
    }

    @Test
    void utf16_halfACharacter_spoilsItsLineAlone() throws Exception {
        byte[] bytes = "\ufeff\"x\"\n\"y?\"\n\"z\"\n".getBytes(StandardCharsets.UTF_16LE);
        bytes[bytes.length - 14] = 0; // the sign behind y
        bytes[bytes.length - 13] = (byte) 0xd8;

        assertThat(shown(file("a.jsonl", bytes))).containsExactly("1 \"x\"", "line 2: it is not UTF-8", "3 \"z\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "%PDF-1.7|looks like a PDF; give the text of it",
                "PK\u0003\u0004 xl/workbook|looks like an Excel workbook or another Office document; save it as CSV",
                "PK\u0003\u0004 notes.txt|looks like a ZIP archive; unpack it",
                "PAR1 x|looks like Parquet; write it as JSON lines or CSV",
                "<!DOCTYPE html><p>|looks like an HTML page",
                " <html><p>|looks like an HTML page",
                "<?xml version='1.0'?>|looks like XML",
                "a\u0000\u0001\u0002bc|looks like binary data",
                "\"\u0000x\u0000\"\u0000^\u0000\"\u0000|looks like UTF-16 without a byte-order mark; save it with one, or as UTF-8",
                "dear diary|looks like plain text, neither JSON lines, CSV, TSV nor a JSON array; --input-format says which it is",
                "{^  \"a\": 1^}|looks like JSON over several lines; give one object a line, or an array of them",
                "id,text,id^1,x,2|has two columns with the name \"id\"",
                "1,it breaks^2,x|has no header: \"1\" in its first row is no name of a column; put a row of names above it",
                "text,\"id^1,x|has no header: its first row cannot be read, a quote in it is not closed",
                " ^ |is empty",
            })
    void anythingElse_isRefusedInOneSentence(String text, String says) {
        assertThatExceptionOfType(UnreadableInputException.class)
                .isThrownBy(() -> file("-", text.replace('^', '\n').getBytes(StandardCharsets.ISO_8859_1)))
                .withMessage(says);
    }

    @Test
    void noBytes_areRefused() {
        assertThatExceptionOfType(UnreadableInputException.class)
                .isThrownBy(() -> file("a.jsonl", ""))
                .withMessage("is empty");
    }

    @Test
    void form_saidOtherwise_isRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("a.jsonl"), "{}\n");

        assertThatExceptionOfType(UnreadableInputException.class)
                .isThrownBy(() -> InputFile.of(file, "a.jsonl", InputForm.JSON))
                .withMessage("is no JSON array: it begins with another sign than [");
    }

    @Test
    void gzip_damagedOrCut_isRefused() throws Exception {
        byte[] whole = gzip("{}\n".repeat(100_000).getBytes(UTF_8));

        assertThatExceptionOfType(UnreadableInputException.class)
                .isThrownBy(() -> file("a.jsonl.gz", new byte[] {0x1f, (byte) 0x8b, 0}))
                .withMessage("is gzip that is damaged or ends early");
        assertThatExceptionOfType(UnreadableInputException.class)
                .isThrownBy(() -> file("a.jsonl.gz", gzip(whole)))
                .withMessage("is gzip within gzip; decompress it once");
        InputFile cut = file("a.jsonl.gz", Arrays.copyOf(whole, whole.length - 9));
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> read(cut))
                .withCauseInstanceOf(UnreadableInputException.class)
                .withMessageContaining("is gzip that is damaged or ends early");
    }

    /** What stands behind the first member is text of the file, too. */
    @Test
    void gzip_whoseFurtherMembersAreDamaged_isRefused() throws Exception {
        byte[] first = gzip("{\"a\":1}\n".getBytes(UTF_8));
        byte[] second = gzip("{\"a\":2}\n".getBytes(UTF_8));
        var behind = new ArrayList<byte[]>();
        for (int length = 1; length < second.length; length++) {
            behind.add(Arrays.copyOf(second, length)); // an interrupted download
        }
        for (int place : List.of(0, 1, 2, 3, second.length - 8, second.length - 1)) {
            byte[] damaged = second.clone();
            damaged[place] ^= (byte) 0xff; // magic, method, flags, checksum, length
            behind.add(damaged);
        }
        behind.add("{\"a\":2}\n".getBytes(UTF_8));
        behind.add(joined(new byte[512], second));
        for (byte[] rest : behind) {
            byte[] bytes = joined(first, rest);

            assertThatException()
                    .as("%s", Arrays.toString(rest))
                    .isThrownBy(() -> read(file("a.jsonl.gz", bytes)))
                    .withMessageContaining("is gzip that is damaged or ends early");
        }
        for (byte[] whole : List.of(second, joined(second, new byte[512]), withEveryField(second))) {
            assertThat(shown(file("a.jsonl.gz", joined(first, whole)))).containsExactly("1 {\"a\":1}", "2 {\"a\":2}");
        }
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    /** With more bytes, a name, a comment and a checksum of the header. */
    private static byte[] withEveryField(byte[] member) {
        byte[] header = joined(Arrays.copyOf(member, 10), "\3\0abcname\0comment\0".getBytes(UTF_8));
        header[3] = 0x1e;
        var crc = new CRC32();
        crc.update(header);
        byte[] sum = {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)};
        return joined(joined(header, sum), Arrays.copyOfRange(member, 10, member.length));
    }

    @Test
    void gzip_ofManyEmptyMembers_takesNoStack() throws Exception {
        byte[] empty = gzip(new byte[0]);
        var members = new ByteArrayOutputStream();
        members.write(gzip("{\"a\":1}\n".getBytes(UTF_8)));
        for (int i = 0; i < 100_000; i++) {
            members.write(empty);
        }
        members.write(gzip("{\"a\":2}\n".getBytes(UTF_8)));
        members.write(empty);

        assertThat(shown(file("a.jsonl.gz", members.toByteArray()))).containsExactly("1 {\"a\":1}", "2 {\"a\":2}");
        assertThatExceptionOfType(UnreadableInputException.class)
                .isThrownBy(() -> file("a.jsonl.gz", empty))
                .withMessage("is empty");
    }

    @Test
    void gzip_thatGrowsAsNoTextDoes_isRefused() throws Exception {
        var bomb = new ByteArrayOutputStream();
        byte[] blanks = new byte[1 << 20];
        Arrays.fill(blanks, (byte) '\n');
        try (OutputStream out = new GZIPOutputStream(bomb)) {
            out.write("{}".getBytes(UTF_8));
            for (int i = 0; i < 100; i++) {
                out.write(blanks);
            }
        }
        InputFile file = file("a.jsonl.gz", bomb.toByteArray());

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> read(file))
                .withMessageContaining("is gzip that becomes over 200 times as long, as no text does");
    }
}
