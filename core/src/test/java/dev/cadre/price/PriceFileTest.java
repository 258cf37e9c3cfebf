// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.Attachment.Detail;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ServiceTier;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    void parse_fileOfManyShapes_takesWhatItCanPrice_andSaysWhyNotTheRest() {
        var catalog = ModelCatalog.parse("""
                {"sample_spec": {"mode": "one of: chat, embedding", "input_cost_per_token": 0, "output_cost_per_token": 0,
                                 "max_input_tokens": "the most input tokens, if the provider says so"},
                 "an-image-model": {"mode": "image_generation", "input_cost_per_token": 1e-6, "output_cost_per_token": 0},
                 "without-output": {"mode": "chat", "input_cost_per_token": 1e-6},
                 "rules": [{"pattern": ".*"}],
                 "nobody-knows": {"mode": "chat", "input_cost_per_token": 0.0, "output_cost_per_token": 0},
                 "by-the-request": {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6, "input_cost_per_request": 0.005},
                 "kept": {"mode": "responses", "input_cost_per_token": 1e-6, "output_cost_per_token": 0}}""");

        assertThat(catalog.models()).extracting(ModelSpec::id).containsExactly("kept");
        assertThat(catalog.skipped())
                .containsExactly(
                        new ModelCatalog.Skipped(
                                "sample_spec",
                                "the mode 'one of: chat, embedding' is not paid by input and output tokens"),
                        new ModelCatalog.Skipped(
                                "an-image-model", "the mode 'image_generation' is not paid by input and output tokens"),
                        new ModelCatalog.Skipped("without-output", "it has no output_cost_per_token"),
                        new ModelCatalog.Skipped("rules", "expected an object, got an array"),
                        new ModelCatalog.Skipped(
                                "nobody-knows", "its price is zero, which may mean that it is unknown"),
                        new ModelCatalog.Skipped(
                                "by-the-request",
                                "the field 'input_cost_per_request' may raise its price in an unknown way"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'tiered_pricing': [{'range': [0, 32000], 'input_cost_per_token': 2e-06}]",
                "'citation_cost_per_token': 2e-06",
                "'output_cost_per_image': 0.04",
                "'output_cost_per_audio_token': 8e-05",
                "'input_cost_per_image_token': 3e-06",
                "'input_cost_per_character': 2.5e-07",
                "'input_cost_per_second': 0.001",
                "'input_cost_per_token_at_night': 2e-06",
                "'weekend_surcharge': {'sunday': 2}",
                "'handling_fee': '1 cent'"
            })
    void parse_fieldThatMayRaiseThePrice_skipsTheModel(String field) {
        assertThat(reason(BOTH + ", " + field)).endsWith("may raise its price in an unknown way");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'input_cost_per_audio_token': 1e-05, 'cache_read_input_audio_token_cost': 1e-06, 'input_cost_per_video_per_second': 0.002",
                "'cache_creation_input_token_cost_above_1hr': 6e-06, 'cache_creation_input_token_cost_above_1hr_above_200k_tokens': 9e-06",
                "'search_context_cost_per_query': {'search_context_size_low': 0.01}, 'code_interpreter_cost_per_session': 0.03",
                "'regional_processing_uplift_multiplier_eu': 1.1, 'provider_specific_entry': {'fast': 6.0}",
                "'input_dbu_cost_per_token': 1.4e-05, 'input_cost_per_token_cache_hit': 1e-07",
                "'output_cost_per_image': 0, 'input_cost_per_request': null",
                "'tpm': 1000, 'supported_modalities': ['text'], 'supports_web_search': true, 'metadata': {'notes': 'x'}"
            })
    void parse_fieldThatPricesWhatIsNeverAskedFor_changesNothing(String fields) {
        assertThat(only(BOTH + ", " + fields)).isEqualTo(only(BOTH));
    }

    @ParameterizedTest
    @CsvSource({"gpt-4o-search-preview, openai", "sonar-pro, perplexity", "house-online, acme", "preset, perplexity"})
    void parse_modelThatSearchesOnEveryCall_isSkipped(String id, String provider) {
        var catalog = ModelCatalog.parse("{\"%s\": {\"litellm_provider\": \"%s\", %s, %s}}"
                .formatted(
                        id,
                        provider,
                        BOTH.replace('\'', '"'),
                        "\"search_context_cost_per_query\": {\"search_context_size_low\": 0.03}"));

        assertThat(catalog.skipped())
                .containsExactly(new ModelCatalog.Skipped(
                        id, "it searches on every call, for a fee that its tokens do not show"));
    }

    @Test
    void spec_modelThatWasSkipped_isRefusedWithTheReason_andItsSnapshotsToo() {
        var catalog = ModelCatalog.parse("{\"m\": {\"mode\": \"chat\", \"input_cost_per_token\": 1e-6}}");

        for (String model : List.of("m", "m-2026-03-17")) {
            assertThat(catalog.find(model)).isEmpty();
            assertThatThrownBy(() -> catalog.spec(model))
                    .isInstanceOf(UnpricedException.OfModel.class)
                    .hasMessageStartingWith(
                            "no price for model '%s' in the catalogue: the price file's entry 'm' was"
                                    + " skipped, because it has no output_cost_per_token",
                            model);
        }
    }

    /** A snapshot may cost more than the model that bears its name today. */
    @Test
    void spec_snapshotThatWasSkipped_doesNotHaveThePriceOfItsModel() {
        var catalog = ModelCatalog.parse("""
                {"m": {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
                 "m-2026-03-17": {"input_cost_per_token": 9e-6, "output_cost_per_token": 9e-6, "input_cost_per_request": 1}}""");

        assertThat(catalog.find("m")).isPresent();
        assertThat(catalog.find("m-2026-04-17")).isPresent();
        assertThat(catalog.find("m-2026-03-17")).isEmpty();
        var mended = catalog.with(ModelSpec.of("m-2026-03-17", Price.perMillionTokens("9", "9", "9")));
        assertThat(mended.find("m-2026-03-17")).isPresent();
        assertThat(mended.skipped()).isEmpty();
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
    void parse_longContextPrices_takeTheDearestRatio() {
        var bands = ", 'cache_read_input_token_cost': 1e-07, 'input_cost_per_token_above_200k_tokens': 2e-06"
                + ", 'cache_read_input_token_cost_above_200k_tokens': 3e-07, 'output_cost_per_token_above_200k_tokens': 6e-06";

        assertThat(only(BOTH + bands).price().longContext()).isEqualTo(new Price.LongContext(200_000, 300, 150));
    }

    @Test
    void parse_bandOfCachedInputAlone_isABand() {
        var band =
                ", 'cache_creation_input_token_cost': 2e-06, 'cache_creation_input_token_cost_above_200k_tokens': 4e-06";

        assertThat(only(BOTH + band).price().longContext()).isEqualTo(new Price.LongContext(200_000, 200, 100));
    }

    @Test
    void parse_severalThresholds_skipTheModel() {
        var bands =
                ", 'input_cost_per_token_above_200k_tokens': 2e-06, 'output_cost_per_token_above_512k_tokens': 6e-06";

        assertThat(reason(BOTH + bands)).isEqualTo("its price rises more than once, above [200, 512] thousand tokens");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'input_cost_per_token_flex': 5e-07, 'output_cost_per_token_flex': 2e-06, 'cache_creation_input_token_cost_flex': 6e-07",
                "'input_cost_per_token_above_200k_tokens': 2e-06, 'input_cost_per_token_priority': 2e-06,"
                        + " 'output_cost_per_token_priority': 8e-06, 'input_cost_per_token_above_200k_tokens_priority': 5e-06",
                "'output_cost_per_token_above_200k_tokens_priority': 1, 'input_cost_per_token_priority': 2e-06, 'output_cost_per_token_priority': 8e-06"
            })
    void parse_priceDearerThanWhatTheOthersMakeOfIt_skipsTheModel(String fields) {
        assertThat(reason(BOTH + ", " + fields)).endsWith(": dearer than the ratios of the other prices allow");
    }

    @Test
    void parse_priceOfATierThatIsNotOffered_isNoHarm() {
        var loose = ", 'input_cost_per_token_priority': 9, 'cache_read_input_token_cost_batches': 9";

        assertThat(only(BOTH + loose)).isEqualTo(only(BOTH));
    }

    @Test
    void parse_factsAboutTheModel_areRead() {
        var facts =
                ", 'litellm_provider': 'acme', 'max_input_tokens': 900, 'max_output_tokens': 100, 'context_tokens': 950,"
                        + " 'utf8_bytes_bound_tokens': true, 'supports_function_calling': true, 'supports_reasoning': false,"
                        + " 'deprecation_date': '2027-04-01', 'source': 'the price list', 'as_of': '2026-11-22', 'unknown': [1]";
        var spec = only(BOTH + facts);

        assertThat(spec.listing().provider()).isEqualTo("acme");
        assertThat(spec.tokens().maxInput()).isEqualTo(900);
        assertThat(spec.tokens().maxOutput()).isEqualTo(100);
        assertThat(spec.tokens().context()).isEqualTo(950);
        assertThat(spec.tokens().bytesBoundTokens()).isTrue();
        assertThat(spec.capabilities()).isEqualTo(Set.of(Capability.TOOLS));
        assertThat(spec.listing().shutdownDate()).isEqualTo("2027-04-01");
        assertThat(spec.listing().source()).isEqualTo("the price list");
        assertThat(spec.listing().asOf()).isEqualTo("2026-11-22");
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
    void parse_impossibleValue_skipsTheModel_andSaysWhy(String fields, String trouble) {
        assertThat(reason(fields)).isEqualTo(trouble);
    }

    @Test
    void parse_entryOfManyFields_saysWhyInAShortLine() {
        var fields = new StringBuilder("\"input_cost_per_token\":1e-6,\"output_cost_per_token\":1e-6");
        for (int i = 0; i < 50_000; i++) {
            fields.append(",\"input_cost_per_token_above_%dk_tokens\":1e-6".formatted(i));
        }

        assertThat(PriceFile.read("{\"m\":{" + fields + "}}").skipped())
                .singleElement()
                .satisfies(skipped -> assertThat(skipped.reason())
                        .startsWith("its price rises more than once, above [0, 1, ")
                        .hasSize(300));
    }

    @Test
    void parse_notAPriceFile_isATypedError() {
        assertThatThrownBy(() -> ModelCatalog.parse("[]"))
                .isInstanceOf(PriceFileException.class)
                .hasMessage("not a price file: expected an object of models by id, got an array");
        assertThatThrownBy(() -> ModelCatalog.parse("{"))
                .isInstanceOf(PriceFileException.class)
                .hasMessageStartingWith("not a price file: ");
    }

    @Test
    void parse_emptyFile_hasNoModels() {
        assertThat(ModelCatalog.parse("{}").models()).isEmpty();
    }

    private static ModelSpec only(String fields) {
        return catalog(fields).spec("m");
    }

    private static String reason(String fields) {
        var catalog = catalog(fields);
        assertThat(catalog.models()).isEmpty();
        return catalog.skipped().getFirst().reason();
    }

    private static ModelCatalog catalog(String fields) {
        return ModelCatalog.parse("{\"m\": {" + fields.replace('\'', '"') + "}}");
    }

    @Test
    void parse_imagesAndTools_arePricedWhereBothFiguresAreGiven() {
        var spec = only(
                BOTH + ", 'image_tokens_low': 85, 'web_search_cost_per_call': 0.01,"
                        + " 'web_search_tokens_per_call': 8000, 'file_search_cost_per_call': 0.0025, 'code_interpreter_tokens_per_call': 5");

        assertThat(spec.tokens().images()).isEqualTo(Map.of(Detail.LOW, 85L));
        assertThat(spec.toolPrices())
                .isEqualTo(Map.of(ProviderTool.Kind.WEB_SEARCH, new Price.OfTool(Money.usd("0.01"), 8_000)));
    }

    @Test
    void parse_flagThatMayRaiseThePrice_countsWhereItIsSet() {
        assertThat(reason(BOTH + ", 'has_a_surcharge': true")).endsWith("may raise its price in an unknown way");
        assertThat(only(BOTH + ", 'has_a_surcharge': false")).isEqualTo(only(BOTH));
    }

    @Test
    void parse_tierOfAFreeOutput_isReadFromTheInput() {
        var free = "'input_cost_per_token': 2e-06, 'output_cost_per_token': 0, 'input_cost_per_token_flex': 1e-06,"
                + " 'output_cost_per_token_flex': 0";

        assertThat(only(free).price().tierPercents()).containsEntry(ServiceTier.FLEX, 100);
    }

    @Test
    void parse_smallestPriceThatIsRead_isRoundedUp() {
        assertThat(only("'input_cost_per_token': 1e-40, 'output_cost_per_token': 1e-40")
                        .price()
                        .input())
                .isEqualTo(Money.ofPico(1));
        assertThat(reason("'input_cost_per_token': 1e-41, 'output_cost_per_token': 1e-40"))
                .isEqualTo("input_cost_per_token: not a price in US dollars: 1E-41");
    }
}
