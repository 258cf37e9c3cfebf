// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.model.Tier;
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
    @CsvSource(
            delimiter = '|',
            value = {
                "ftp://host/v1 | OPENAI_BASE_URL 'ftp://host/v1' must start with http:// or https:// and name a host",
                "api.openai.com | OPENAI_BASE_URL 'api.openai.com' must start with http:// or https:// and name a host",
                "https:///v1 | OPENAI_BASE_URL 'https:///v1' must start with http:// or https:// and name a host",
                "https://host/v1?a=b | OPENAI_BASE_URL 'https://host/v1?a=b' must not have a query or a fragment",
                "https://a host | OPENAI_BASE_URL 'https://a host' is not a URL: Illegal character in authority",
                "https://me:secret@host/v1 | OPENAI_BASE_URL must not hold a user or a password"
            })
    void baseUrl_unusable_isNamedWithItsValue(String url, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiSettings.from(Map.of("OPENAI_API_KEY", "key", "OPENAI_BASE_URL", url)))
                .withMessageStartingWith(message);
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
                .withMessage("base URL 'nowhere' must start with http:// or https:// and name a host");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiClient.builder("key").maxIdleConnections(0))
                .withMessage("maxIdleConnections must be at least 1, not 0");
    }
}
