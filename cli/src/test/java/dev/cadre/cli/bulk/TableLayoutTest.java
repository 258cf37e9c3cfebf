// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableLayoutTest {
    private static InputLine.Item item(Json value) {
        return new InputLine.Item(new InputLine.Place(0, 2, Json.Null.NULL), value);
    }

    private static Json.Obj ended(Json.Obj answer) {
        Json.Obj line =
                Json.obj().with("index", 0).with("line", 2).with("id", "T1").with("status", "succeeded");
        for (var field : answer.fields().entrySet()) {
            line = line.with(field.getKey(), field.getValue());
        }
        return line.with("tier", "nano").with("picoUsd", 32_500_000).with("reused", false);
    }

    @Test
    void columnsOfTheInput_comeFirst_thenThoseOfTheResult() {
        var layout = new TableLayout(',', List.of("text", "status", "id"), List.of("label"), true);
        Json row = Json.obj().with("text", "a, b").with("status", "new").with("id", "T1");

        assertThat(layout.header()).contains("text,status,id,line,result_status,label,reason,tier,usd,reused");
        assertThat(layout.line(ended(Json.obj().with("label", "bug")), item(row)))
                .isEqualTo("\"a, b\",new,T1,2,succeeded,bug,,nano,0.0000325,false");
        assertThat(TableLayout.isHeader(layout.header().orElseThrow())).isTrue();
    }

    @Test
    void objects_areSpreadOverTheirFields_andNamedByTheIdIfTheInputIsNoTable() {
        var layout = new TableLayout('\t', List.of(), List.of("severity", "topic", "tags"), true);
        Json value = Json.parse("{\"severity\":3,\"topic\":null,\"tags\":[\"a\"]}");

        assertThat(layout.header().orElseThrow().split("\t"))
                .containsExactly(
                        "line",
                        "id",
                        "status",
                        "severity",
                        "topic",
                        "tags",
                        "reason",
                        "input",
                        "tier",
                        "usd",
                        "reused");
        assertThat(layout.line(ended(Json.obj().with("value", value)), item(new Json.Str("hangs"))))
                .isEqualTo("2\tT1\tsucceeded\t3\t\t\"[\"\"a\"\"]\"\t\thangs\tnano\t0.0000325\tfalse");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "=1+1|'=1+1",
                "+cmd|'+cmd",
                "-2+3|'-2+3",
                "@SUM(A1)|'@SUM(A1)",
                "-5|-5",
                "+3.25|+3.25",
                "-1e-7|-1e-7",
                "a=b|a=b",
            })
    void formulas_areText_inWhatTheModelAndTheInputWrote(String text, String cell) {
        var layout = new TableLayout(';', List.of("text", text), List.of("topic"), false);
        Json row = Json.obj().with("text", text);
        Json.Obj answer = Json.obj().with("value", Json.obj().with("topic", text));

        assertThat(layout.line(ended(answer), item(row)))
                .isEqualTo(cell + ";;2;succeeded;" + cell + ";;nano;0.0000325;false");
        assertThat(layout.header().orElseThrow()).startsWith("text;" + cell + ";line;");
    }

    /** A spreadsheet takes a byte-order mark for that of the file, and some pass over blanks and what does not show. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\ufeff=1+1",
                "\ufeff\ufeff=1+1",
                " =1+1",
                "\u00a0@SUM(A1)",
                "\u3000+cmd",
                "\u200b=1+1",
                "\u0000=1+1",
                "\u202e-2+3",
                "\uff1d1+1",
                "\uff0bcmd",
                "\uff0d2+3",
                "\uff20SUM(A1)",
                "\udb40\udc01=1",
                "\udb40\udc20=1",
                "\ud834\udd73=1",
                "\u034f=1",
                "\u115f=1",
                "\u2800=1",
                "\u3164=1",
                "\ufe0f=1",
                "\u0301=1",
                "\ufe621+1",
                "\ufe63cmd",
                "\ufe661+1",
                "\ufe6bSUM(A1)",
                "\u22121+1",
                " \uff1d1+1"
            })
    void formulas_behindWhatDoesNotShow_orInWideForms_areText(String text) {
        var layout = new TableLayout(',', List.of(text), List.of(), false);

        assertThat(layout.header().orElseThrow().replace("\"", "")).startsWith("'" + text + ",");
        assertThat(layout.line(ended(Json.obj()), item(Json.obj().with(text, text)))
                        .replace("\"", ""))
                .startsWith("'" + text + ",");
    }

    @Test
    void textAndNumbersBehindBlanks_stayAsTheyAre() {
        var layout = new TableLayout(',', List.of("text"), List.of(), false);
        for (String text : List.of(" -5", "\ufeffplain", " a=b")) {
            assertThat(layout.line(ended(Json.obj()), item(Json.obj().with("text", text)))
                            .replace("\"", ""))
                    .startsWith(text + ",");
        }
    }

    @Test
    void formulas_behindATabOrLineEnd_areText() {
        var layout = new TableLayout(',', List.of("text"), List.of(), false);

        assertThat(layout.line(ended(Json.obj()), item(Json.obj().with("text", "\t=1"))))
                .startsWith("'\t=1,");
        assertThat(layout.line(ended(Json.obj()), item(Json.obj().with("text", "\r=1"))))
                .startsWith("\"'\r=1\",");
    }
}
