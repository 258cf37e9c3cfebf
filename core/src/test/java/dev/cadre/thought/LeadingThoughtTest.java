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
    private static final OutputFormat JSON = new OutputFormat.JsonSchema("answer", "{}");
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
