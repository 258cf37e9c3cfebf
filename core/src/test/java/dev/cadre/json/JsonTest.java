// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    /** A message goes to people, to models and to clients of a server. */
    @Test
    void trouble_namesNoClassOfTheParser_andQuotesNoTokenOfTheText() {
        assertThatThrownBy(() -> Json.parse("[".repeat(Json.MAX_DEPTH + 1)))
                .hasMessageContaining("exceeds the maximum allowed")
                .hasMessageNotContaining("StreamReadConstraints");
        assertThatThrownBy(() -> Json.parse("{\"a\":corpKey-9fZx}"))
                .hasMessageStartingWith("Unrecognized token: was expecting")
                .hasMessageNotContaining("corp");
    }

    @Test
    void document_isReadInOrderAndWrittenAsItWas() {
        var text = "{\"z\":[1,2.50,-3E+7,true,false,null],\"a\":{\"\":\"x\"},\"e\":{},\"l\":[]}";

        assertThat(Json.parse(" " + text + "\n").write()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1",
                "{\"a\"",
                "{\"a\":1",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "01",
                "+1",
                ".5",
                "NaN",
                "1 2",
                "{}{}",
                "[]x",
                "// c\n1",
                "\"\u0001\"",
                "\"\\x\"",
                "tru",
                "{\"a\":1,\"a\":2}",
                "{\"b\":[{\"a\":1,\"a\":2}]}",
                "1e10001",
                "1e-10001",
                "1e999999999"
            })
    void textThatIsNotStrictJson_isRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isExactlyInstanceOf(JsonException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"a":1,"b":[{"c":1,"c":2}]} | $.b[0].c: duplicate key
                    [1,2] 3                     | Text after the end of the document at line 1, column 7
                    [1,2                        | Unexpected end
                    """)
    void refusal_saysWhatAndWhere(String text, String message) {
        assertThatThrownBy(() -> Json.parse(text)).hasMessageContaining(message);
    }

    @Test
    void refusal_neverQuotesTheWholeText() {
        var secret = "s3cret".repeat(10_000);

        assertThatThrownBy(() -> Json.parse("{\"a\": " + secret + "}"))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("s3cret".repeat(6)))
                .hasNoCause();
    }

    @Test
    void nesting_beyondOneHundredLevels_isRefusedWhenReadAndWhenWritten() {
        var deepest = "[".repeat(100) + "]".repeat(100);
        Json deeper = Json.arr(Json.parse(deepest));

        assertThat(Json.parse(deepest).write()).isEqualTo(deepest);
        assertThatThrownBy(() -> Json.parse("[" + deepest + "]")).isExactlyInstanceOf(JsonException.class);
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).isExactlyInstanceOf(JsonException.class);
        assertThatThrownBy(() -> Json.arr(deeper).write()).isExactlyInstanceOf(JsonException.class);
    }

    @Test
    void text_beyondItsLimit_isRefused() {
        var fits = "\"" + "x".repeat(Json.MAX_CHARS - 2) + "\"";

        assertThat(((Json.Str) Json.parse(fits)).value()).hasSize(Json.MAX_CHARS - 2);
        assertThatThrownBy(() -> Json.parse(fits + " "))
                .hasMessage("text of 16777217 characters is longer than 16777216");
    }

    @Test
    @Tag("slow")
    void document_ofMoreThanAMillionTokens_isRefused() {
        // the brackets are tokens too
        var fits = "[" + "0,".repeat(999_997) + "0]";

        assertThat(((Json.Arr) Json.parse(fits)).items()).hasSize(999_998);
        assertThatThrownBy(() -> Json.parse("[0," + fits.substring(1))).isExactlyInstanceOf(JsonException.class);
    }

    @Test
    void number_ofMoreThanAThousandDigits_isRefused() {
        assertThat(Json.parse("1".repeat(1_000)).write()).isEqualTo("1".repeat(1_000));
        assertThatThrownBy(() -> Json.parse("1".repeat(1_001))).isExactlyInstanceOf(JsonException.class);
    }

    @Test
    void strangeCharacters_areEscapedWhereTheyCouldHarm_andSurvive() {
        var string = new Json.Str(
                "\ud800 \ude00\ud83d \ud83d\ude42 \u0000\u001f\u007f\u009f \u202e\u2066\u200f\u061c \ufeff\uffff \"\\/\n\r\t é日");

        assertThat(string.write())
                .isEqualTo("\"\\ud800 \\ude00\\ud83d \ud83d\ude42 \\u0000\\u001f\\u007f\\u009f "
                        + "\\u202e\\u2066\\u200f\\u061c \\ufeff\\uffff \\\"\\\\/\\n\\r\\t é日\"");
        assertThat(Json.parse(string.write())).isEqualTo(string);
    }

    @Test
    void hugeNumber_staysShort() {
        assertThat(Json.parse("1e10000").write()).isEqualTo("1E+10000");
        assertThat(new Json.Num(new BigDecimal("1E+999999999")).write()).isEqualTo("1E+999999999");
    }

    @Test
    void object_isBuiltInOrder_andReplacesInPlace() {
        var object = Json.obj().with("b", 1).with("a", "x").with("c", true).with("b", Json.Null.NULL);

        assertThat(object.write()).isEqualTo("{\"b\":null,\"a\":\"x\",\"c\":true}");
        assertThat(object.without("a").write()).isEqualTo("{\"b\":null,\"c\":true}");
        assertThatThrownBy(() -> object.fields().put("d", Json.Null.NULL))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void accessors_followThePath() {
        var object = (Json.Obj) Json.parse(
                "{\"id\":\"r1\",\"usage\":{\"in\":5000000000,\"n\":7,\"f\":1.5},\"ok\":true,\"l\":[1],\"none\":null}");

        assertThat(object.string("id")).isEqualTo("r1");
        assertThat(object.longValue("usage", "in")).isEqualTo(5_000_000_000L);
        assertThat(object.intValue("usage", "n")).isEqualTo(7);
        assertThat(object.decimal("usage", "f")).isEqualTo(new BigDecimal("1.5"));
        assertThat(object.bool("ok")).isTrue();
        assertThat(object.items("l")).containsExactly(Json.Num.of(1));
        assertThat(object.object("usage").fields()).containsOnlyKeys("in", "n", "f");
        assertThat(object.at("none")).contains(Json.Null.NULL);
        assertThat(object.at("usage", "x")).isEmpty();
        assertThat(object.at("id", "x")).isEmpty();
    }

    @Test
    void accessors_nameThePathOfWhatIsAmiss() {
        var object = (Json.Obj) Json.parse("{\"usage\":{\"in\":5000000000,\"f\":1.5}}");

        assertThatThrownBy(() -> object.string("usage", "id")).hasMessage("$.usage.id: missing");
        assertThatThrownBy(() -> object.string("usage", "in"))
                .hasMessage("$.usage.in: expected a string, got a number");
        assertThatThrownBy(() -> object.intValue("usage", "in"))
                .hasMessage("$.usage.in: 5000000000 is not a whole number of 32 bits");
        assertThatThrownBy(() -> object.longValue("usage", "f"))
                .hasMessage("$.usage.f: 1.5 is not a whole number of 64 bits");
        assertThatThrownBy(() -> object.items("odd key\u202e")).hasMessage("$[\"odd key\\u202e\"]: missing");
    }

    @Test
    void object_withNullInside_isRefused() {
        var fields = new java.util.HashMap<String, Json>();
        fields.put("a", null);

        assertThatThrownBy(() -> new Json.Obj(fields)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new Json.Obj(Map.of())).isEqualTo(Json.obj());
    }
}
