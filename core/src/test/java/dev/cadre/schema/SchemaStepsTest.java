// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import dev.cadre.json.JsonText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How many steps a check takes: they grow with schema and value, whatever either is made of. */
@Timeout(60)
class SchemaStepsTest {
    private static Json.Obj json(String text) {
        return (Json.Obj) Json.parse(text);
    }

    /** {@code {"a": …}} by the definition {@code d0} of those given. */
    private static String schema(String definitions) {
        return """
                {"type":"object","properties":{"a":{"$ref":"#/$defs/d0"}},"required":["a"],"additionalProperties":false,
                 "$defs":{%s}}""".formatted(definitions);
    }

    private static String object(String property, String schema) {
        return "{\"type\":\"object\",\"properties\":{\"%s\":%s},\"required\":[\"%s\"],\"additionalProperties\":false}"
                .formatted(property, schema, property);
    }

    private static String ref(int definition) {
        return "{\"$ref\":\"#/$defs/d%d\"}".formatted(definition);
    }

    private static String nested(String name, int levels, String innermost) {
        return "{\"a\":" + ("{\"" + name + "\":").repeat(levels) + innermost + "}".repeat(levels) + "}";
    }

    private static long steps(Json.Obj schema, Json value) {
        var steps = new Steps(100_000); // ends, and is red, where the ways are counted instead of the nodes
        new SchemaCheck(steps).run(StrictMode.unlimited(schema), value, JsonPath.ROOT, new Defects());
        return steps.taken();
    }

    // --- the cases that took seconds, minutes and for ever

