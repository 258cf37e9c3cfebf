// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class JsonTypeReadTest {
    enum Tier {
        NANO,
        MINI
    }

    sealed interface Step permits Search, Summarize {}

    record Search(String term, Tier tier) implements Step {}

    record Summarize(@JsonProperty("max_words") int maxWords) implements Step {
        Summarize {
            if (maxWords < 1) {
                throw new IllegalArgumentException("at least 1 word, not " + maxWords);
            }
        }
    }

    private record Plan(String goal, List<Step> steps, Optional<String> note, Map<Tier, Long> shares) {}

    private final JsonType<Plan> planType = new JsonType<>(Plan.class);

    private static final Plan VALUE = new Plan(
            "tidy",
            List.of(new Search("retry", Tier.MINI), new Summarize(20)),
            Optional.empty(),
            Map.of(Tier.NANO, 3L));

    private static final String TEXT = """
            {"goal":"tidy","steps":[{"kind":"Search","term":"retry","tier":"MINI"},\
            {"kind":"Summarize","max_words":20}],"note":null,"shares":[{"key":"NANO","value":3}]}""";

    private static List<String> defects(JsonType<?> type, String text) {
        var thrown = catchThrowableOfType(JsonMismatchException.class, () -> type.read(text));
        assertThat(thrown).as("a mismatch for %s", text).isNotNull();
        return thrown.defects();
    }

    @Test
    void value_writtenAndReadBack_isEqual() {
        assertThat(planType.write(VALUE)).isEqualTo(TEXT);
        assertThat(planType.read(TEXT)).isEqualTo(VALUE);
    }

    @Test
    void reply_fencedOrBetweenSentences_isUnfenced() {
        assertThat(planType.read("```json\n" + TEXT + "\n```")).isEqualTo(VALUE);
        assertThat(planType.read("Here is the plan:\n" + TEXT + "\nHope this helps!"))
                .isEqualTo(VALUE);
        assertThat(planType.read("\ufeff  " + TEXT + "\n")).isEqualTo(VALUE);
    }

    @Test
    void everyDefect_isReportedAtOnce() {
        var broken = """
                {"goal":7,"steps":[{"kind":"Search","term":"x","tier":"HUGE"},{"kind":"Summarize","max_words":0},\
                {"kind":"Dance"},{"term":"y"}],"shares":[{"key":"NANO","value":1.5}],"extra":1}""";
        assertThat(defects(planType, broken))
                .containsExactly(
                        "$.extra: unknown key; the keys are goal, steps, note, shares",
                        "$.goal: expected a string, got a number",
                        "$.steps[0].tier: \"HUGE\" is not one of NANO, MINI",
                        "$.steps[1]: at least 1 word, not 0",
                        "$.steps[2].kind: \"Dance\" is not one of Search, Summarize",
                        "$.steps[3].kind: missing; it is one of Search, Summarize",
                        "$.note: missing",
                        "$.shares[0].value: 1.5 is not a whole number");
    }

    @Test
    void reply_thatIsNotExactlyOneObject_isRefused() {
        var object = "{\"value\":1}";
        var number = JsonType.of(int.class);

        assertThat(number.read(object)).isEqualTo(1);
        assertThat(defects(number, "")).containsExactly("not valid JSON: Unexpected end of text at line 1, column 1");
        assertThat(defects(number, "null")).containsExactly("$: expected an object, got null");
        assertThat(defects(number, "17")).containsExactly("$: expected an object, got a number");
        assertThat(defects(number, "[" + object + "]")).containsExactly("$: expected an object, got an array");
        assertThat(defects(number, object + object))
                .containsExactly("not valid JSON: Text after the end of the document at line 1, column 12");
        assertThat(defects(number, object + " and " + object))
                .singleElement()
                .asString()
                .startsWith("not valid JSON");
        assertThat(defects(number, "I cannot answer."))
                .singleElement()
                .asString()
                .startsWith("not valid JSON");
        // cut off: the inner object is whole, and is not the answer
        assertThat(defects(number, "{\"answer\":" + object))
                .singleElement()
                .asString()
                .startsWith("not valid JSON");
        assertThat(defects(number, "[" + object)).singleElement().asString().startsWith("not valid JSON");
        assertThat(defects(number, object + "}")).singleElement().asString().startsWith("not valid JSON");
    }

    @Test
    void errorInAFencedReply_isLocatedInTheReply() {
        assertThat(defects(JsonType.of(int.class), "So:\n```json\n{\"value\": oops}\n```"))
                .singleElement()
                .asString()
                .startsWith("not valid JSON: Unrecognized token: ")
                .endsWith("at line 3, column 11");
    }

    @Test
    void duplicateKey_isADefectWithItsPath() {
        assertThat(defects(planType, TEXT.replace("\"term\":", "\"term\":1,\"term\":")))
                .containsExactly("$.steps[0].term: duplicate key");
    }

    @Test
    void defects_areAtMostTen_shortAndOnOneLine() {
        var strings = JsonType.of(Tier.class).list();
        var items = ("\"" + "x\\n\\u202e".repeat(500) + "\",").repeat(20);

        assertThat(defects(strings, "{\"value\":[" + items.substring(0, items.length() - 1) + "]}"))
                .hasSize(10)
                .allSatisfy(defect -> assertThat(defect).hasSizeLessThan(300).doesNotContain("\n", "\u202e"))
                .first()
                .asString()
                .startsWith("$.value[0]: \"x\\n\\u202ex")
                .endsWith("…\" is not one of NANO, MINI");
    }

    record Scalars(
            byte b,
            short s,
            int i,
            long l,
            float f,
            double d,
            Instant at,
            LocalDate day,
            Duration took,
            UUID id,
            URI link) {}

    @Test
    void scalars_outOfRangeOrForm_areDefects() {
        assertThat(defects(JsonType.of(Scalars.class), """
                        {"b":128,"s":-32769,"i":2147483648,"l":1e30,"f":1e39,"d":-1e400,"at":"2026-01-31T09:30:00",\
                        "day":"2026-02-30","took":"P1M","id":"1-1-1-1-1","link":"a b"}"""))
                .containsExactly(
                        "$.b: 128 is not between -128 and 127",
                        "$.s: -32769 is not between -32768 and 32767",
                        "$.i: 2147483648 is not between -2147483648 and 2147483647",
                        "$.l: 1E+30 is not between -9223372036854775808 and 9223372036854775807",
                        "$.f: 1E+39 is out of range",
                        "$.d: -1E+400 is out of range",
                        "$.at: \"2026-01-31T09:30:00\" is not an instant like 2026-01-31T09:30:00Z",
                        "$.day: \"2026-02-30\" is not a date like 2026-01-31",
                        "$.took: \"P1M\" is not a duration like PT1H30M",
                        // the eleventh, of the URI, is beyond the limit
                        "$.id: \"1-1-1-1-1\" is not a UUID");
    }

    @Test
    void wholeNumber_inOtherNotation_isRead() {
        assertThat(JsonType.of(int.class).read("{\"value\":3.00e2}")).isEqualTo(300);
    }

    @Test
    void offsetInstant_isRead() {
        assertThat(JsonType.of(Instant.class).read("{\"value\":\"2026-01-31T10:30:00+01:00\"}"))
                .isEqualTo(Instant.parse("2026-01-31T09:30:00Z"));
    }

    @Test
    void mapWithARepeatedKey_isADefect_andASetDropsRepetitions() {
        record Both(Map<String, Integer> map, Set<String> set) {}
        var type = JsonType.of(Both.class);

        assertThat(defects(type, "{\"map\":[{\"key\":\"a\",\"value\":1},{\"key\":\"a\",\"value\":2}],\"set\":[]}"))
                .containsExactly("$.map[1].key: \"a\" is not unique in this map");
        assertThat(type.read("{\"map\":[],\"set\":[\"b\",\"a\",\"b\"]}").set()).containsExactly("b", "a");
    }

    @Test
    void collectionsThatAreRead_cannotBeChanged() {
        var plan = planType.read(TEXT);

        assertThatThrownBy(() -> plan.steps().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> plan.shares().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void valueThatCannotBeWritten_isNamedByItsPath() {
        record Score(double score) {}
        record Names(List<String> names) {}

        assertThatThrownBy(() -> JsonType.of(Score.class).write(new Score(Double.NaN)))
                .isInstanceOf(JsonException.class)
                .hasMessage("$.score: NaN is not a number in JSON");
        assertThatThrownBy(() -> JsonType.of(Names.class).write(new Names(Arrays.asList("a", null))))
                .isInstanceOf(JsonException.class)
                .hasMessage("$.names[1]: null cannot be written; use Optional");
    }

    record Chain(Optional<Chain> next) {}

    @Test
    void valueNestedTooDeep_isRefused() {
        var chain = new Chain(Optional.empty());
        for (int i = 0; i < 10_000; i++) {
            chain = new Chain(Optional.of(chain));
        }
        var endless = chain;

        assertThatThrownBy(() -> JsonType.of(Chain.class).write(endless))
                .isInstanceOf(JsonException.class)
                .hasMessage("JSON is nested deeper than 100 levels");
    }

    record Strict(String text) {
        Strict {
            if (text.isEmpty()) {
                throw new IllegalStateException();
            }
            if (text.equals("bug")) {
                throw new AssertionError("broken record");
            }
        }
    }

    @Test
    void constructorThatThrows_isADefect_unlessItIsAnError() {
        var type = JsonType.of(Strict.class);

        assertThat(defects(type, "{\"text\":\"\"}")).containsExactly("$: IllegalStateException");
        assertThatThrownBy(() -> type.read("{\"text\":\"bug\"}"))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("broken record");
    }

    @Test
    void strangeStrings_surviveWritingAndReading() {
        var type = JsonType.of(String.class);
        var strange = "\ud800 \u0000 \u202e \uffff \ud83d\ude42";

        assertThat(type.write(strange)).isEqualTo("{\"value\":\"\\ud800 \\u0000 \\u202e \\uffff \ud83d\ude42\"}");
        assertThat(type.read(type.write(strange))).isEqualTo(strange);
    }

    private record Numbers(List<BigInteger> whole) {}

    @Test
    void wholeNumber_ofAnySize_isReadUpToAThousandDigits() {
        var type = JsonType.of(Numbers.class);

        assertThat(type.read("{\"whole\":[1e999]}").whole()).containsExactly(BigInteger.TEN.pow(999));
        assertThat(defects(type, "{\"whole\":[1e1000]}"))
                .containsExactly("$.whole[0]: 1E+1000 has more than 1,000 digits");
    }

    @Test
    void items_behindTheTenthDefect_areNotRead() {
        int[] made = {0};
        COUNTED.set(made);

        var found = defects(
                JsonType.of(Counters.class),
                "{\"all\":[" + "{\"number\":-1},".repeat(10) + "{\"number\":1},".repeat(1_000) + "{\"number\":1}]}");

        assertThat(found).hasSize(10).last().isEqualTo("$.all[9]: negative");
        assertThat(made[0]).isEqualTo(10);
    }

    private static final ThreadLocal<int[]> COUNTED = new ThreadLocal<>();

    private record Counters(List<Counter> all) {}

    private record Counter(int number) {
        Counter {
            COUNTED.get()[0]++;
            if (number < 0) {
                throw new IllegalArgumentException("negative");
            }
        }
    }

    enum Colour {
        RED
    }

    sealed interface Choice permits Yes {}

    record Yes(int degree) implements Choice {}

    record Mixed(
            List<String> list,
            int[] array,
            Map<String, Integer> map,
            Colour colour,
            Choice choice,
            Yes yes,
            OptionalInt small,
            OptionalLong large,
            OptionalDouble real,
            Optional<String> text,
            boolean flag) {}

    private final JsonType<Mixed> mixed = new JsonType<>(Mixed.class);

    @Test
    void valueOfAnotherKind_isADefectOfItsPlace() {
        assertThatThrownBy(() -> mixed.read("""
                {"list":1,"array":"x","map":{},"colour":2,"choice":[],"yes":null,
                 "small":null,"large":null,"real":null,"text":null,"flag":true}"""))
                .isInstanceOfSatisfying(
                        JsonMismatchException.class,
                        mismatch -> assertThat(mismatch.defects())
                                .containsExactly(
                                        "$.list: expected an array, got a number",
                                        "$.array: expected an array, got a string",
                                        "$.map: expected an array of key and value, got an object",
                                        "$.colour: expected one of RED, got a number",
                                        "$.choice: expected an object, got an array",
                                        "$.yes: expected an object, got null"));
        assertThatThrownBy(() -> mixed.read("""
                {"list":[],"array":[],"map":[1,{"key":"a","value":1,"more":2}],"colour":"RED","choice":{"kind":7},
                 "yes":{"degree":1},"small":null,"large":null,"real":null,"text":null,"flag":true}"""))
                .isInstanceOfSatisfying(
                        JsonMismatchException.class,
                        mismatch -> assertThat(mismatch.defects())
                                .containsExactly(
                                        "$.map[0]: expected an object with key and value, got a number",
                                        "$.map[1].more: unknown key; the keys are key, value",
                                        "$.choice.kind: expected one of Yes, got a number"));
        assertThatThrownBy(() -> new JsonType<>(Choice.class)
                        .read("{\"value\":{\"kind\":\"Yes\",\"degree\":1,\"x\":1},\"y\":2}"))
                .isInstanceOfSatisfying(
                        JsonMismatchException.class,
                        mismatch -> assertThat(mismatch.defects())
                                .containsExactly(
                                        "$.y: unknown key; the keys are value",
                                        "$.value.x: unknown key; the keys are kind, degree"));
    }

    @Test
    void optionalNumbersAndArrays_areReadAndWrittenBack() {
        for (String text : List.of(
                "{\"list\":[\"a\"],\"array\":[1,2],\"map\":[{\"key\":\"k\",\"value\":1}],\"colour\":\"RED\",\"choice\":{\"kind\":\"Yes\",\"degree\":1},\"yes\":{\"degree\":2},\"small\":3,\"large\":4,\"real\":5.5,\"text\":\"t\",\"flag\":false}",
                "{\"list\":[],\"array\":[],\"map\":[],\"colour\":\"RED\",\"choice\":{\"kind\":\"Yes\",\"degree\":1},\"yes\":{\"degree\":2},\"small\":null,\"large\":null,\"real\":null,\"text\":null,\"flag\":true}")) {
            assertThat(mixed.write(mixed.read(text))).isEqualTo(text);
        }
        assertThat(Json.obj().with("no", new Json.Bool(false)).bool("no")).isFalse();
    }
}
