// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.ServiceTier;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PriceFileTest {

    private static final String BOTH = "'input_cost_per_token': 1e-06, 'output_cost_per_token': 4e-06";

    @Test
    void parse_bareModel_hasOnePriceForAllInputAndNoKnownLimits() {
        assertThat(only(BOTH)).isEqualTo(ModelSpec.of("m", Price.perMillionTokens("1", "1", "4")));
    }

    @Test
    void parse_nullFields_areAsGoodAsMissing() {
        var nulls =
                ", 'mode': null, 'max_input_tokens': null, 'cache_read_input_token_cost': null, 'deprecation_date': null,"
                        + " 'input_cost_per_token_flex': null, 'supports_vision': null, 'input_cost_per_token_above_200k_tokens': null";

        assertThat(only(BOTH + nulls)).isEqualTo(only(BOTH));
    }

    @Test
    void parse_modelsNotPaidByTokens_areLeftOut() {
        var catalog = ModelCatalog.parse("""
                {"sample_spec": {"mode": "one of: chat, embedding", "input_cost_per_token": 0, "output_cost_per_token": 0,
                                 "max_input_tokens": "the most input tokens, if the provider says so"},
                 "an-image-model": {"mode": "image_generation", "input_cost_per_token": 1e-6, "output_cost_per_token": 0},
                 "without-output": {"mode": "chat", "input_cost_per_token": 1e-6},
                 "kept": {"mode": "responses", "input_cost_per_token": 1e-6, "output_cost_per_token": 0}}""");

        assertThat(catalog.models()).extracting(ModelSpec::id).containsExactly("kept");
    }

    @Test
    void parse_fractionOfAPicoDollar_roundsUp() {
        assertThat(only("'input_cost_per_token': 1.0000001e-06, 'output_cost_per_token': 1e-15")
                        .price())
                .extracting(Price::input, Price::output)
                .containsExactly(Money.ofPico(1_000_001), Money.ofPico(1));
    }

    @Test
    void parse_reasoningDearerThanOutput_takesTheDearer() {
        assertThat(only(BOTH + ", 'output_cost_per_reasoning_token': 6e-06")
                        .price()
                        .output())
                .isEqualTo(Money.ofPico(6_000_000));
        assertThat(only(BOTH + ", 'output_cost_per_reasoning_token': 1e-06")
                        .price()
                        .output())
                .isEqualTo(Money.ofPico(4_000_000));
    }

    @Test
    void parse_tierPrices_becomeTheLargestRatioRoundedUp() {
        var tiers = ", 'input_cost_per_token_flex': 5e-07, 'output_cost_per_token_flex': 2e-06"
                + ", 'input_cost_per_token_priority': 1.751e-06, 'output_cost_per_token_priority': 6e-06"
                + ", 'input_cost_per_token_batches': 5e-07";

        assertThat(only(BOTH + tiers).price().tierPercents())
                .as("batch lacks its output price")
                .isEqualTo(Map.of(ServiceTier.STANDARD, 100, ServiceTier.FLEX, 50, ServiceTier.PRIORITY, 176));
    }

    @Test
    void parse_longContextPrices_takeTheLowestThresholdAndTheDearestPrice() {
        var bands =
                ", 'input_cost_per_token_above_200k_tokens': 2e-06, 'output_cost_per_token_above_200k_tokens': 6e-06"
                        + ", 'input_cost_per_token_above_512k_tokens': 3e-06";

        assertThat(only(BOTH + bands).price().longContext()).isEqualTo(new LongContext(200_000, 300, 150));
    }

    @Test
    void parse_factsAboutTheModel_areRead() {
        var facts =
                ", 'litellm_provider': 'acme', 'max_input_tokens': 900, 'max_output_tokens': 100, 'context_tokens': 950,"
                        + " 'utf8_bytes_bound_tokens': true, 'supports_function_calling': true, 'supports_reasoning': false,"
                        + " 'deprecation_date': '2027-04-01', 'source': 'the price list', 'as_of': '2026-11-22', 'unknown': [1]";
        var spec = only(BOTH + facts);

        assertThat(spec.provider()).isEqualTo("acme");
        assertThat(spec.maxInputTokens()).isEqualTo(900);
        assertThat(spec.maxOutputTokens()).isEqualTo(100);
        assertThat(spec.contextTokens()).isEqualTo(950);
        assertThat(spec.bytesBoundTokens()).isTrue();
        assertThat(spec.capabilities()).isEqualTo(Set.of(Capability.TOOLS));
        assertThat(spec.shutdownDate()).isEqualTo("2027-04-01");
        assertThat(spec.source()).isEqualTo("the price list");
        assertThat(spec.asOf()).isEqualTo("2026-11-22");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    'input_cost_per_token': -1, 'output_cost_per_token': 1     | an amount of money is never negative: $-1.000000000000
                    'input_cost_per_token': '1', 'output_cost_per_token': 1    | $.input_cost_per_token: expected a number, got a string
                    'input_cost_per_token': 1e99, 'output_cost_per_token': 1   | input_cost_per_token: not a price in US dollars: 1E+99
                    'input_cost_per_token': 1e-9999, 'output_cost_per_token': 1 | input_cost_per_token: not a price in US dollars: 1E-9999
                    'input_cost_per_token': 1, 'output_cost_per_token': 1, 'max_input_tokens': 1.5 | $.max_input_tokens: 1.5 is not a whole number of 64 bits
                    'input_cost_per_token': 1, 'output_cost_per_token': 1, 'deprecation_date': 'soon' | Text 'soon' could not be parsed at index 0
                    'input_cost_per_token': 0, 'output_cost_per_token': 1, 'input_cost_per_token_flex': 1, 'output_cost_per_token_flex': 1 | input_cost_per_token_flex: a price where the plain one is 0
                    """)
    void parse_impossibleValue_namesTheModelAndTheTrouble(String fields, String trouble) {
        assertThatThrownBy(() -> only(fields))
                .isInstanceOf(PriceFileException.class)
                .hasMessage("model 'm': " + trouble);
    }

    @Test
    void parse_notAPriceFile_isATypedError() {
        assertThatThrownBy(() -> ModelCatalog.parse("[]"))
                .isInstanceOf(PriceFileException.class)
                .hasMessage("not a price file: expected an object of models by id, got an array");
        assertThatThrownBy(() -> ModelCatalog.parse("{"))
                .isInstanceOf(PriceFileException.class)
                .hasMessageStartingWith("not a price file: ");
        assertThatThrownBy(() -> ModelCatalog.parse("{\"m\": 1}"))
                .isInstanceOf(PriceFileException.class)
                .hasMessage("model 'm': $.m: expected an object, got a number");
    }

    @Test
    void parse_emptyFile_hasNoModels() {
        assertThat(ModelCatalog.parse("{}").models()).isEmpty();
    }

    private static ModelSpec only(String fields) {
        return ModelCatalog.parse("{\"m\": {" + fields.replace('\'', '"') + "}}")
                .spec("m");
    }
}