    @ParameterizedTest
    @CsvSource({"18, 357", "22, 433", "44, 851", "90, 1725"})
    void twoBranchesOverOneReference_takeAFewStepsForEachLevel(int levels, long expected) {
        String branch = object("n", ref(0));
        String schema = schema("\"d0\":{\"anyOf\":[{\"type\":\"null\"},%s,%s]}".formatted(branch, branch));

        assertThat(steps(json(schema), json(nested("n", levels, "1")))).isEqualTo(expected);
        assertThatThrownBy(() -> JsonType.ofSchema(schema).read(nested("n", levels, "1")))
                .isInstanceOf(JsonMismatchException.class)
                .hasMessageContaining(".n: expected null or an object, got a number");
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 22, 100})
    void definitionsOfTwoBranchesOverTheNext_areMadeAndCheckedInAFewSteps(int definitions) {
        String schema = schema(definitions(
                definitions, k -> "{\"anyOf\":[%s,%s]}".formatted(ref(k + 1), ref(k + 1)), "{\"type\":\"string\"}"));

        assertThat(JsonType.ofSchema(schema).read("{\"a\":\"x\"}").string("a")).isEqualTo("x");
        assertThat(steps(json(schema), json("{\"a\":[]}"))).isLessThan(20L * (definitions + 1));
    }

    private static String definitions(int count, IntFunction<String> each, String last) {
        var text = new StringBuilder();
        for (int k = 0; k < count; k++) {
            text.append("\"d%d\":%s,".formatted(k, each.apply(k)));
        }
        return text.append("\"d%d\":%s".formatted(count, last)).toString();
    }

    @Test
    @Tag("slow")
    void chainOfReferences_thatSaysNothing_isRefusedFromAHundredOn_inEitherOrder() {
        for (String chain : List.of("%s", "{\"anyOf\":[{\"type\":\"null\"},%s]}")) {
            String forwards = definitions(20_000, k -> chain.formatted(ref(k + 1)), "{\"type\":\"string\"}");
            var backwards = new ArrayList<>(List.of(forwards.split("(?<=}),(?=\"d)", -1)));
            Collections.reverse(backwards);
            for (String definitions : List.of(forwards, String.join(",", backwards))) {
                assertThatThrownBy(() -> JsonType.ofSchema(schema(definitions)))
                        .isInstanceOf(JsonTypeException.class)
                        .hasMessageContaining("it leads through more than 100 references and says nothing");
            }
        }
    }

    @Test
    @Tag("slow")
    void chainOfDefinitions_thatLeadIntoOneAnother_isRefusedBeforeItOverflowsTheStack() {
        String schema = schema(definitions(
                20_000, k -> "{\"type\":\"array\",\"items\":%s}".formatted(ref(k + 1)), "{\"type\":\"null\"}"));

        assertThatThrownBy(() -> JsonType.ofSchema(schema))
                .isInstanceOf(JsonTypeException.class)
                .hasMessage("the schema has 1,001 schemas that lead into one another; strict mode allows 1,000");
    }

    @Test
    void schemasWithinOneAnother_endTheCheckOnASmallStack() throws InterruptedException {
        // a hundred references at each of a hundred levels
        String schema = schema(definitions(
                99, k -> "{\"anyOf\":[{\"type\":\"null\"},%s]}".formatted(ref(k + 1)), object("n", ref(0))));
        var type = JsonType.ofSchema(schema);
        var message = new String[1];
        var thread = new Thread(
                null,
                () -> {
                    try {
                        type.read(nested("n", 90, "null"));
                    } catch (JsonMismatchException mismatch) {
                        message[0] = mismatch.getMessage();
                    }
                },
                "small",
                512 * 1024);
        thread.start();
        thread.join();

        assertThat(message[0]).isEqualTo("$: more than 350 schemas apply within one another");
    }

    @Test
    void unknownKeys_areReportedTenTimesOnly_whateverTheirNumber() {
        var properties = new LinkedHashMap<String, Json>();
        for (int i = 0; i < 4_000; i++) {
            properties.put("p" + i, Json.obj().with("type", "null"));
        }
        var value = new LinkedHashMap<String, Json>();
        for (int i = 0; i < 20_000; i++) {
            value.put("k" + i, Json.Null.NULL);
        }

        assertThat(steps(SchemaDefinitions.object(new Json.Obj(properties)), new Json.Obj(value)))
                .isEqualTo(20_001);
    }

    @Test
    void quotientsOfTwentyThousandDigits_endTheCheck() {
        var type = JsonType.ofSchema(
                object("a", "{\"type\":\"array\",\"items\":{\"type\":\"number\",\"multipleOf\":1e-99}}"));

        assertThat(type.read("{\"a\":[7,2.5e99]}")).isNotNull();
        assertThatThrownBy(() -> type.read("{\"a\":[" + "1e9999,".repeat(2_000) + "1]}"))
                .isInstanceOf(JsonMismatchException.class)
                .hasMessageStartingWith("$: it takes more than 1,")
                .hasMessageEndingWith(" steps to check");
    }

    @ParameterizedTest
    @ValueSource(strings = {"email", "hostname", "duration", "time", "ipv4", "ipv6", "uuid", "date", "date-time"})
    void formats_ofLongText_areRefusedAtOnce(String format) {
        for (String part : List.of("a.", "1", "a@", "1D", "::", "T1H", "2026-", "a-")) {
            assertThat(StringFormats.matches(format, part.repeat(200_000))).isFalse();
            assertThat(StringFormats.matches(format, "a@" + part.repeat(200_000) + "a"))
                    .isFalse();
        }
    }

    // --- the last line

    private static final String THOUSAND_BRANCHES;
    private static final String THREE_THOUSAND_ITEMS = "{\"a\":[" + "{\"n\":\"999\"},".repeat(3_000) + "null]}";

    static {
        var branches = new ArrayList<String>();
        for (int i = 0; i < 1_000; i++) {
            branches.add(object("n", "{\"const\":\"%d\"}".formatted(i)));
        }
        THOUSAND_BRANCHES =
                object("a", "{\"type\":\"array\",\"items\":{\"anyOf\":[" + String.join(",", branches) + "]}}");
    }

    @Test
    @Tag("slow")
    void everyBranchForEveryItem_isMoreThanACheckTakes_andADefect() {
        assertThatThrownBy(() -> JsonType.ofSchema(THOUSAND_BRANCHES).read(THREE_THOUSAND_ITEMS))
                .isInstanceOf(JsonMismatchException.class)
                .hasMessageStartingWith("$: it takes more than 5,1")
                .hasMessageEndingWith(" steps to check");
    }

    @Test
    void check_thatIsInterrupted_endsAsADefect_andKeepsTheFlag() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> JsonType.ofSchema(THOUSAND_BRANCHES).read(THREE_THOUSAND_ITEMS))
                .isInstanceOf(JsonMismatchException.class)
                .hasMessage("$: its check was interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    // --- any schema, any value

    @Test
    @Tag("slow")
    void steps_growLinearlyWithTheValue_forRandomSchemas() {
        long seed = Long.getLong("cadre.seed", new Random().nextLong());
        var random = new Random(seed);
        double most = 0;
        for (int i = 0; i < 100; i++) {
            int definitions = 1 + random.nextInt(8);
            Json.Obj schema = randomSchema(random, definitions);
            for (int size = 50; size <= 3_200; size *= 4) {
                Json value = Json.obj().with("a", randomValue(random, new int[] {size}, 0));
                double perNode = (double) steps(schema, value) / JsonText.size(value);
                // each definition has four branches at most, and each branch looks once at each node
                assertThat(perNode)
                        .as("seed %d, schema %d of %d definitions, size %d", seed, i, definitions, size)
                        .isLessThan(12.0 * definitions);
                most = Math.max(most, perNode);
            }
        }
        assertThat(most).isGreaterThan(1);
    }

    @Test
    @Tag("slow")
    void steps_growLinearlyWithTheSchema_forRandomValues() {
        long seed = Long.getLong("cadre.seed", new Random().nextLong());
        var random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            Json value = Json.obj().with("a", randomValue(random, new int[] {60}, 0));
            for (int definitions = 4; definitions <= 64; definitions *= 2) {
                Json.Obj schema = randomSchema(random, definitions);

                assertThat((double) steps(schema, value) / JsonText.size(schema))
                        .as("seed %d, value %d, definitions %d", seed, i, definitions)
                        .isLessThan(60);
            }
        }
    }

    @Test
    void defects_areThoseOfTheNearestBranch_howeverManyWaysLeadThere() {
        String leaf = "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"string\"},\"y\":{\"type\":\"string\"}},"
                + "\"required\":[\"x\",\"y\"],\"additionalProperties\":false}";
        var type = JsonType.ofSchema(schema("\"d0\":{\"anyOf\":[%s,%s,%s]},\"d1\":%s"
                .formatted(object("n", ref(1)), object("m", ref(0)), object("n", ref(0)), leaf)));

        assertThatThrownBy(() -> type.read("{\"a\":{\"m\":{\"n\":{\"x\":\"\",\"y\":1}}}}"))
                .hasMessage("$.a.m.n.y: expected a string, got a number");
        assertThat(type.read("{\"a\":{\"m\":{\"n\":{\"x\":\"\",\"y\":\"\"}}}}")).isNotNull();
    }

    private static Json.Obj randomSchema(Random random, int definitions) {
        var text = new StringBuilder();
        for (int k = 0; k < definitions; k++) {
            var branches = new ArrayList<String>();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                branches.add(branch(random, definitions));
            }
            text.append(k > 0 ? "," : "").append("\"d%d\":{\"anyOf\":[%s]}".formatted(k, String.join(",", branches)));
        }
        return json(schema(text.toString()));
    }

    private static String branch(Random random, int definitions) {
        return switch (random.nextInt(8)) {
            case 0 -> "{\"type\":[\"string\",\"null\"]}";
            case 1 -> "{\"type\":\"number\"}";
            case 2 -> "{\"type\":\"string\",\"pattern\":\"^(a|b)*$\"}";
            case 3 -> "{\"type\":\"array\",\"items\":%s}".formatted(ref(random.nextInt(definitions)));
            default -> {
                var properties = new StringBuilder();
                var names = new ArrayList<String>();
                for (String name : List.of("x", "y")) {
                    if (names.isEmpty() || random.nextBoolean()) {
                        names.add("\"" + name + "\"");
                        properties
                                .append(properties.isEmpty() ? "" : ",")
                                .append("\"%s\":%s".formatted(name, ref(random.nextInt(definitions))));
                    }
                }
                yield "{\"type\":\"object\",\"properties\":{%s},\"required\":%s,\"additionalProperties\":false}"
                        .formatted(properties, names);
            }
        };
    }

    private static Json randomValue(Random random, int[] left, int depth) {
        left[0]--;
        if (left[0] <= 0 || depth > 80) {
            return random.nextBoolean() ? new Json.Str("abab") : Json.Num.of(1);
        }
        if (random.nextInt(4) == 0) {
            var items = new ArrayList<Json>();
            for (int i = 1 + random.nextInt(5); i > 0; i--) {
                items.add(randomValue(random, left, depth + 1));
            }
            return new Json.Arr(items);
        }
        Map<String, Json> fields = new LinkedHashMap<>();
        fields.put("x", randomValue(random, left, depth + 1));
        if (random.nextBoolean()) {
            fields.put("y", randomValue(random, left, depth + 1));
        }
        return new Json.Obj(fields);
    }

    // --- the bounds

    @Test
    void chainOfAHundredReferences_isAllowed_andOfOneMoreIsNot_inEitherOrder() {
        for (String chain : List.of("%s", "{\"anyOf\":[{\"type\":\"null\"},%s,%1$s]}")) {
            for (int links : new int[] {100, 101}) {
                var forwards = new ArrayList<String>();
                for (int k = 0; k < links; k++) {
                    forwards.add("\"d%d\":%s".formatted(k, chain.formatted(ref(k + 1))));
                }
                forwards.add("\"d%d\":{\"type\":\"string\"}".formatted(links));
                for (var definitions : List.of(forwards, forwards.reversed())) {
                    String schema = schema(String.join(",", definitions));
                    if (links == 100) {
                        assertThat(JsonType.ofSchema(schema)).isNotNull();
                    } else {
                        assertThatThrownBy(() -> JsonType.ofSchema(schema))
                                .hasMessageContaining("it leads through more than 100 references");
                    }
                }
            }
        }
    }

    /** The root and six levels below; then the root, four more, and the same six. */
    @Test
    void levels_areCountedBehindEveryReference_howeverOftenItIsFollowed() {
        String six = definitions(5, k -> object("n", ref(k + 1)), object("n", "{\"type\":\"null\"}"));
        String root = "{\"type\":\"object\",\"properties\":{\"a\":%s,\"b\":%s},\"required\":[\"a\",\"b\"],"
                + "\"additionalProperties\":false,\"$defs\":{%s}}";
        String three = object("x", object("x", object("x", ref(0))));

        assertThat(JsonType.ofSchema(root.formatted(ref(0), three, six))).isNotNull();
        assertThatThrownBy(() -> JsonType.ofSchema(root.formatted(ref(0), object("x", three), six)))
                .hasMessage("the schema has 11 levels of nesting; strict mode allows 10");
    }

    @Test
    void valuesOfAnotherKind_leaveNoSchemaOpen() {
        var type = JsonType.ofSchema(object(
                "a", "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"number\"}]}}"));

        assertThat(type.read("{\"a\":[" + "1,".repeat(1_000) + "1]}").items("a"))
                .hasSize(1_001);
    }

    @Test
    void items_behindTheTenthDefect_areNotLookedAt() {
        String schema = object("a", "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}");

        assertThat(steps(json(schema), json("{\"a\":[" + "1,".repeat(1_000) + "1]}")))
                .isLessThan(20);
    }

    @Test
    void textOfAFormatAndValuesOfAnEnum_takeTheirSteps() {
        String format = object("a", "{\"type\":\"string\",\"format\":\"email\"}");
        String many = object("a", "{\"enum\":[" + "1,".repeat(499) + "1]}");

        assertThat(steps(json(format), json("{\"a\":\"%s\"}".formatted("x".repeat(500)))))
                .isGreaterThan(500);
        assertThat(steps(json(many), json("{\"a\":2}"))).isGreaterThan(500);
    }
}
