// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
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
        "24h0m0s, PT24H"
    })
    void span_asGoPrintsIt_isRead(String text, Duration span) {
        assertThat(GoDuration.parse(text)).contains(span);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "-1s", "s", "1s ", "1s2", "1d", "1.s", "9999999999s", "soon"})
    void span_ofAnyOtherForm_isUnknown(String text) {
        assertThat(GoDuration.parse(text)).isEmpty();
    }
}
