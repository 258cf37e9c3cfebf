// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.http.Headers;
import dev.cadre.model.RateLimits.Window;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitHeadersTest {
    @ParameterizedTest
    @CsvSource({
        "120ms, PT0.12S",
        "1s, PT1S",
        "1.5s, PT1.5S",
        "6m0s, PT6M",
        "1h2m3.25s, PT1H2M3.25S",
        "17.5µs, PT0.0000175S",
        "20us, PT0.00002S",
        "7ns, PT0.000000007S",
        "0.5ns, PT0.000000001S",
        "0s, PT0S",
        "999999999h, PT8760H"
    })
    void duration_asGoPrintsIt_isRead(String text, Duration duration) {
        assertThat(LimitHeaders.goDuration(text)).contains(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "-1s", "s", "1s ", "1s2", "1d", "1.s", "9999999999s", "soon"})
    void duration_ofAnyOtherForm_isUnknown(String text) {
        assertThat(LimitHeaders.goDuration(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0", "many"})
    void window_withSenselessLimit_isUnknown(String limit) {
        assertThat(tokens(limit, "0", "1s")).isEqualTo(Window.UNKNOWN);
    }

    @Test
    void window_withSenselessRest_keepsTheLimit() {
        assertThat(tokens("500", "-1", "soon")).isEqualTo(new Window(500, -1, Duration.ZERO));
        assertThat(tokens("500", "9999999999999999999", "1s")).isEqualTo(new Window(500, -1, Duration.ofSeconds(1)));
    }

    private static Window tokens(String limit, String remaining, String reset) {
        return new LimitHeaders(Headers.builder()
                        .put("X-RateLimit-Limit-Tokens", limit)
                        .put("X-RateLimit-Remaining-Tokens", remaining)
                        .put("X-RateLimit-Reset-Tokens", reset)
                        .build())
                .limits()
                .tokens();
    }
}
