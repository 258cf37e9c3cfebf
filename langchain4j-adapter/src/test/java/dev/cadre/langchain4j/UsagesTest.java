// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ModelRequest;
import dev.langchain4j.model.output.TokenUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UsagesTest {
    private static final ModelRequest REQUEST = ModelRequest.of("m", "", "x".repeat(10_000), 2_000);

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

    /** The shape of the Bedrock module. */
    public static final class BedrockLike extends TokenUsage {
        BedrockLike(int input, int output) {
            super(input, output);
        }

        public Integer cacheReadInputTokens() {
            return 7;
        }

        public Integer cacheWriteInputTokens() {
            return 50_000;
        }
    }

    /** The shape of the Gemini module. */
    public static final class GeminiLike extends TokenUsage {
        GeminiLike(int input, int output, Integer total) {
            super(input, output, total);
        }

        public Integer cachedContentTokenCount() {
            return 60;
        }

        public Integer thoughtsTokenCount() {
            return 30;
        }
    }

    /** Counts that no module has today. */
    public static final class Later extends TokenUsage {
        Later(int input, int output) {
            super(input, output);
        }

        public Long searchUnitTokens() {
            return 1_000L;
        }

        public int imageTokenCount() {
            return 200;
        }

        public Integer audioTokens() {
            return null;
        }

        public long videoTokens() {
            return -1;
        }

        public double tokensPerSecond() {
            return 77.5;
        }

        public int requests() {
            return 9;
        }

        public int tokensOf(String part) {
            return part.length();
        }

        public static int mostTokens() {
            return 8_192;
        }
    }

    public record LaterDetails(Integer cachedTokens, Integer cacheWriteTokens, Long audioTokens) {}

    /** Parts of the input that the OpenAI modules do not report today. */
    public static final class LaterOpenAi extends TokenUsage {
        LaterOpenAi(int input, int output) {
            super(input, output);
        }

        public LaterDetails inputTokensDetails() {
            return new LaterDetails(100, 300, 50L);
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

    private static dev.cadre.model.@Nullable TokenUsage read(@Nullable TokenUsage usage) {
        return Usages.of(usage, REQUEST);
    }

    /** What is named is the bill; what a total alone tells, or a count of unknown name, is bounded by the cap. */
    @Test
    void countsBeyondTheRequest_areBelievedWhereTheyAreNamed_andNeverTheSmallest() {
        assertThat(read(new TokenUsage(10, 5, 400_000))).isEqualTo(dev.cadre.model.TokenUsage.of(10, 2_000));
        assertThat(read(new TokenUsage(10, 5, 2_110))).isEqualTo(dev.cadre.model.TokenUsage.of(10, 2_100));
        assertThat(read(new OpenAiLike(10, 5, null, new OutputDetails(9_000L))))
                .isEqualTo(new dev.cadre.model.TokenUsage(10, 0, 0, 9_005, 9_000));
        assertThat(read(new OpenAiLike(10, 5, new InputDetails(40_000), null)))
                .isEqualTo(new dev.cadre.model.TokenUsage(40_010, 40_000, 0, 5, 0));
        assertThat(read(new Later(10, 400_000))).isEqualTo(dev.cadre.model.TokenUsage.of(10, 401_200));
        assertThat(read(new TokenUsage(10, 400_000)))
                .as("told, and so believed: a cap may be ignored")
                .isEqualTo(dev.cadre.model.TokenUsage.of(10, 400_000));
    }

    @Test
    void plainUsage_hasNoDetails() {
        assertThat(read(new TokenUsage(10, 5))).isEqualTo(dev.cadre.model.TokenUsage.of(10, 5));
    }

    @Test
    void details_areFoundByTheNamesOfTheirMethods() {
        var usage = new OpenAiLike(1_000, 200, new InputDetails(800), new OutputDetails(150L));

        assertThat(read(usage)).isEqualTo(new dev.cadre.model.TokenUsage(1_000, 800, 0, 200, 150));
    }

    @Test
    void missingDetails_costTheFullPrice() {
        var empty = new OpenAiLike(1_000, 200, new InputDetails(null), null);

        assertThat(read(empty)).isEqualTo(dev.cadre.model.TokenUsage.of(1_000, 200));
        assertThat(read(new Hidden(1_000, 200))).isEqualTo(dev.cadre.model.TokenUsage.of(1_000, 200));
        assertThat(read(new Throwing(1_000, 200))).isEqualTo(dev.cadre.model.TokenUsage.of(1_000, 200));
    }

    @Test
    void cacheTokensBesideTheInput_areAddedToIt() {
        assertThat(read(new AnthropicLike(10, 5))).isEqualTo(new dev.cadre.model.TokenUsage(350, 300, 40, 5, 0));
    }

    @Test
    void tokensWrittenToTheCacheOfBedrock_areAddedToTheInput() {
        assertThat(read(new BedrockLike(100, 10))).isEqualTo(new dev.cadre.model.TokenUsage(50_107, 7, 50_000, 10, 0));
    }

    @Test
    void cacheAndThoughtsOfGemini_arePartsOfTheInputAndAddedToTheOutput() {
        assertThat(read(new GeminiLike(100, 10, 140))).isEqualTo(new dev.cadre.model.TokenUsage(100, 60, 0, 40, 30));
        assertThat(read(new GeminiLike(100, 10, null))).isEqualTo(new dev.cadre.model.TokenUsage(100, 60, 0, 40, 30));
        assertThat(read(new GeminiLike(100, 10, 170))).isEqualTo(new dev.cadre.model.TokenUsage(100, 60, 0, 70, 30));
    }

    @Test
    void countsOfTokensWithAnUnknownName_areOutput() {
        assertThat(read(new Later(10, 5))).isEqualTo(dev.cadre.model.TokenUsage.of(10, 1_205));
    }

    @Test
    void partsOfTheInputThatWereWrittenToTheCache_orHaveAnUnknownName_areItsDearestPart() {
        assertThat(read(new LaterOpenAi(1_000, 5))).isEqualTo(new dev.cadre.model.TokenUsage(1_000, 100, 300, 5, 0));
    }

    @Test
    void totalBeyondInputAndOutput_isOutput() {
        assertThat(read(new TokenUsage(10, 5, 90))).isEqualTo(dev.cadre.model.TokenUsage.of(10, 80));
    }

    @Test
    void partThatIsLargerThanItsWhole_wasCountedBesideIt() {
        assertThat(read(new OpenAiLike(10, 5, new InputDetails(11), new OutputDetails(100L))))
                .isEqualTo(new dev.cadre.model.TokenUsage(21, 11, 0, 105, 100));
    }

    @Test
    void missingOrImpossibleUsage_isUnknown() {
        assertThat(read(null)).isNull();
        assertThat(read(new TokenUsage())).isNull();
        assertThat(read(new TokenUsage(-4, 5))).isNull();
        assertThat(read(new OpenAiLike(10, 5, new InputDetails(-1), null))).isNull();
    }
}
