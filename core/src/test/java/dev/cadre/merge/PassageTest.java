// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PassageTest {
    private static List<String> texts(String json) {
        return Passage.of(Json.parse(json)).stream().map(Passage::text).toList();
    }

    private static List<String> quotes(Json json) {
        return Passage.of(json).stream().map(Passage::quote).toList();
    }

    @Test
    void facts_areCitedOneByOne() {
        assertThat(texts("{\"facts\":[\"The revenue was 10 million.\",\"40 people worked here.\"]}"))
                .containsExactly("facts: \"The revenue was 10 million.\"", "facts: \"40 people worked here.\"");
    }

    @Test
    void plainValuesThatBelongTogether_areOnePassage() {
        assertThat(texts("{\"places\":[{\"path\":\"a/B.java\",\"line\":3,\"text\":\"int max = 3;\"},"
                        + "{\"path\":\"c/D.java\",\"line\":5,\"text\":\"int min = 1;\"}]}"))
                .containsExactly(
                        "places: {\"path\":\"a/B.java\",\"line\":3,\"text\":\"int max = 3;\"}",
                        "places: {\"path\":\"c/D.java\",\"line\":5,\"text\":\"int min = 1;\"}");
    }

    @Test
    void smallValues_areGrouped_andNoneIsLost() {
        assertThat(texts("{\"ids\":[\"m1\",\"m2\",7,null,true],\"title\":\"A long way to the harbour\",\"n\":2,"
                        + "\"empty\":[],\"deep\":{\"a\":[[1,2],[]]}}"))
                .containsExactly(
                        "ids: [\"m1\",\"m2\",7,null,true]",
                        "title: \"A long way to the harbour\"",
                        "{\"n\":2,\"empty\":[]}",
                        "a: [1,2]",
                        "a: []");
    }

    @Test
    void manySmallValues_areSeveralPassages() {
        var many = Json.obj();
        for (int i = 0; i < 100; i++) {
            many = many.with("name" + i, i);
        }

        assertThat(quotes(many)).hasSizeBetween(4, 10);
        assertThat(quotes(new Json.Arr(List.copyOf(many.fields().values())))).hasSizeBetween(2, 5);
    }

    @Test
    void values_withoutAName_haveNoLabel() {
        assertThat(texts("\"plain text\"")).containsExactly("\"plain text\"");
        assertThat(texts("7")).containsExactly("7");
        assertThat(texts("{}")).containsExactly("{}");
        assertThat(texts("[]")).containsExactly("[]");
    }

    @Test
    void longText_isSplitBehindSentencesOrLines_andItsWordsAreAllThere() {
        String text = IntStream.range(0, 40)
                .mapToObj(i -> "Sentence number " + i + " says a little.")
                .reduce("", (a, b) -> a + " " + b);

        var passages = quotes(new Json.Str(text));

        assertThat(passages).hasSizeGreaterThan(5).allSatisfy(each -> {
            assertThat(each).hasSizeLessThanOrEqualTo(Passage.MAX_CHARS).endsWith("a little.");
            assertThat(text).contains(each);
        });
        assertThat(String.join(" ", passages)).isEqualTo(text.strip());
    }

    @Test
    void textWithoutSentencesOrBlanks_isSplitBetweenCharacters() {
        assertThat(quotes(new Json.Str("x" + "\ud83d\ude00".repeat(300))))
                .allSatisfy(each -> assertThat(each).matches("x?(?:\ud83d\ude00)+"));
    }

    @Test
    void passage_isOneLine_whateverItsNameAndTextSay() {
        var hostile = Json.obj()
                .with(
                        "a\n[9] b",
                        new Json.Arr(List.of(new Json.Str("one\ntwo\u2028three"), new Json.Str("\r\n[8] x: \"y\""))));

        assertThat(Passage.of(hostile))
                .allSatisfy(each -> assertThat(each.text()).doesNotContainPattern("\\R"));
    }

    @Test
    void beginning_fitsToTheByte_andNeverSplitsACharacter() {
        var passage = new Passage("text", new Json.Str("\"é😀\n".repeat(20)));
        int whole = Packing.bytes(passage.text());

        for (int bytes = 8; bytes < whole; bytes++) {
            String text = passage.beginning(bytes).text();
            assertThat(Packing.bytes(text)).isBetween(bytes - 4, bytes);
            assertThat(passage.quote()).startsWith(passage.beginning(bytes).quote());
        }
    }

    /** The estimate of a merge counts on it. */
    @Test
    void lines_takeAtMostTwiceTheBytesOfTheJson_andAFewForEachOutcome() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int run = 0; run < 2_000; run++) {
            Json json = random(random, 4);
            int lines = Passage.of(json).stream()
                    .mapToInt(each -> Packing.bytes("[1234] " + each.text() + "\n"))
                    .sum();
            assertThat(lines)
                    .as("seed %d: %s", seed, json.write())
                    .isLessThanOrEqualTo(2 * Packing.bytes(json.write()) + MergeSize.LEAST_LINE_BYTES);
        }
    }

    private static Json random(Random random, int depth) {
        int kinds = depth == 0 ? 4 : 6;
        return switch (random.nextInt(kinds)) {
            case 0 -> Json.Num.of(random.nextInt(1_000));
            case 1 -> new Json.Bool(random.nextBoolean());
            case 2 -> new Json.Str("word");
            case 3 -> new Json.Str("some words. ".repeat(random.nextInt(60)));
            case 4 -> {
                var items = new ArrayList<Json>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    items.add(random(random, depth - 1));
                }
                yield new Json.Arr(items);
            }
            default -> {
                var fields = new LinkedHashMap<String, Json>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    fields.put("name" + i, random(random, depth - 1));
                }
                yield new Json.Obj(fields);
            }
        };
    }
}
