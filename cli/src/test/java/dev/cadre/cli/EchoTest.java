// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EchoTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-canary0123",
                "sk-proj-canary_0123456789-ABC",
                "sk_live_canary0123456789",
                "ghp_canary0123456789ABCDEFabcdef",
                "github_pat_canary0123456789",
                "glpat-canary0123456789",
                "xoxb-canary-0123456789",
                "AKIACANARY0123456789",
                "AIzaSyCanary0123456789-canary_012345678",
                "hf_canaryCANARYcanaryCANARY",
                "gsk_canary0123456789",
                "eyJhbGciOiJIUzI1NiJ9canary",
                "canaryCANARY0123456789abc",
                "0123456789abcdef0123456789abcdef"
            })
    void keys_ofEveryShape_areMasked_whereverTheyWereTyped(String key) {
        assertThat(Echo.ofInput("--budget-usd: \"" + key + "\" is not an amount"))
                .isEqualTo("--budget-usd: \"[redacted]\" is not an amount");
        assertThat(Echo.ofInput("Unknown option: '--key=" + key + "'")).doesNotContain(key);
        assertThat(Echo.ofInput("--input: \"/home/me/" + key + ".jsonl\" is not a file"))
                .doesNotContain(key);
        assertThat(Echo.ofInput("CADRE_NANO_MODEL: " + key)).doesNotContain(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--output: \"/home/me/Projects2026/results-of-the-second-run-2026-11-28.jsonl\" exists",
                "--input: \"tickets_of_the_last_quarter_2026.jsonl\" is not a file that can be read",
                "no model is called gpt-5.4-nano-2026-03-17",
                "Unknown option: '--budget-in-dollars-of-2026'"
            })
    void ordinaryNames_areShown(String message) {
        assertThat(Echo.ofInput(message)).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.", "aa", "A", "0a-"})
    void longText_isShown_withoutAStackForEachOfItsParts(String part) {
        String message = part.repeat(100_000) + ": it failed";

        assertThat(Echo.ofFailure(message)).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "it failed: java.io.IOException: disk full | it failed: disk full",
                "it failed: no such key as sk-canary0123 | it failed: no such key as [redacted]",
                "IllegalStateException: no such place, thrown by the code | no such place, thrown by the code",
                "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: no path"
                        + " | PKIX path building failed: no path",
                "request req_0123456789abcdef0123456789abcdef failed | request req_0123456789abcdef0123456789abcdef failed"
            })
    void failures_nameNoClass_butTheirRequest(String message, String shown) {
        assertThat(Echo.ofFailure(message)).isEqualTo(shown);
    }
}
