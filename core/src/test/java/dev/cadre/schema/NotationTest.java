// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.cadre.json.JsonException;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NotationTest {
    private enum Sky {
        CLEAR,
        CLOUDY
    }

    private record Place(String name, Optional<Integer> floor) {}

    private record Weather(
            @JsonPropertyDescription("the city,\nas people call it")
            String city,

            LocalDate day,
            Sky sky,
            List<Place> places,
            List<Sky> skies,
            Map<String, Double> byHour,
            boolean windy) {}

    private record Tree(String label, List<Tree> children) {}

    private sealed interface Shape {
        record Circle(int radius) implements Shape {}

        record Square(int side) implements Shape {}
    }

    private static String of(Class<?> type) {
        return Notation.of(JsonType.of(type));
    }

    @Test
    void record_isWrittenInOneLine_withDescriptionsInBrackets() {
        assertThat(of(Weather.class))
                .isEqualTo(
                        "{\"city\": string (the city, as people call it), \"day\": string (date), \"sky\": \"CLEAR\" or \"CLOUDY\","
                                + " \"places\": list of {\"name\": string, \"floor\": integer or null},"
                                + " \"skies\": list of (\"CLEAR\" or \"CLOUDY\"),"
                                + " \"byHour\": list of {\"key\": string, \"value\": number}, \"windy\": boolean}");
    }

    @Test
    void bareValues_areTheirKind() {
        assertThat(of(String.class)).isEqualTo("string");
        assertThat(of(int.class)).isEqualTo("integer");
        assertThat(of(Sky.class)).isEqualTo("\"CLEAR\" or \"CLOUDY\"");
    }

    @Test
    void typeInsideItself_isNotWrittenAgain() {
        assertThat(of(Tree.class)).isEqualTo("{\"label\": string, \"children\": list of the same form}");
    }

    @Test
    void kindsOfASealedInterface_areAlternatives() {
        assertThat(of(Shape.class))
                .isEqualTo("{\"kind\": \"Circle\", \"radius\": integer} or {\"kind\": \"Square\", \"side\": integer}");
    }

    @Test
    void components_ofARecord_areListedWithoutBraces() {
        assertThat(Notation.of(JsonType.of(Place.class).components()))
                .isEqualTo("name: string, floor: integer or null");
    }

    @Test
    void definitionsOfAGivenSchema_areWrittenWhereTheyAreUsed() {
        assertThat(given("""
                        {"type":"object","properties":{"v":{"$ref":"#/$defs/d"}},"required":["v"],\
                        "additionalProperties":false,"$defs":{"d":{"type":"object","properties":\
                        {"x":{"type":"string","description":"a name"}},"required":["x"],"additionalProperties":false}}}""")).isEqualTo("{\"v\": {\"x\": string (a name)}}");
    }

    @Test
    void manyValues_areCutAndCounted() {
        String values = IntStream.range(0, 1_010).mapToObj("\"v%d\""::formatted).collect(Collectors.joining(","));

        assertThat(Notation.ofSchema("{\"type\":\"object\",\"properties\":{\"v\":{\"enum\":[%s]}}}".formatted(values)))
                .startsWith("{\"v\": \"v0\" or \"v1\"")
                .endsWith("\"v999\" or 10 others}");
    }

    @Test
    void definitionsThatUseEachOtherManyTimes_areCut() {
        String wide = IntStream.range(0, 20)
                .mapToObj("\"p%d\":{\"$ref\":\"#/$defs/dNEXT\"}"::formatted)
                .collect(Collectors.joining(","));
        String names = IntStream.range(0, 20).mapToObj("\"p%d\""::formatted).collect(Collectors.joining(","));
        String object = "{\"type\":\"object\",\"properties\":{%s},\"required\":[%s],\"additionalProperties\":false}";
        String definitions = IntStream.range(0, 8)
                .mapToObj(i ->
                        "\"d%d\":".formatted(i) + object.formatted(wide, names).replace("NEXT", "" + (i + 1)))
                .collect(Collectors.joining(","));

        String root = object.formatted("\"v\":{\"$ref\":\"#/$defs/d0\"}", "\"v\"");

        assertThat(given(root.substring(0, root.length() - 1) + ",\"$defs\":{" + definitions
                        + ",\"d8\":{\"type\":\"string\"}}}"))
                .startsWith("{\"v\": {\"p0\": {\"p0\": {\"p0\": ")
                .contains("…")
                .hasSizeLessThan(40_000);
    }

    @Test
    void limitsOfAValue_standInBrackets() {
        assertThat(Notation.ofSchema("""
                        {"type":"object","properties":{
                        "mark":{"type":"integer","minimum":1,"maximum":5,"description":"5 is best"},
                        "code":{"type":["string","null"],"pattern":"^[A-Z]{2}$"},
                        "tags":{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":3},
                        "share":{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1.5,"multipleOf":0.5},
                        "kind":{"const":"note"}}}"""))
                .isEqualTo("{\"mark\": integer (at least 1, at most 5) (5 is best),"
                        + " \"code\": string (matching ^[A-Z]{2}$) or null,"
                        + " \"tags\": list of string (at least 1 items, at most 3 items),"
                        + " \"share\": number (above 0, below 1.5, a multiple of 0.5), \"kind\": \"note\"}");
    }

    @Test
    void schemaThatIsNone_isAnyValue() {
        assertThat(Notation.ofSchema("{\"anyOf\":[1,{\"type\":\"integer\"},{\"$ref\":7},{\"type\":{}}],\"$defs\":[]}"))
                .isEqualTo("any value or integer");
        assertThatExceptionOfType(JsonException.class).isThrownBy(() -> Notation.ofSchema("[]"));
    }

    private static String given(String schema) {
        return Notation.of(JsonType.ofSchema(schema));
    }
}
