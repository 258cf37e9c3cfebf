// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Equal values have one text, in whatever order their collections are. */
class CanonicalJsonTest {
    enum Colour {
        RED,
        GREEN,
        BLUE
    }

    record Part(Map<Colour, Integer> counts, Set<String> tags) {}

    record Whole(
            Map<String, Part> parts,
            Set<Part> set,
            Collection<Colour> colours,
            List<String> list,
            Optional<Set<Colour>> maybe) {}

    private final JsonType<Whole> wholeType = new JsonType<>(Whole.class);

    /** Equal values whose collections are in different orders. */
    private record Twins(Whole one, Whole other) {
        static Twins of(RandomGenerator random) {
            var parts = new LinkedHashMap<String, Part>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                parts.put("part" + random.nextInt(20), part(random));
            }
            var set = new LinkedHashSet<Part>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                set.add(part(random));
            }
            var colours = new ArrayList<>(List.of(Colour.values()).subList(0, random.nextInt(4)));
            var list = random.ints(3, 0, 9).mapToObj(Integer::toString).toList();
            Optional<Set<Colour>> maybe =
                    random.nextBoolean() ? Optional.empty() : Optional.of(Set.of(Colour.values()));
            return new Twins(
                    new Whole(parts, set, unordered(colours), list, maybe),
                    new Whole(
                            shuffled(parts, random),
                            new LinkedHashSet<>(shuffled(set, random)),
                            unordered(shuffled(colours, random)),
                            List.copyOf(list),
                            maybe.map(each -> new LinkedHashSet<>(shuffled(each, random)))));
        }

        private static Part part(RandomGenerator random) {
            var counts = new LinkedHashMap<Colour, Integer>();
            shuffled(Arrays.asList(Colour.values()), random).forEach(colour -> counts.put(colour, random.nextInt(3)));
            var tags = new LinkedHashSet<String>();
            random.ints(4, 0, 9).forEach(tag -> tags.add("tag" + tag));
            return new Part(counts, tags);
        }

        private static <T> Collection<T> unordered(List<T> items) {
            return Collections.unmodifiableCollection(new LinkedHashSet<>(items));
        }

        private static <T> List<T> shuffled(Collection<T> items, RandomGenerator random) {
            var copy = new ArrayList<>(items);
            Collections.shuffle(copy, java.util.Random.from(random));
            return copy;
        }

        private static Map<String, Part> shuffled(Map<String, Part> parts, RandomGenerator random) {
            var copy = new LinkedHashMap<String, Part>();
            shuffled(parts.entrySet(), random)
                    .forEach(entry -> copy.put(
                            entry.getKey(),
                            new Part(
                                    shuffledCounts(entry.getValue().counts(), random),
                                    new LinkedHashSet<>(
                                            shuffled(entry.getValue().tags(), random)))));
            return copy;
        }

        private static Map<Colour, Integer> shuffledCounts(Map<Colour, Integer> counts, RandomGenerator random) {
            var copy = new LinkedHashMap<Colour, Integer>();
            shuffled(counts.entrySet(), random).forEach(entry -> copy.put(entry.getKey(), entry.getValue()));
            return copy;
        }
    }

    @Test
    @Tag("slow")
    void equalValues_areWrittenAlikeInEveryOrder() {
        for (long seed = 1; seed <= 2_000; seed++) {
            Twins twins = Twins.of(RandomGeneratorFactory.of("L64X128MixRandom").create(seed));

            assertThat(wholeType.write(twins.other())).as("seed %d", seed).isEqualTo(wholeType.write(twins.one()));
            assertThat(wholeType.canonical(twins.other()))
                    .as("seed %d", seed)
                    .isEqualTo(wholeType.canonical(twins.one()));
        }
    }

    @Test
    void written_readAndWrittenAgain_isTheSame() {
        for (long seed = 1; seed <= 500; seed++) {
            String text = wholeType.write(
                    Twins.of(RandomGeneratorFactory.of("L64X128MixRandom").create(seed))
                            .one());

            assertThat(wholeType.write(wholeType.read(text)))
                    .as("seed %d", seed)
                    .isEqualTo(text);
        }
    }

    @Test
    void listsAndOrderedCollections_keepTheirOrder() {
        record Ordered(List<String> list, Collection<String> collection, String[] array) {}

        String written = JsonType.of(Ordered.class)
                .write(new Ordered(List.of("b", "a"), List.of("d", "c"), new String[] {"f", "e"}));

        assertThat(written).isEqualTo("{\"list\":[\"b\",\"a\"],\"collection\":[\"d\",\"c\"],\"array\":[\"f\",\"e\"]}");
    }

    @Test
    void hashSetOfTheDeclaredTypeCollection_isSorted() {
        record Loose(Collection<String> tags) {}

        assertThat(JsonType.of(Loose.class).write(new Loose(new HashSet<>(List.of("z", "b", "a")))))
                .isEqualTo("{\"tags\":[\"a\",\"b\",\"z\"]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.0", "1e0", "10E-1", "1.000"})
    void numbersOfOneValue_areOneNumberAndNoString(String digits) {
        assertThat(Json.parse(digits).canonical()).isEqualTo("1");
        assertThat(new Json.Str(digits).canonical()).isNotEqualTo("1");
        assertThat(new Json.Num(new BigDecimal("0E+9999")).canonical()).isEqualTo("0");
        assertThat(Json.parse("-0.0").canonical()).isEqualTo("0");
    }

    @Test
    void objects_areSortedByName_andLeftInTheirOrderWhereTheyAreSent() {
        Json document = Json.parse("{\"b\":{\"d\":1,\"c\":2.50},\"a\":[2,1]}");

        assertThat(document.canonical()).isEqualTo("{\"a\":[2,1],\"b\":{\"c\":2.5,\"d\":1}}");
        assertThat(document.write()).isEqualTo("{\"b\":{\"d\":1,\"c\":2.50},\"a\":[2,1]}");
    }

    @Test
    void objectOfAMapWithoutOrder_isSorted() {
        var unordered = new Json.Obj(Map.of("b", Json.Null.NULL, "c", Json.Null.NULL, "a", Json.Null.NULL));

        assertThat(unordered.write()).isEqualTo("{\"a\":null,\"b\":null,\"c\":null}");
        assertThat(new Json.Obj(unordered.with("Z", 1).fields()).write())
                .isEqualTo("{\"a\":null,\"b\":null,\"c\":null,\"Z\":1}");
    }
}
