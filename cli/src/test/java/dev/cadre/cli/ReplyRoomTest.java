// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.cli.SearchDocument.Answer;
import dev.cadre.cli.SearchDocument.Result;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplyRoomTest {
    private static Result place(int id, String path, String symbol, String text) {
        return new Result(id, path, 1, 9, 1, symbol, text, 1, List.of());
    }

    private static SearchDocument document(String sentence, List<Result> places) {
        return new SearchDocument(
                1,
                SearchDocument.COMPLETE,
                "offline-lexical",
                "",
                List.of(new Answer(sentence, List.of(1))),
                places,
                "high",
                List.of(),
                new Cost(0, "0", 0, 0, 0),
                Map.of(),
                List.of("a note"),
                null,
                null,
                1);
    }

    @Test
    void answerOfUsualSize_staysAsItIs() {
        SearchDocument usual = document(
                "It is here.",
                IntStream.rangeClosed(1, 60)
                        .mapToObj(id ->
                                place(id, "A.java", "a", "    int a = 1; // as it was, more or less\n".repeat(60)))
                        .toList());

        assertThat(ReplyRoom.fitted(usual)).isSameAs(usual);
    }

    @Test
    void texts_areCutAtALine_andPlacesBehindThemLeftOut() {
        String line = "\u6f22".repeat(9_999) + "\n"; // 60,000 characters in JSON
        String lines = line.repeat(5);
        SearchDocument fitted = ReplyRoom.fitted(document(
                "Here.", List.of(place(1, "A", "a", lines), place(2, "B", "b", lines), place(3, "C", "c", "c"))));

        assertThat(fitted.results()).extracting(Result::path).containsExactly("A");
        assertThat(fitted.results().getFirst().snippet()).isEqualTo(line.repeat(4) + "… [cut]");
        assertThat(fitted.notes().getFirst()).startsWith("1 texts are cut and 2 places left out: ");
        assertThat(fitted.notes()).endsWith("a note");
    }

    @Test
    void oneTextWithoutEnd_isCut_whereverItStands() {
        String endless = "\ud83d\ude00".repeat(1_000_000);

        SearchDocument sentence = ReplyRoom.fitted(document(endless, List.of(place(1, "A", "a", "text"))));
        assertThat(sentence.answer().getFirst().text()).hasSizeLessThan(44_000).endsWith("\ude00… [cut]");
        assertThat(sentence.results()).isEmpty();

        assertThat(ReplyRoom.fitted(document("", List.of(place(1, "A", endless, "text"))))
                        .results())
                .singleElement()
                .satisfies(place -> assertThat(place.symbol()).hasSizeLessThan(44_000))
                .satisfies(place -> assertThat(place.snippet()).isEqualTo("… [cut]"));
        assertThat(ReplyRoom.fitted(document("", List.of(place(1, endless, "a", "text"))))
                        .results())
                .isEmpty();
    }
}
