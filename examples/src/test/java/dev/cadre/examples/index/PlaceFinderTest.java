// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.repository.SourceFile;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceFinderTest {
    private static final String FILLER = "    int nothing;\n";

    private static List<Place> places(String text, String question) {
        var vocabulary = new Vocabulary();
        IndexedFile file = IndexedFile.of(SourceFile.of("src/A.java", text), vocabulary);
        WeightedQuery query = WeightedQuery.of(Query.of(question), vocabulary, List.of(file));
        var finder = new QueryHits.Finder(query, vocabulary);
        return PlaceFinder.find(file, finder.in(file.source()), query, finder).places();
    }

    private static String method(String name, int lines, int telling) {
        String body = IntStream.range(1, lines - 1)
                .mapToObj(line -> line == telling ? "        evict(oldest);\n" : "        step();\n")
                .collect(joining());
        return "    void " + name + "() {\n" + body + "    }\n";
    }

    @Test
    void methodThatIsShort_standsWithItsNeighbours_andTheLineThatTells() {
        String text = "class A {\n" + FILLER.repeat(100) + "    /** Evicts. */\n" + method("trim", 10, 4)
                + FILLER.repeat(100) + "}\n";

        Place place = places(text, "evict oldest").getFirst();

        assertThat(text.lines().toList().get(place.bestLine() - 1)).contains("evict(oldest)");
        assertThat(place.symbol()).isEqualTo("A.trim");
        assertThat(place.endLine() - place.startLine() + 1).isEqualTo(Place.MAX_LINES);
        assertThat(place.startLine())
                .as("its comment and what stands before it")
                .isLessThanOrEqualTo(102);
        assertThat(place.endLine()).isGreaterThanOrEqualTo(112);
    }

    @Test
    void methodThatIsLong_isShownAroundTheLine_withinItself() {
        String text = "class A {\n" + FILLER.repeat(50) + method("trim", 300, 150) + FILLER.repeat(50) + "}\n";

        Place place = places(text, "evict oldest").getFirst();

        assertThat(place).isEqualTo(new Place(172, 231, 202, "A.trim", place.score()));
        Place atItsEnd = places("class A {\n" + method("trim", 300, 298) + FILLER.repeat(90) + "}\n", "evict oldest")
                .getFirst();
        assertThat(atItsEnd.endLine()).isEqualTo(301);
    }

    @Test
    void nameOfADefinition_countsAsAWordOfIt() {
        String text = "class A {\n" + method("evictOldest", 70, -1) + method("other", 70, 30) + "}\n";

        assertThat(places(text, "evict").getFirst().symbol()).isEqualTo("A.evictOldest");
        assertThat(places(text, "evict").getFirst().bestLine()).as("its head").isEqualTo(2);
    }

    @Test
    void fileOfAFewLines_isOnePlace_andOneWithoutAWordHasNone() {
        assertThat(places("class A {\n    long delay;\n}\n", "delay"))
                .containsExactly(new Place(
                        1,
                        3,
                        2,
                        "A",
                        places("class A {\n    long delay;\n}\n", "delay")
                                .getFirst()
                                .score()));
        assertThat(places("class A {\n}\n", "delay")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"@Evict class A {\n", "// evict\n", "evict ", "void evict() {}\n", "@Evict\n"})
    @Timeout(15) // the square of the lines takes half a minute
    void textOfAMegabyte_isReadInTimeLinearInIt(String piece) {
        assertThat(places(piece.repeat(1_000_000 / piece.length()), "evict the oldest"))
                .isNotEmpty();
    }

    @Test
    void placesOfRandomText_areInside_shareNoLine_andAreAtMostThree() {
        long seed = 20261129;
        var random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            String text = random.ints(random.nextInt(1, 400), 0, 6)
                    .mapToObj(kind -> switch (kind) {
                        case 0 -> "class C" + kind + " {\n";
                        case 1 -> "void evict() {\n";
                        case 2 -> "}\n";
                        case 3 -> "// oldest\n";
                        case 4 -> "@Evict oldest();\n";
                        default -> "step();\n";
                    })
                    .collect(joining());
            List<Place> places = places(text, "evict the oldest");

            assertThat(places).as("seed %d, text %d", seed, i).hasSizeLessThanOrEqualTo(3);
            for (Place each : places) {
                assertThat(each.endLine()).as("seed %d, text %d", seed, i).isLessThanOrEqualTo((int)
                        text.lines().count());
                assertThat(places.stream().filter(each::overlaps))
                        .as("seed %d, text %d", seed, i)
                        .containsExactly(each);
            }
        }
    }
}
