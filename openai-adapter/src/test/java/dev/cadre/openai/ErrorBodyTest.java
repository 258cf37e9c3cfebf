// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.JsonValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorBodyTest {
    private static ErrorBody saying(String message) {
        return ErrorBody.of(JsonValue.from(Map.of("message", message)));
    }

    @Test
    void retryAfter_isReadFromTheMessage() {
        assertThat(saying("Please try again in 1m2.5s.").retryAfter()).contains(Duration.ofMillis(62_500));
        assertThat(saying("Please retry after 26 seconds.").retryAfter()).contains(Duration.ofSeconds(26));
    }

    @ParameterizedTest
    @CsvSource({
        "'try again in 2 seconds', PT2S",
        "'Please try again in 3 minutes.', PT3M",
        "'Retry in 1 hour', PT1H",
        "'try again in 2h30m', PT2H30M",
        "'Try again in an hour.', PT1H",
        "'try again in 1 hour and 5 minutes', PT1H5M",
        "'retry after 1 min, 30 sec', PT1M30S",
        "'Please wait 20 seconds before', PT20S",
        "'wait for at least one day', PT24H",
        "'try again in 250 milliseconds', PT0.25S",
        "'try again in 250ms', PT0.25S",
        "'try again in 1.5 s', PT1.5S"
    })
    void retryAfter_isReadFromWords(String message, Duration wait) {
        assertThat(saying(message).retryAfter()).contains(wait);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "try again in a month",
                "try again in 3 models",
                "try again in some minutes",
                "retry after 2 attempts",
                "wait for a human"
            })
    void retryAfter_inOtherWords_isUnknown(String message) {
        assertThat(saying(message).retryAfter()).isEmpty();
    }

    /** As OpenRouter and others do. */
    @Test
    void retryAfter_isReadFromMembers_theLongest() {
        var metadata = Map.of("retry_after_seconds", 12, "retry_after", "3");

        assertThat(ErrorBody.of(JsonValue.from(Map.of("error", Map.of("metadata", metadata), "retry_after_ms", 9_500)))
                        .retryAfter())
                .contains(Duration.ofSeconds(12));
        assertThat(ErrorBody.of(JsonValue.from(Map.of("error", Map.of("message", "x"), "retry_after", 9.5)))
                        .retryAfter())
                .contains(Duration.ofMillis(9_500));
        assertThat(ErrorBody.of(JsonValue.from(Map.of("retry_after", -1))).retryAfter())
                .isEmpty();
    }

    @Test
    void retryAfter_isReadFromTheDetailsOfGoogle_theLongerOfTwo() {
        var retry = Map.of("@type", "type.googleapis.com/google.rpc.RetryInfo", "retryDelay", "34.4s");
        var body = Map.of("message", "Please retry in 35.1s.", "details", List.of(Map.of("quotaId", "x"), retry));

        assertThat(ErrorBody.of(JsonValue.from(Map.of("details", List.of(retry))))
                        .retryAfter())
                .contains(Duration.ofMillis(34_400));
        assertThat(ErrorBody.of(JsonValue.from(List.of(Map.of("error", body)))).retryAfter())
                .contains(Duration.ofMillis(35_100));
    }

    @Test
    void retryAfter_ofAMillionParts_overflowsNoStack() {
        assertThat(saying("try again in " + "1s".repeat(1_000_000)).retryAfter())
                .contains(Duration.ofSeconds(8));
        assertThat(saying("try again in 1h".repeat(100_000) + "9").retryAfter()).isNotNull();
        assertThat(saying("retry after " + "9".repeat(1_000_000)).retryAfter()).isEqualTo(Optional.empty());
    }

    @Test
    void code_thatIsANumber_isItsText_andNoHugeOne() {
        assertThat(ErrorBody.of(JsonValue.from(Map.of("code", 429))).statusInCode())
                .hasValue(429);
        assertThat(ErrorBody.of(JsonValue.from(Map.of("code", "4".repeat(1_000_000))))
                        .statusInCode())
                .isEmpty();
    }
}
