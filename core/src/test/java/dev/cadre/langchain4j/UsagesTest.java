// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.output.TokenUsage;
import org.junit.jupiter.api.Test;

class UsagesTest {
    public record InputDetails(Integer cachedTokens) {}

    public record OutputDetails(Long reasoningTokens) {}

    /** The shape of both OpenAI modules. */
    public static final class OpenAiLike extends TokenUsage {
        private final InputDetails input;
        private final OutputDetails output;

        OpenAiLike(int input, int output, InputDetails inputDetails, OutputDetails outputDetails) {
            super(input, output);
            this.input = inputDetails;
            this.output = outputDetails;
        }

        public InputDetails inputTokensDetails() {
            return input;
        }

        public OutputDetails outputTokensDetails() {
            return output;
        }
    }

    /** The shape of the Anthropic module. */
    public static final class AnthropicLike extends TokenUsage {
        AnthropicLike(int input, int output) {
            super(input, output);
        }

        public Integer cacheReadInputTokens() {
            return 300;
        }

        public Integer cacheCreationInputTokens() {
            return 40;
        }
    }

    /** A method whose class nobody outside may touch. */
    static final class Hidden extends TokenUsage {
        Hidden(int input, int output) {
            super(input, output);
        }

        public InputDetails inputTokensDetails() {
            return new InputDetails(7);
        }
    }

    public static final class Throwing extends TokenUsage {
        Throwing(int input, int output) {
            super(input, output);
        }

        public InputDetails inputTokensDetails() {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void plainUsage_hasNoDetails() {
        assertThat(Usages.of(new TokenUsage(10, 5))).isEqualTo(dev.cadre.model.TokenUsage.of(10, 5));
    }

    @Test
    void details_areFoundByTheNamesOfTheirMethods() {
        var usage = new OpenAiLike(1_000, 200, new InputDetails(800), new OutputDetails(150L));

        assertThat(Usages.of(usage)).isEqualTo(new dev.cadre.model.TokenUsage(1_000, 800, 0, 200, 150));
    }

    @Test
    void missingDetails_costTheFullPrice() {
        var empty = new OpenAiLike(1_000, 200, new InputDetails(null), null);

        assertThat(Usages.of(empty)).isEqualTo(dev.cadre.model.TokenUsage.of(1_000, 200));
        assertThat(Usages.of(new Hidden(1_000, 200))).isEqualTo(dev.cadre.model.TokenUsage.of(1_000, 200));
        assertThat(Usages.of(new Throwing(1_000, 200))).isEqualTo(dev.cadre.model.TokenUsage.of(1_000, 200));
    }

    @Test
    void cacheTokensBesideTheInput_areAddedToIt() {
        assertThat(Usages.of(new AnthropicLike(10, 5))).isEqualTo(new dev.cadre.model.TokenUsage(350, 300, 40, 5, 0));
    }

    @Test
    void totalBeyondInputAndOutput_isOutput() {
        assertThat(Usages.of(new TokenUsage(10, 5, 90))).isEqualTo(dev.cadre.model.TokenUsage.of(10, 80));
    }

    @Test
    void missingOrImpossibleUsage_isUnknown() {
        assertThat(Usages.of(null)).isNull();
        assertThat(Usages.of(new TokenUsage())).isNull();
        assertThat(Usages.of(new TokenUsage(-4, 5))).isNull();
        assertThat(Usages.of(new OpenAiLike(10, 5, new InputDetails(11), null))).isNull();
    }
}
