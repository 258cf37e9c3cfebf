// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.data.Offset.offset;

import dev.cadre.model.Attachment;
import dev.cadre.model.Attachment.Detail;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import java.net.URI;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelCatalogTest {

    private static final ModelCatalog STANDARD = ModelCatalog.standard();

    @ParameterizedTest
    @CsvSource({
        "gpt-5.4,               STANDARD, 0.01",
        "gpt-5.4-mini,          STANDARD, 0.003",
        "gpt-5.4-nano,          STANDARD, 0.000825",
        "gpt-5.4,               BATCH,    0.005",
        "gpt-5.4-mini,          FLEX,     0.0015",
        "gpt-5.4-nano,          BATCH,    0.0004125",
        "gpt-5.4,               PRIORITY, 0.02",
        "gpt-5.4-mini,          PRIORITY, 0.006",
        "gpt-5.5,               STANDARD, 0.02",
        "gpt-6-luna,            STANDARD, 0.00035",
        "gpt-6-sol,             STANDARD, 0.007",
        "gpt-6-astra,           STANDARD, 0.035",
        "gpt-6.1-terra,         STANDARD, 0.0035",
        "gpt-6.1-sol,           STANDARD, 0.007",
        "claude-haiku-4-5,      STANDARD, 0.0035",
        "gemini-3-flash,        STANDARD, 0.002",
        "gemini-3-flash-preview,STANDARD, 0.002",
        "gemini-2.5-flash-lite, STANDARD, 0.0003"
    })
    void standard_thousandInFiveHundredOut_costsWhatIsPublished(String model, ServiceTier tier, String usd) {
        assertThat(STANDARD.spec(model).price().cost(TokenUsage.of(1_000, 500), tier))
                .isEqualTo(Money.usd(usd));
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-5.4, 250000",
        "gpt-5.4-mini, 75000",
        "gpt-5.4-nano, 20000",
        "gpt-5.5, 500000",
        "gpt-6-luna, 10000",
        "gpt-6-sol, 200000",
        "gpt-6-astra, 10000000",
        "gpt-6.1-terra, 50000",
        "gpt-6.1-sol, 100000",
        "claude-haiku-4-5, 100000",
        "gemini-3-flash, 50000",
        "gemini-2.5-flash-lite, 10000"
    })
    void standard_cachedToken_costsWhatIsPublished(String model, long pico) {
        assertThat(STANDARD.spec(model).price().cache().read()).isEqualTo(Money.ofPico(pico));
    }

    @Test
    void standard_launchArithmetic_recomputes() {
        var usage = TokenUsage.of(1_000, 500);
        var mini = STANDARD.spec("gpt-5.4-mini").price().cost(usage, ServiceTier.STANDARD);
        var nano = STANDARD.spec("gpt-5.4-nano").price().cost(usage, ServiceTier.STANDARD);

        assertThat((double) mini.picoUsd() / nano.picoUsd()).isEqualTo(3.64, offset(0.005));
    }

    @Test
    void standard_flagshipAboveTheThreshold_isDearer() {
        var price = STANDARD.spec("gpt-5.4").price();

        assertThat(price.longContext()).isEqualTo(new Price.LongContext(272_000, 200, 150));
        assertThat(price.cost(TokenUsage.of(300_000, 1_000), ServiceTier.STANDARD))
                .isEqualTo(Money.usd("1.5225"));
        assertThat(STANDARD.spec("gpt-5.4-mini").price().longContext()).isEqualTo(Price.LongContext.NONE);
    }

    @Test
    void standard_nano_hasItsLimitsAndItsEnd() {
        var nano = STANDARD.spec("gpt-5.4-nano");

        assertThat(nano.listing().provider()).isEqualTo("openai");
        assertThat(nano.tokens().context()).isEqualTo(400_000);
        assertThat(nano.tokens().maxInput()).isEqualTo(272_000);
        assertThat(nano.tokens().maxOutput()).isEqualTo(128_000);
        assertThat(nano.tokens().bytesBoundTokens()).isTrue();
        assertThat(nano.shutdown()).contains(LocalDate.of(2027, 4, 1));
        assertThat(nano.can(Capability.JSON_SCHEMA)).isTrue();
        assertThat(nano.can(Capability.COMPUTER_USE)).isFalse();
        assertThat(nano.price().offers(ServiceTier.PRIORITY)).isFalse();
    }

    @Test
    void standard_knowsWhoTakesATemperature() {
        assertThat(STANDARD.models().stream().filter(spec -> spec.can(Capability.TEMPERATURE)))
                .extracting(ModelSpec::id)
                .containsExactlyInAnyOrder(
                        "gpt-5.4",
                        "gpt-5.4-mini",
                        "gpt-5.4-nano",
                        "claude-haiku-4-5",
                        "gemini-3-flash",
                        "gemini-3-flash-preview",
                        "gemini-2.5-flash-lite");
        assertThat(STANDARD.spec("claude-haiku-4-5").can(Capability.TOP_P))
                .as("it takes one of the two")
                .isFalse();
        assertThat(STANDARD.spec("gpt-5.4-nano").can(Capability.TOP_P)).isTrue();
    }

    @Test
    void standard_everyModel_namesItsSourceAndDate() {
        assertThat(STANDARD.models()).hasSize(13).allSatisfy(spec -> {
            assertThat(spec.listing().source()).isNotBlank();
            assertThat(spec.listing().asOf()).isEqualTo(LocalDate.of(2026, 11, 22));
        });
        assertThat(STANDARD.models().getFirst().id()).isEqualTo("gpt-5.4");
    }

    @Test
    void standard_onlyTokenizersKnownToBeByteLevel_areMarked() {
        assertThat(STANDARD.models())
                .allSatisfy(spec -> assertThat(spec.tokens().bytesBoundTokens())
                        .isEqualTo(spec.listing().provider().equals("openai")));
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-5.4-nano-2026-03-17, gpt-5.4-nano",
        "gpt-5.4-2026-03-05, gpt-5.4",
        "claude-haiku-4-5-20251001, claude-haiku-4-5"
    })
    void spec_datedSnapshot_hasTheFactsOfItsModel(String snapshot, String model) {
        assertThat(STANDARD.spec(snapshot)).isEqualTo(STANDARD.spec(model));
    }

    @Test
    void spec_snapshotThatIsListed_hasItsOwnFacts() {
        var own = ModelSpec.of("gpt-5.4-nano-2026-03-17", Price.perMillionTokens("9", "9", "9"));

        assertThat(STANDARD.with(own).spec("gpt-5.4-nano-2026-03-17")).isEqualTo(own);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt-9",
                "gpt-5.4-nano-latest",
                "gpt-5.4-nano-2026-03",
                "openai/gpt-5.4",
                "GPT-5.4",
                "",
                "x-2026-03-17"
            })
    void spec_unknownModel_isRefusedAndSaysWhatToDo(String model) {
        assertThat(STANDARD.find(model)).isEmpty();
        assertThatThrownBy(() -> STANDARD.spec(model))
                .isInstanceOfSatisfying(
                        UnpricedException.OfModel.class,
                        e -> assertThat(e.model()).isEqualTo(model))
                .hasMessage(
                        "no price for model '%s' in the catalogue, so it cannot be called within a budget; add one with "
                                        .formatted(model)
                                + "catalog.with(ModelSpec.of(\"%s\", Price.perMillionTokens(input, cachedInput, output)))"
                                        .formatted(model)
                                + ", give its pool one with ModelPool.builder(client, \"%s\").price(…)".formatted(model)
                                + ", or read a price file with ModelCatalog.parse");
    }

    @Test
    void withShutdowns_datesOfTheProvider_countMore_andGiveASnapshotItsOwnEnd() {
        var told = STANDARD.withShutdowns(Map.of(
                "gpt-5.4-nano", LocalDate.of(2027, 3, 1),
                "gpt-5.4-2026-03-05", LocalDate.of(2027, 9, 1),
                "gpt-9", LocalDate.of(2030, 1, 1)));

        assertThat(told.spec("gpt-5.4-nano").shutdown()).contains(LocalDate.of(2027, 3, 1));
        assertThat(told.spec("gpt-5.4-2026-03-05").shutdown()).contains(LocalDate.of(2027, 9, 1));
        assertThat(told.spec("gpt-5.4-2026-03-05").price())
                .isEqualTo(STANDARD.spec("gpt-5.4").price());
        assertThat(told.spec("gpt-5.4")).isEqualTo(STANDARD.spec("gpt-5.4"));
        assertThat(told.find("gpt-9")).isEmpty();
        assertThat(STANDARD.spec("gpt-5.4-nano").shutdown()).contains(LocalDate.of(2027, 4, 1));
    }

    @Test
    void with_knownModel_replacesItInPlaceAndLeavesTheOriginal() {
        var dearer = STANDARD.spec("gpt-5.4")
                .withPrice(STANDARD.spec("gpt-5.4").price().withSurcharge(10));

        var changed = STANDARD.with(dearer);

        assertThat(changed.models()).hasSize(13).startsWith(dearer);
        assertThat(STANDARD.spec("gpt-5.4").price().surchargePercent()).isZero();
    }

    @Test
    void of_twoSpecsWithOneId_keepsTheLater() {
        var first = ModelSpec.of("m", Price.perMillionTokens("1", "1", "1"));
        var second = ModelSpec.of("m", Price.perMillionTokens("2", "2", "2"));

        assertThat(ModelCatalog.of(List.of(first, second)).models()).containsExactly(second);
    }

    @Test
    void boundsAndPrices_thatAreAdded_keepTheOthers() {
        var search = ProviderTool.Kind.WEB_SEARCH;
        var files = ProviderTool.Kind.FILE_SEARCH;
        var fee = new Price.OfTool(Money.usd("0.01"), 8_000);
        var spec = ModelSpec.of("m", Price.perMillionTokens("1", "1", "1"))
                .withImageTokens(Detail.LOW, 1)
                .withImageTokens(Detail.HIGH, 765)
                .withToolPrice(search, fee)
                .withToolPrice(files, fee);

        assertThat(spec.tokens().images()).containsOnly(entry(Detail.LOW, 1L), entry(Detail.HIGH, 765L));
        assertThat(spec.toolPrices()).containsOnly(entry(search, fee), entry(files, fee));
        assertThat(spec.tokenBound(image(Detail.HIGH))).isEqualTo(765);
        assertThatThrownBy(() -> spec.tokenBound(image(Detail.ORIGINAL)))
                .isInstanceOf(UnpricedException.class)
                .hasMessageContaining("an image at detail ORIGINAL on model 'm' is unknown (known: {LOW=1, HIGH=765})");
    }

    @Test
    void limits_ofOneToken_areTheSmallest() {
        var price = Price.perMillionTokens("1", "1", "1");

        assertThat(ModelSpec.TokenBounds.of(1, 1, 1).context()).isEqualTo(1);
        assertThatIllegalArgumentException().isThrownBy(() -> ModelSpec.TokenBounds.of(1, 1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelSpec.of("m", price).withImageTokens(Detail.LOW, 0));
    }

    private static Attachment image(Detail detail) {
        return new Attachment.Image(
                Attachment.Image.at(URI.create("https://example.com/a.png")).source(), detail);
    }
}
