// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Types that are given by their schema: which schemas are refused, and which values. */
class GivenSchemaTest {
    private static String object(String property) {
        return """
                {"type":"object","properties":{"a":%s},"required":["a"],"additionalProperties":false}""".formatted(property);
    }

    // --- the rules of strict mode

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{|the schema is not JSON: Unexpected end",
                "[]|the schema must be an object, not an array",
                "{\"type\":\"array\"}|$: the root must be of type object",
                "{\"type\":\"object\",\"anyOf\":[]}|$: anyOf may not stand at the root",
                "{\"type\":\"object\"}|$: an object needs \"additionalProperties\": false",
                "{\"type\":\"object\",\"additionalProperties\":true}|$: an object needs \"additionalProperties\": false",
                "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"a\":{\"type\":\"string\"}}}|$.properties.a: every property must be in required; let one that may be missing be null instead",
                "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"b\"]}|$.required: \"b\" is no property",
                "{\"type\":\"object\",\"additionalProperties\":false,\"$defs\":[]}|$.$defs: expected an object, got an array",
            })
    void schema_withABadRoot_isRefused(String schema, String message) {
        assertRefused(schema, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{}|$.properties.a: it says nothing about the value; give it a type, enum, const, anyOf or $ref",
                "true|$.properties.a: expected an object, got a boolean",
                "{\"type\":\"text\"}|$.properties.a.type: \"text\" is not a type of JSON",
                "{\"type\":7}|$.properties.a.type: expected a string, got a number",
                "{\"type\":[]}|$.properties.a.type: it is empty",
                "{\"type\":\"string\",\"minLength\":1}|$.properties.a: 'minLength' is not allowed in strict mode",
                "{\"allOf\":[{\"type\":\"string\"}]}|$.properties.a: 'allOf' is not allowed in strict mode",
                "{\"type\":\"string\",\"minimum\":1}|$.properties.a: 'minimum' needs the type integer or number",
                "{\"type\":\"number\",\"minimum\":\"1\"}|$.properties.a.minimum: expected a number, got a string",
                "{\"type\":\"number\",\"multipleOf\":0}|$.properties.a.multipleOf: it must be above 0",
                "{\"type\":\"array\"}|$.properties.a: an array needs items",
                "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":-1}|$.properties.a.minItems: -1 is not a whole number from 0 on",
                "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}|$.properties.a.items: an object needs \"additionalProperties\": false",
                "{\"enum\":[]}|$.properties.a.enum: it is empty",
                "{\"enum\":[{}]}|$.properties.a.enum: expected a string, a number, a boolean or null, got an object",
                "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"list\"}]}|$.properties.a.anyOf[1].type: \"list\" is not a type of JSON",
                "{\"$ref\":\"#/$defs/none\"}|$.properties.a.$ref: \"#/$defs/none\" is neither # nor one of $defs",
                "{\"$ref\":\"other.json\"}|$.properties.a.$ref: \"other.json\" is neither # nor one of $defs",
                "{\"$ref\":\"#\",\"description\":\"x\"}|$.properties.a: a $ref may have no neighbours",
                "{\"type\":\"string\",\"pattern\":\"(\"}|$.properties.a.pattern: not a pattern of strict mode: a group that is not closed, at character 1",
                "{\"type\":\"string\",\"pattern\":\"a(?=b)\"}|$.properties.a.pattern: not a pattern of strict mode: strict mode does not look around: (?=, at character 2",
                "{\"type\":\"string\",\"pattern\":\"(a)\\\\1\"}|$.properties.a.pattern: not a pattern of strict mode: strict mode knows no back-references, at character 5",
                "{\"type\":\"string\",\"format\":\"colour\"}|$.properties.a.format: strict mode knows the formats [date,",
                "{\"type\":\"string\",\"title\":1}|$.properties.a.title: expected a string, got a number",
            })
    void property_thatBreaksARule_isRefusedWithItsPlace(String property, String message) {
        assertRefused(object(property), message);
    }

    private static void assertRefused(String schema, String message) {
        assertThatThrownBy(() -> JsonType.ofSchema(schema))
                .isInstanceOf(JsonTypeException.class)
                .hasMessageStartingWith(
                        message.replace("$.$defs", "$[\"$defs\"]").replace("a.$ref", "a[\"$ref\"]"));
    }

    @Test
    void definition_thatLeadsBackToItself_isRefused() {
        String schema = """
                {"type":"object","properties":{"a":{"$ref":"#/$defs/x"}},"required":["a"],"additionalProperties":false,
                 "$defs":{"x":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/y"}]},"y":{"$ref":"#/$defs/x"}}}""";

        assertRefused(schema, "$[\"$defs\"].x: it leads back to itself and says nothing");
    }

    @Test
    void schema_tooLarge_isRefused() {
        String values = "\"v\",".repeat(1_000) + "\"v\"";

        assertRefused(
                object("{\"type\":\"string\",\"enum\":[" + values + "]}"),
                "the schema has 1,001 enum values; strict mode allows 1,000");
    }

    // --- values

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"type\":\"integer\"}|3.0|3.5|$.a: expected a whole number, got a number",
                "{\"type\":[\"string\",\"null\"]}|null|3|$.a: expected a string or null, got a number",
                "{\"type\":\"string\",\"enum\":[\"bug\",\"wish\"]}|\"wish\"|\"Wish\"|$.a: \"Wish\" is not one of bug, wish",
                "{\"const\":1}|1.0|2|$.a: 2 is not 1",
                "{\"type\":\"number\",\"minimum\":1}|1|0.9|$.a: 0.9 is not at least 1",
                "{\"type\":\"number\",\"maximum\":1}|1|1.1|$.a: 1.1 is not at most 1",
                "{\"type\":\"number\",\"exclusiveMinimum\":1}|1.1|1|$.a: 1 is not above 1",
                "{\"type\":\"number\",\"exclusiveMaximum\":1}|0.9|1|$.a: 1 is not below 1",
                "{\"type\":\"number\",\"multipleOf\":0.1}|0.3|0.35|$.a: 0.35 is not a multiple of 0.1",
                "{\"type\":\"string\",\"pattern\":\"^[a-c]+$\"}|\"abc\"|\"abd\"|$.a: \"abd\" is not like ^[a-c]+$",
                "{\"type\":\"string\",\"pattern\":\"^[[\\\\]]$\"}|\"]\"|\"x\"|$.a: \"x\" is not like ^[[\\]]$",
                "{\"type\":\"string\",\"pattern\":\"^(a+)+$\"}|\"aa\"|\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"|$.a: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\" is not like ^(a+)+$",
                "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":1}|[\"x\"]|[]|$.a: 0 items, at least 1",
                "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"maxItems\":1}|[\"x\"]|[\"x\",\"y\"]|$.a: 2 items, at most 1",
                "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}|[]|[\"x\",1]|$.a[1]: expected a string, got a number",
                "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"boolean\"}]}|false|\"x\"|$.a: expected null or a boolean, got a string",
                "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"string\"}},\"required\":[\"b\"],\"additionalProperties\":false}]}|{\"b\":\"\"}|{\"b\":1}|$.a.b: expected a string, got a number",
                "{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}|{\"a\":null}|{\"a\":1}|$.a.a: expected null or an object, got a number",
            })
    void value_isHeldAgainstTheSchema(String property, String fit, String unfit, String defect) {
        var type = JsonType.ofSchema(object(property));

        assertThat(type.read("{\"a\":" + fit + "}").write()).isEqualTo("{\"a\":" + fit + "}");
        assertThatThrownBy(() -> type.read("{\"a\":" + unfit + "}"))
                .isInstanceOf(JsonMismatchException.class)
                .hasMessage(defect);
    }

    @ParameterizedTest
    @CsvSource({
        "date, 2026-02-28, 2026-02-30",
        "date-time, 2026-02-28T10:00:00Z, 2026-02-28 10:00",
        "time, 23:59:60Z, 24:00:00Z",
        "duration, P1DT2H, P",
        "uuid, 123e4567-e89b-12d3-a456-426614174000, 123e4567",
        "email, a@example.org, a.example.org",
        "hostname, example.org, -example.org",
        "ipv4, 10.0.0.255, 10.0.0.256",
        "ipv6, ::1, 10.0.0.1",
    })
    void format_isChecked(String format, String fit, String unfit) {
        var type = JsonType.ofSchema(object("{\"type\":\"string\",\"format\":\"" + format + "\"}"));

        assertThat(type.read("{\"a\":\"" + fit + "\"}").string("a")).isEqualTo(fit);
        assertThatThrownBy(() -> type.read("{\"a\":\"" + unfit + "\"}"))
                .hasMessage("$.a: \"" + unfit + "\" is not a " + format);
    }

    @Test
    void object_hasAllItsPropertiesAndNoOthers() {
        var type = JsonType.ofSchema(object("{\"type\":\"string\"}"));

        assertThatThrownBy(() -> type.read("{\"b\":1}")).hasMessage("$.b: unknown key; the keys are a; $.a: missing");
        assertThatThrownBy(() -> type.read("[]")).hasMessage("$: expected an object, got an array");
        assertThatThrownBy(() -> type.write(Json.obj())).hasMessage("$.a: missing");
    }

    @Test
    void schema_isSentAsItWasWritten() {
        String schema = "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\","
                + "\"properties\":{\"z\":{\"type\":\"string\"},\"a\":{\"type\":\"null\"}},"
                + "\"required\":[\"z\",\"a\"],\"additionalProperties\":false}";

        assertThat(JsonType.ofSchema(schema).schema()).isEqualTo(schema);
        assertThat(JsonType.ofSchema(schema).schemaName()).isEqualTo("answer");
        assertThat(JsonType.ofSchema(schema))
                .isEqualTo(JsonType.ofSchema(schema))
                .isNotEqualTo(JsonType.any());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"it breaks\"", "{\"id\":1}", "[1,null]", "3"})
    void any_isWrittenAsItIs(String json) {
        assertThat(JsonType.any().write(Json.parse(json))).isEqualTo(json);
    }

    @Test
    void everyKeywordThatDoesNotFit_isReported() {
        var type = JsonType.ofSchema(
                object(
                        "{\"type\":\"array\",\"maxItems\":1,\"items\":{\"type\":\"number\",\"multipleOf\":2,\"minimum\":8,\"exclusiveMaximum\":7}}"));

        assertThatThrownBy(() -> type.read("{\"a\":[7,8]}"))
                .isInstanceOfSatisfying(
                        JsonMismatchException.class,
                        mismatch -> assertThat(mismatch.defects())
                                .containsExactly(
                                        "$.a: 2 items, at most 1",
                                        "$.a[0]: 7 is not a multiple of 2",
                                        "$.a[0]: 7 is not at least 8",
                                        "$.a[0]: 7 is not below 7",
                                        "$.a[1]: 8 is not below 7"));
    }

    @Test
    void definition_obeysTheSameRules() {
        String root = object("{\"$ref\":\"#/$defs/d\"}");
        for (var bad : List.of("{\"type\":\"text\"}", "{\"const\":[]}", "{\"type\":\"array\"}")) {
            String schema = root.substring(0, root.length() - 1) + ",\"$defs\":{\"d\":" + bad + "}}";

            assertThatThrownBy(() -> JsonType.ofSchema(schema))
                    .isInstanceOf(JsonTypeException.class)
                    .hasMessageStartingWith("$[\"$defs\"].d");
        }
    }

    @Test
    void countOfZero_isACount() {
        var type = JsonType.ofSchema(object("{\"type\":\"array\",\"maxItems\":0,\"items\":{\"type\":\"null\"}}"));

        assertThat(type.read("{\"a\":[]}").items("a")).isEmpty();
        assertThatThrownBy(() -> type.read("{\"a\":[null]}")).hasMessage("$.a: 1 items, at most 0");
    }
}
