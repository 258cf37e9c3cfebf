// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.model.Tier;
import dev.cadre.price.Price;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiSettingsTest {
    @Test
    void environment_withKeyAlone_givesTheDefaults() {
        var settings = OpenAiSettings.from(Map.of("OPENAI_API_KEY", " key\n", "OPENAI_BASE_URL", " "));

        assertThat(settings.apiKey()).isEqualTo("key");
        assertThat(settings.baseUrl().text()).isEqualTo("https://api.openai.com/v1");
        assertThat(settings.models())
                .isEqualTo(Map.of(Tier.FLAGSHIP, "gpt-5.4", Tier.MINI, "gpt-5.4-mini", Tier.NANO, "gpt-5.4-nano"));
    }

    @Test
    void environment_withAllVariables_isRead() {
        var settings = OpenAiSettings.from(Map.of(
                "OPENAI_API_KEY", "key",
                "OPENAI_BASE_URL", "http://127.0.0.1:8080/v1/",
                "CADRE_FLAGSHIP_MODEL", "big",
                "CADRE_MINI_MODEL", "middle",
                "CADRE_NANO_MODEL", "small"));

        assertThat(settings.baseUrl().text()).isEqualTo("http://127.0.0.1:8080/v1");
        assertThat(settings.models()).isEqualTo(Map.of(Tier.FLAGSHIP, "big", Tier.MINI, "middle", Tier.NANO, "small"));
        try (var client = settings.client()) {
            assertThat(client).hasToString("OpenAiClient[http://127.0.0.1:8080/v1]");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://eu.api.openai.com/v1, 10",
        "https://US.api.openai.com/v1/, 10",
        "https://api.openai.com/v1, 0",
        "https://eu.api.openai.com.evil.example/v1, 0",
        "http://127.0.0.1:8080/v1, 0"
    })
    void pools_atARegionalAddress_payItsSurcharge(String url, int percent) {
        var environment = Map.of("OPENAI_API_KEY", "key", "OPENAI_BASE_URL", url);
        try (var pools = OpenAi.fromEnv(environment, pool -> pool);
                var own = OpenAi.fromEnv(environment, pool -> pool.surcharge(3))) {
            assertThat(pools.pool(Tier.NANO).spec().price().surchargePercent()).isEqualTo(percent);
            assertThat(own.pool(Tier.NANO).spec().price().surchargePercent()).isEqualTo(3);
        }
    }

    @Test
    void settings_asText_showNoKey() {
        assertThat(OpenAiSettings.from(Map.of("OPENAI_API_KEY", "sk-canary-0123456789"))
                        .toString())
                .startsWith("OpenAiSettings[https://api.openai.com/v1, {")
                .doesNotContain("canary");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void key_blank_isNamedAsMissing(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiSettings.from(Map.of("OPENAI_API_KEY", key)))
                .withMessage("OPENAI_API_KEY is not set");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiSettings.from(Map.of()))
                .withMessage("OPENAI_API_KEY is not set");
    }

    @ParameterizedTest
    @CsvSource({"AZURE_OPENAI_API_KEY, AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_ENDPOINT, AZURE_OPENAI_API_KEY"})
    void azure_withOneOfItsVariables_namesTheOther(String there, String missing) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiSettings.from(Map.of(there, "https://house.openai.azure.com")))
                .withMessage("OPENAI_API_KEY is not set, and %s is set without %s", there, missing);
    }

    private static Map<String, String> bothServices(String... more) {
        var environment = new HashMap<>(Map.of(
                "OPENAI_API_KEY", "key",
                "AZURE_OPENAI_API_KEY", "house-key",
                "AZURE_OPENAI_ENDPOINT", "https://house.openai.azure.com"));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    /** As OpenAI's own clients do: texts would go to a service that nobody thought of. */
    @Test
    void openAiAndAzure_bothWhole_areRefused_unlessTheTypeOrABaseUrlSaysWhich() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiSettings.from(bothServices()))
                .withMessage("OPENAI_API_KEY and AZURE_OPENAI_API_KEY are both set: OPENAI_API_TYPE=openai or"
                        + " OPENAI_API_TYPE=azure says which is meant");

        assertThat(OpenAiSettings.from(bothServices("OPENAI_API_TYPE", "OpenAI"))
                        .apiKey())
                .isEqualTo("key");
        assertThat(OpenAiSettings.from(bothServices("OPENAI_API_TYPE", "azure")).apiKey())
                .isEqualTo("house-key");
        assertThat(OpenAi.keyVariable(bothServices("OPENAI_API_TYPE", "azure"))).hasValue("AZURE_OPENAI_API_KEY");
        assertThat(OpenAiSettings.from(bothServices("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1"))
                        .apiKey())
                .isEqualTo("key");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "google | OPENAI_API_TYPE must be openai or azure",
                "azure | AZURE_OPENAI_ENDPOINT is not set, and OPENAI_API_TYPE is azure"
            })
    void typeOfTheApi_thatCannotBe_isRefused(String type, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiSettings.from(Map.of("OPENAI_API_KEY", "key", "OPENAI_API_TYPE", type)))
                .withMessage(message);
    }

    @Test
    void azureEndpoint_withoutScheme_isToldSo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiSettings.from(
                        Map.of("AZURE_OPENAI_API_KEY", "key", "AZURE_OPENAI_ENDPOINT", "127.0.0.1:8081")))
                .withMessage("AZURE_OPENAI_ENDPOINT must start with http:// or https:// and name a host");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ftp://host/v1 | OPENAI_BASE_URL must start with http:// or https:// and name a host",
                "api.openai.com | OPENAI_BASE_URL must start with http:// or https:// and name a host",
                "127.0.0.1:8081/v1 | OPENAI_BASE_URL must start with http:// or https:// and name a host",
                "https:///v1 | OPENAI_BASE_URL must start with http:// or https:// and name a host",
                "https://host/v1#a | OPENAI_BASE_URL must not have a fragment",
                "https://a host | OPENAI_BASE_URL is not a URL: Illegal character in authority at character 10",
                "https://me:secret@host/v1 | OPENAI_BASE_URL must not hold a user or a password"
            })
    void baseUrl_unusable_isNamedAndNotQuoted(String url, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiSettings.from(Map.of("OPENAI_API_KEY", "key", "OPENAI_BASE_URL", url)))
                .withMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://canary:canary@host",
                "canary:canary@host",
                "canary@host",
                "canary:canary",
                "//canary:canary@host/v1",
                "https:/canary:canary@host/v1",
                "https:canary:canary@host/v1",
                "https:///canary:canary@host/v1",
                "https:\\\\canary:canary@host",
                "https://host\\@canary",
                "https://canary:can ary@host",
                "https ://canary:canary@host",
                "https://canary:canary%40host/v1",
                "https://canary:canary%2540host/v1",
                "https://canary%3Acanary@host/v1",
                "https://host/canary:canary@other/v1",
                "https://host/v1?canary=canary@host",
                "https://host/v1#canary@host",
                "https://canary:ca%nary@host",
                "https://canary:canary\uff20host/v1",
                "https://canary\uff1acanary\ufe6bhost/v1",
                "HTTPS://canary:canary@host",
                "htps://canary:canary@host",
                "https://[canary:canary@::1]/v1",
                "https://canary:canary:host/v1",
                "https://host/canary:canary%40other/v1",
                "https://host/canary:canary%252540other/v1",
                "https://host/canary:canary\uff20other/v1",
                "https://host/canary:canary\ufe6bother/v1"
            })
    void baseUrl_withAPassword_howeverItIsSpelt_isQuotedNowhere(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiSettings.from(Map.of("OPENAI_API_KEY", "key", "OPENAI_BASE_URL", url)))
                .satisfies(e -> assertThat(e).hasMessageNotContaining("canary").hasNoCause());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiClient.builder("key").baseUrl(url))
                .satisfies(e -> assertThat(e).hasMessageNotContaining("canary").hasNoCause());
    }

    @ParameterizedTest
    @CsvSource({
        "http://models.example/v1, true",
        "HTTP://models.example/v1, true",
        "http://10.0.0.7:8080/v1, true",
        "http://127.0.0.1.evil.example/v1, true",
        "http://localhost.evil.example/v1, true",
        "https://models.example/v1, false",
        "http://127.0.0.1:8080/v1, false",
        "http://127.1.2.3/v1, false",
        "http://localhost:1234/v1, false",
        "http://LOCALHOST/v1, false",
        "http://models.localhost/v1, false",
        "http://[::1]:8080/v1, false",
        "nonsense, false"
    })
    void plainHttp_toAnotherMachine_isWarnedOf(String url, boolean warns) {
        List<String> warnings = OpenAi.warnings(Map.of("OPENAI_API_KEY", "key", "OPENAI_BASE_URL", url));

        assertThat(warnings)
                .isEqualTo(
                        warns
                                ? List.of(
                                        "OPENAI_BASE_URL begins with http://: the key and all texts can be read on the"
                                                + " way to another machine; use https://")
                                : List.of());
        assertThat(OpenAi.warnings(Map.of("OPENAI_BASE_URL", url))).isEmpty();
    }

    @Test
    void namesThatLookLikeOurs_andAreNone_areWarnedOf_withTheNearest() {
        assertThat(OpenAi.warnings(Map.of(
                        "OPENAI_API_KEY", "key",
                        "CADRE_NANO_MODLE", "house",
                        "CADRE_SCHEMA", "shown",
                        "CADRE_HOME", "/opt/cadre",
                        "CADRE_TRACE", "1",
                        "CADRE_MINI_DEPLOYMENT", "house-mini",
                        "NANO_MODEL", "house")))
                .containsExactly(
                        "CADRE_HOME is not known",
                        "CADRE_NANO_MODLE is not known: did you mean CADRE_NANO_MODEL?",
                        "CADRE_SCHEMA is not known: did you mean CADRE_SCHEMAS?");
    }

    @Test
    void builder_withUnusableValues_namesThemButNotTheKey() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiClient.builder(" "))
                .withMessage("the key is blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiClient.builder("sk-canary two"))
                .withMessage("the key holds spaces or non-ASCII characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiClient.builder("key").baseUrl("nowhere"))
                .withMessage("base URL must start with http:// or https:// and name a host");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiClient.builder("key").maxIdleConnections(0))
                .withMessage("maxIdleConnections must be at least 1, not 0");
    }

    @Test
    void price_ofATier_comesFromItsVariable() {
        var environment = Map.of(
                "OPENAI_API_KEY", "key",
                "OPENAI_BASE_URL", "http://127.0.0.1:8080/v1",
                "CADRE_FLAGSHIP_MODEL", "house-70b",
                "CADRE_FLAGSHIP_PRICE", "0.60 / 0.06 / 2.40",
                "CADRE_MINI_PRICE", "1/2",
                "CADRE_NANO_MODEL", "house-7b",
                "CADRE_NANO_PRICE", "0/0");

        try (var pools = OpenAi.fromEnv(environment, pool -> pool)) {
            assertThat(pools.pool(Tier.FLAGSHIP).spec().price())
                    .isEqualTo(Price.perMillionTokens("0.60", "0.06", "2.40"));
            assertThat(pools.pool(Tier.MINI).spec().price()).isEqualTo(Price.perMillionTokens("1", "1", "2"));
            assertThat(pools.pool(Tier.NANO).spec().price()).isEqualTo(Price.perMillionTokens("0", "0", "0"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.20", "0.20/0.02/1.25/1", "a/b", "-1/2", "/", "0.20,1.25"})
    void price_thatCannotBeRead_isRefusedWithItsName(String price) {
        var environment = Map.of("OPENAI_API_KEY", "key", "CADRE_NANO_PRICE", price);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAi.fromEnv(environment, pool -> pool).close())
                .withMessageStartingWith("CADRE_NANO_PRICE must be US dollars per million tokens");
    }

    @Test
    void schemas_areDeclaredByAVariable_andNothingElseIsTaken() {
        var environment = Map.of("OPENAI_API_KEY", "key", "CADRE_SCHEMAS", "maybe");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiSettings.from(environment).client())
                .withMessage("CADRE_SCHEMAS must be shown, forced or ignored");
    }
}
