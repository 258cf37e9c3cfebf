// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerStreamTest {
    private static List<AnswerText> stream(String... pieces) {
        var texts = new ArrayList<AnswerText>();
        var stream = new AnswerStream(texts::add, 1);
        List.of(pieces).forEach(stream);
        return texts;
    }

    /** The texts by their place, their pieces joined. */
    private static Map<String, String> joined(List<AnswerText> texts) {
        Map<String, String> joined = new LinkedHashMap<>();
        texts.forEach(text -> joined.merge(text.component(), text.text(), String::concat));
        return joined;
    }

    @Test
    void texts_comeAsTheyAreWritten_withTheirPlace() {
        assertThat(stream(
                        "{\"answer\":{\"te",
                        "xt\":\"Dogs",
                        " bark",
                        ".\",\"n\":7,\"more\":[\"a\",{\"b\":\"c\"}]},",
                        "\"citations\":[\"x\"]}"))
                .containsExactly(
                        new AnswerText("text", "Dogs", 1),
                        new AnswerText("text", " bark", 1),
                        new AnswerText("text", ".", 1),
                        new AnswerText("more[0]", "a", 1),
                        new AnswerText("more[1].b", "c", 1));
        assertThat(stream("{\"citations\":[\"x\"],\"answer\":\"Do", "gs\",\"answer\":\"no\"}"))
                .containsExactly(new AnswerText("", "Do", 1), new AnswerText("", "gs", 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no JSON",
                "[\"answer\"]",
                "{\"other\":{\"answer\":\"no\"}}",
                "{\"answer\":7,\"citations\":[\"x\"]}",
                "{\"answer\":]\"no\"",
                "{\"answer\":{}},\"text\":\"no\""
            })
    void whatIsNoTextOfTheAnswer_isNotPassedOn(String reply) {
        assertThat(stream(reply)).isEmpty();
    }

    @Test
    void depthAndNames_areBounded() {
        assertThat(stream("{\"answer\":" + "[".repeat(100_000) + "\"no\"")).isEmpty();
        assertThat(stream("{\"answer\":{\"" + "n".repeat(100_000) + "\":\"no\"}}"))
                .isEmpty();
    }

    @Test
    void replyInAnyPieces_hasTheTextsOfItsJson() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        String[] parts = {
            "Dogs", "\"", "\\", "\n", "\t", "\u00e9", "\ud83d\ude00", "{\"answer\":", "]", "\u2028", "\b\f\r"
        };
        for (int round = 0; round < 300; round++) {
            Map<String, String> expected = new LinkedHashMap<>();
            Json.Obj answer = Json.obj();
            for (int i = random.nextInt(4); i >= 0; i--) {
                var text = new StringBuilder("x");
                for (int j = random.nextInt(8); j > 0; j--) {
                    text.append(parts[random.nextInt(parts.length)]);
                }
                expected.put("t" + i, text.toString());
                answer = answer.with("t" + i, new Json.Str(text.toString()));
            }
            String reply = "Here it is:\n"
                    + Json.obj()
                            .with("answer", answer)
                            .with("citations", Json.arr())
                            .write();
            if (random.nextBoolean()) {
                reply = reply.replace("\u00e9", "\\u00e9").replace("\ud83d\ude00", "\\ud83d\\uDE00");
            }
            var pieces = new ArrayList<String>();
            for (int from = 0; from < reply.length(); ) {
                int to = Math.min(reply.length(), from + 1 + random.nextInt(5));
                pieces.add(reply.substring(from, to));
                from = to;
            }

            List<AnswerText> texts = stream(pieces.toArray(String[]::new));

            String run = "seed %d, round %d".formatted(seed, round);
            assertThat(joined(texts)).as(run).isEqualTo(expected);
            assertThat(texts)
                    .as(run)
                    .noneMatch(each -> Character.isLowSurrogate(each.text().charAt(0)));
        }
    }
}
