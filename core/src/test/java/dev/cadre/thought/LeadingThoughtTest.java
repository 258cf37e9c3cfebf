// SPDX-License-Identifier: Apache-2.0
package dev.cadre.thought;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.OutputFormat;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeadingThoughtTest {
    private static final OutputFormat JSON =
            new OutputFormat.JsonSchema("answer", "{\"properties\":{\"a\":{\"type\":\"integer\"}}}");
    private static final String ANSWER = "{\"a\":2}";

    private final List<String> pieces = new ArrayList<>();

    /** The forms of models whose server does not separate them, in any case and any pieces. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<think>maybe {\"a\":1}</think>",
                "<THINK>maybe {\"a\":1}</THINK>",
                "<thinking>{\"a\":1}</thinking>\n",
                "[THINK]maybe {\"a\":1}[/THINK]",
                "[THINK][{\"a\":1}][/THINK] ",
                "<seed:think>maybe {\"a\":1}</seed:think>",
                "\u25c1think\u25b7maybe {\"a\":1}\u25c1/think\u25b7\n",
                "<|begin_of_thought|>{\"a\":1}<|end_of_thought|>\n",
                "<|channel|>analysis<|message|>maybe {\"a\":1}<|end|><|start|>assistant<|channel|>final<|message|>",
                "<|start|>assistant<|channel|>analysis<|message|>{\"a\":1}<|end|>"
                        + "<|start|>assistant<|channel|>final <|constrain|>json<|message|>",
                "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>final<|message|>",
                "<|channel|>final<|message|>",
                "analysisWe need {\"a\":1}.assistantfinal",
                "maybe {\"a\":1}</think>",
                "maybe {\"a\":1}[/THINK]",
                "maybe {\"a\":1}\u25c1/think\u25b7",
                "maybe {\"a\":1}</seed:think>",
                "<think>a</think><think>maybe {\"a\":1}</think>"
            })
    void thinkingBeforeJson_isNeitherHeardNorRead(String thought) {
        assertThat(LeadingThought.removed(thought + ANSWER, JSON)).isEqualTo(ANSWER);
        for (int size : List.of(1, 3, 1_000)) {
            assertThat(heard(thought + ANSWER, size)).isEqualTo(ANSWER);
        }
    }

    /** No list of marks is whole: whatever stands before it, the last value in the form of the answer is the answer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<|channel>thought\nmaybe {\"a\":1}<channel|>",
                "<|START_THINKING|>maybe {\"a\":1}<|END_THINKING|><|START_RESPONSE|>",
                "Here is my thought process:\nmaybe {\"a\":1}\nHere is my response:\n",
                "<mm:think>{b} maybe {\"a\":1}</mm:think>",
                "> maybe {\"a\":1}\n\n",
                "analysis {\"a\":1} fine.assistantfinal json",
                "```json\n{\"a\":1}\n```\nHm, that is not enough.\n</think>\n\n",
                "```json\n{\"a\":1}\n```\nNo:\n```json\n",
                "In the form {\"a\": …} or {\"a\":1}: ",
                "The list [{\"a\":1}] is wrong: "
            })
    void draftBehindAnyMarks_isNeitherHeardNorRead(String thought) {
        for (String behind : List.of("", "\n```\nI left out {\"b\":3} and {c}.", "<|END_RESPONSE|>[1]")) {
            assertThat(LeadingThought.removed(thought + ANSWER + behind, JSON)).startsWith(ANSWER);
            for (int size : List.of(1, 3, 1_000)) {
                assertThat(heard(thought + ANSWER + behind, size)).startsWith(ANSWER);
            }
        }
    }

    /** What begins with a value has been heard already; read whole, what follows a mark of thinking is the answer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1} is my first idea.\n</think>\n\n",
                "{b} and {c}: maybe {\"a\":1}\n</think>\n\n",
                "[b] and [c]: maybe {\"a\":1}\n[/THINK]"
            })
    void thinkingThatBeginsWithABracket_isNotRead(String thought) {
        assertThat(LeadingThought.removed(thought + ANSWER, JSON)).isEqualTo(ANSWER);
        assertThat(heard(thought + ANSWER, 1)).isEqualTo(thought + ANSWER);
    }

    /** An earlier value never stands in for one that is cut or broken. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":2", "{\"a\":oops}", "{\"a\":\"", "{\"", "{"})
    void lastValueThatIsNotWhole_isStillTheAnswer(String last) {
        String text = "<|channel>thought\nmaybe {\"a\":1}<channel|>" + last;

        assertThat(LeadingThought.removed(text, JSON)).isEqualTo(last);
        assertThat(heard(text, 1)).isEqualTo(last);
    }

    /** Which of two answers is meant would be a guess; a mark inside of a string is none. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1}\n{\"a\":2}",
                "{\"a\":1}\n</think>",
                "```json\n{\"a\":1}\n```\n</think>",
                "```json\n{\"a\":\"</think> {\"}\n```",
                "{\"a\":1} and {\"a\":\"</think>\"}",
                "Here it is: {\"a\":1}, so."
            })
    void textWithoutThinking_stays(String text) {
        assertThat(LeadingThought.removed(text, JSON)).isEqualTo(text);
        assertThat(heard(text, 1)).isEqualTo(text);
    }

    @Test
    void whatIsLeftOut_isSaid() {
        assertThat(LeadingThought.note(" " + ANSWER, ANSWER + "\n")).isEmpty();
        assertThat(LeadingThought.note("[1] " + ANSWER, ANSWER))
                .contains("a block of thinking before the answer was left out");
        assertThat(LeadingThought.note("```" + ANSWER + "``` [1]", ANSWER))
                .contains("what stands around the JSON of the answer was left out, with other JSON in it");
    }

    @Test
    void answer_isHeardWithoutDelay() {
        LeadingThought thought = LeadingThought.before(JSON, pieces::add);

        thought.hear("{");
        thought.hear("\"a\"");

        assertThat(pieces).containsExactly("{", "\"a\"");
    }

    @Test
    void fenceBehindABlock_isHeardWithoutDelay() {
        LeadingThought thought = LeadingThought.before(JSON, pieces::add);

        thought.hear("<think>maybe</think>\n```json\n");
        thought.hear("{");

        assertThat(pieces).containsExactly("```json\n", "{");
    }

    /** A block without an end holds no answer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<think>{\"a\":1}",
                "[THINK]{\"a\":1}",
                "\u25c1think\u25b7{\"a\":1}",
                "<|channel|>analysis<|message|>{\"a\":1}<|end|>"
            })
    void blockThatDoesNotEnd_hasNoAnswer(String text) {
        assertThat(LeadingThought.removed(text, JSON)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[true]",
                "[\"[/THINK]{\"]",
                "[",
                " {\"text\":\"</think>{}\"}",
                "```json\n{}\n```",
                "Here it is: [1]",
                "[thoughts are free]",
                "<|",
                "analysis of {\"a\":1}"
            })
    void otherText_stays(String text) {
        assertThat(LeadingThought.removed(text, JSON)).isEqualTo(text);
        assertThat(heard(text, 1)).isEqualTo(text);
    }

    @Test
    void blocksInFreeText_stay() {
        String text = "[THINK]is a mark[/THINK] of some models";

        assertThat(LeadingThought.removed(text, new OutputFormat.Text())).isEqualTo(text);
    }

    @Test
    void markOfABlock_isNoBeginningOfJson() {
        assertThat(LeadingThought.isAnswer(" [1")).isTrue();
        assertThat(LeadingThought.isAnswer("[THINK]")).isFalse();
    }

    private String heard(String text, int size) {
        pieces.clear();
        LeadingThought thought = LeadingThought.before(JSON, pieces::add);
        for (int from = 0; from < text.length(); from += size) {
            thought.hear(text.substring(from, Math.min(text.length(), from + size)));
        }
        thought.finish();
        return String.join("", pieces);
    }
}
