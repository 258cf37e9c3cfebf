// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.http.Headers;
import dev.cadre.model.RateLimits.Window;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitHeadersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1994-11-06T08:49:07Z | Sun, 06 Nov 1994 08:49:37 GMT  | PT30S",
                "2026-12-01T08:49:07Z | Tuesday, 01-Dec-26 08:49:37 GMT | PT30S",
                "2026-12-01T08:49:07Z | Tue Dec  1 08:49:37 2026        | PT30S",
                "2026-12-11T08:49:07Z | Fri Dec 11 08:49:37 2026        | PT30S",
                "2026-12-11T08:49:37Z | Fri Dec 11 08:49:07 2026        | PT0S"
            })
    void retryAfter_asAnyDateOfHttp_isTheTimeUntilThen(Instant now, String date, Duration wait) {
        var headers =
                new LimitHeaders(Headers.builder().put("Retry-After", date).build());

        assertThat(headers.retryAfter(() -> now)).isEqualTo(wait);
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
