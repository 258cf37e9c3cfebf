// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.JsonValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ErrorBodyTest {
    private static ErrorBody saying(String message) {
        return ErrorBody.of(JsonValue.from(Map.of("message", message)));
    }

    @Test
    void retryAfter_isReadFromTheMessage() {
        assertThat(saying("Please try again in 1m2.5s.").retryAfter()).contains(Duration.ofMillis(62_500));
        assertThat(saying("Please retry after 26 seconds.").retryAfter()).contains(Duration.ofSeconds(26));
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
