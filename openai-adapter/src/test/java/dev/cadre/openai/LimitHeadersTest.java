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

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10s                       | PT10S",
                "1.5                       | PT1.5S",
                "1m2s                      | PT1M2S",
                "2026-11-22T12:00:30Z      | PT30S",
                "2026-11-22T13:00:30.5+01:00 | PT30.5S",
                "2026-11-22T11:00:30Z      | PT0S",
                "1795348842                | PT42S",
                "1795348842500             | PT42.5S",
                "1795348000                | PT0S",
                "200000                    | PT200000S",
                "48h                       | PT48H",
                "2026-11-25T12:00:00Z      | PT72H",
                "999999999999999999        | P365D",
                "5 s                       | PT5S",
                "2 minutes                 | PT2M",
                "5, 10                     | PT10S",
                "\"5\"                       | PT5S",
                "3, Sun, 22 Nov 2026 12:00:42 GMT | PT42S"
            })
    void retryAfter_inTheFormsOfOtherServers_isTheTimeUntilThen(String text, Duration wait) {
        assertThat(headers("Retry-After", text).retryAfter(() -> NOW)).isEqualTo(wait);
    }

    @Test
    void reset_inMoreThanADay_isNotBelieved() {
        var resets = headers("ratelimit-limit", "100", "ratelimit-remaining", "0", "ratelimit-reset", "87600h");

        assertThat(resets.limits(() -> NOW))
                .isEqualTo(headers("ratelimit-limit", "100", "ratelimit-remaining", "0")
                        .limits(() -> NOW));
    }

    /** A gateway adds its own, or joins them. */
    @Test
    void retryAfter_severalTimes_isTheLongest() {
        var headers = Headers.builder()
                .put("Retry-After", "1")
                .put("Retry-After", "Sun, 22 Nov 2026 12:00:42 GMT")
                .put("Retry-After", "30, 7")
                .build();

        assertThat(new LimitHeaders(headers).retryAfter(() -> NOW)).isEqualTo(Duration.ofSeconds(42));
    }

    @ParameterizedTest
    @CsvSource({"0, 1, PT1S", "1500, 1, PT1.5S", "0, soon, PT0S", "300, 1, PT1S"})
    void retryAfter_inTwoHeaders_isTheLarger(String millis, String seconds, Duration wait) {
        assertThat(headers("retry-after-ms", millis, "retry-after", seconds).retryAfter(() -> NOW))
                .isEqualTo(wait);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // by the minute: OpenAI; a window of a minute; no reset at all, as at xAI
                "5000  | 4999  | 12ms   | 5000",
                "100   | 60    | 30s    | 100",
                "5000  | 5000  | 0s     | 5000",
                "1800  | 1788  | ''     | 1800",
                // by the day: OpenAI, Groq, later the same day
                "10000 | 9999  | 8.64s  | -1",
                "14400 | 14397 | 17.4s  | -1",
                "14400 | 14398 | 10.6s  | -1",
                "200   | 150   | 6h0m0s | -1",
                // Azure counts milliseconds, or seconds
                "120   | 119   | 500    | 120",
                "50    | 49    | 1      | 50"
            })
    void limit_ofRequests_isOneByTheMinute_onlyIfItsResetFits(String limit, String left, String reset, long perMinute) {
        LimitHeaders headers = headers(
                "x-ratelimit-limit-requests",
                limit,
                "x-ratelimit-remaining-requests",
                left,
                "x-ratelimit-reset-requests",
                reset);

        Window requests = headers.limits(() -> NOW).requests();

        assertThat(requests.limitPerMinute()).isEqualTo(perMinute);
        assertThat(requests.remaining()).isEqualTo(Long.parseLong(left));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x-ratelimit-%s          | 10  | 9  | 600",
                "x-ratelimit-%s          | 10  | 0  | 600",
                "x-ratelimit-%s          | 1   | 0  | 60",
                "x-ratelimit-%s          | 100 | 99 | 6000",
                "ratelimit-%s            | 10  | 9  | 600",
                "x-ratelimit-%s-requests | 10  | 9  | 600",
                "x-ratelimit-%s-requests | 100 | 90 | 6000"
            })
    void limit_thatIsNewInASecond_isOneBySecond(String names, String limit, String left, long perMinute) {
        LimitHeaders headers = headers(
                names.formatted("limit"), limit, names.formatted("remaining"), left, names.formatted("reset"), "1");

        assertThat(headers.limits(() -> NOW).requests())
                .isEqualTo(new Window(perMinute, Long.parseLong(left), Duration.ofSeconds(1)));
    }

    @Test
    void reset_asABareNumber_isReadInTheUnitThatFits() {
        assertThat(tokens("120000", "119986", "7").reset()).isEqualTo(Duration.ofMillis(7));
        assertThat(tokens("120", "90", "15").reset()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void limits_underTheNamesOfMistral_areByTheMinute() {
        var limits = headers(
                        "x-ratelimit-limit-req-minute",
                        "360",
                        "x-ratelimit-remaining-req-minute",
                        "359",
                        "x-ratelimit-limit-tokens-minute",
                        "200000",
                        "x-ratelimit-remaining-tokens-minute",
                        "199743",
                        "x-ratelimit-limit-tokens-month",
                        "9")
                .limits(() -> NOW);

        assertThat(limits.requests()).isEqualTo(new Window(360, 359, Duration.ZERO));
        assertThat(limits.tokens()).isEqualTo(new Window(200_000, 199_743, Duration.ZERO));
        assertThat(headers("x-ratelimitbysize-limit-minute", "500000", "x-ratelimitbysize-remaining-minute", "499000")
                        .limits(() -> NOW)
                        .tokens())
                .isEqualTo(new Window(500_000, 499_000, Duration.ZERO));
        assertThat(headers(
                                "ratelimitbysize-limit",
                                "500000",
                                "ratelimitbysize-remaining",
                                "0",
                                "ratelimitbysize-reset",
                                "9")
                        .limits(() -> NOW)
                        .tokens())
                .isEqualTo(new Window(-1, 0, Duration.ofSeconds(9)));
    }

    @Test
    void limits_underTheNamesOfAnthropic_areByTheMinute_withAPointInTime() {
        var limits = headers(
                        "anthropic-ratelimit-requests-limit",
                        "1000",
                        "anthropic-ratelimit-requests-remaining",
                        "0",
                        "anthropic-ratelimit-requests-reset",
                        "2026-11-22T12:00:40Z",
                        "anthropic-ratelimit-tokens-limit",
                        "540000",
                        "anthropic-ratelimit-tokens-remaining",
                        "540000",
                        "anthropic-ratelimit-tokens-reset",
                        "2026-11-22T11:59:59Z")
                .limits(() -> NOW);

        assertThat(limits.requests()).isEqualTo(new Window(1_000, 0, Duration.ofSeconds(40)));
        assertThat(limits.tokens()).isEqualTo(new Window(540_000, 540_000, Duration.ZERO));
    }

    @Test
    void limits_underTheNamesOfTheIetf_areByTheMinute_ifTheirPolicySaysSo() {
        assertThat(ietf("400", "").requests()).isEqualTo(new Window(-1, 398, Duration.ofSeconds(18)));
        assertThat(ietf("400, 400;w=60", "").requests()).isEqualTo(new Window(400, 398, Duration.ofSeconds(18)));
        assertThat(ietf("400", "400;w=10").requests()).isEqualTo(new Window(2_400, 398, Duration.ofSeconds(18)));
        assertThat(ietf("400", "400;w=3600").requests()).isEqualTo(new Window(-1, 398, Duration.ofSeconds(18)));
    }

    private static dev.cadre.model.RateLimits ietf(String limit, String policy) {
        return headers(
                        "RateLimit-Limit",
                        limit,
                        "RateLimit-Policy",
                        policy,
                        "RateLimit-Remaining",
                        "398",
                        "RateLimit-Reset",
                        "18")
                .limits(() -> NOW);
    }

    private static LimitHeaders headers(String... namesAndValues) {
        var headers = Headers.builder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new LimitHeaders(headers.build());
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
