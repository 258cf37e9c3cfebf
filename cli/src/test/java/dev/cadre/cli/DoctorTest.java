// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code cadre doctor} and {@code cadre models}. */
class DoctorTest {
    private static final String KEY = "sk-canary-0123456789abcdef";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private String today = "2026-11-22";
    private LoopbackOpenAi server;

    @BeforeEach
    void start() {
        server = LoopbackOpenAi.start();
        environment.put("OPENAI_API_KEY", KEY);
        environment.put("OPENAI_BASE_URL", server.baseUrl());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void everythingInOrder_isSaidAndWarnedOf() {
        assertThat(run("doctor")).isZero();

        assertThat(printed().lines().skip(1))
                .containsExactly(
                        "ok            key: OPENAI_API_KEY is set",
                        "ok            server: %s lists 3 models".formatted(server.baseUrl()),
                        "ok            flagship: gpt-5.4, $2.50 in, $0.25 cached, $15.00 out per million tokens",
                        "ok            mini: gpt-5.4-mini, $0.75 in, $0.075 cached, $4.50 out per million tokens",
                        "warning       nano: gpt-5.4-nano shuts down on 2027-04-01, in 130 days;"
                                + " name another with CADRE_NANO_MODEL");
        assertThat(printed() + told()).doesNotContain(KEY);
    }

    @Test
    void shutDownModel_fails() {
        today = "2027-04-01";

        assertThat(run("doctor")).isEqualTo(4);

        assertThat(printed()).contains("failed        nano: gpt-5.4-nano was shut down on 2027-04-01");
    }

    @Test
    void missingKey_isMisconfigured_butTheModelsAreLookedAt() {
        environment.remove("OPENAI_API_KEY");

        assertThat(run("doctor")).isEqualTo(2);

        assertThat(printed())
                .contains("misconfigured key: OPENAI_API_KEY is not set; without it a search uses no model")
                .contains("ok            mini: gpt-5.4-mini");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void refusedKey_fails_andIsNotShown() {
        server.onService(request -> true)
                .replies(LoopbackReply.error(401, "invalid_request_error", "invalid_api_key", "Wrong: " + KEY));

        assertThat(run("doctor")).isEqualTo(4);

        assertThat(printed())
                .contains("failed        key: the server refuses it")
                .doesNotContain(KEY);
    }

    @Test
    void unreachableServer_fails() {
        server.close();

        assertThat(run("doctor")).isEqualTo(4);

        assertThat(printed()).contains("failed        server: the connection to " + server.baseUrl() + " failed");
    }

    @Test
    void unlistedModel_fails_andUnpricedOneIsMisconfigured() {
        server.notListing("gpt-5.4-mini");
        assertThat(run("doctor")).isEqualTo(4);
        assertThat(printed()).contains("failed        mini: gpt-5.4-mini is not offered by this server to this key");

        environment.put("CADRE_MINI_MODEL", "gpt-99");
        assertThat(run("doctor")).isEqualTo(2);
        assertThat(printed()).contains("misconfigured mini: gpt-99 has no known price, so it is not called");
    }

    @Test
    void oldPrice_isWarnedOf() {
        today = "2027-06-01";
        environment.put("CADRE_NANO_MODEL", "gpt-5.4-mini");

        assertThat(run("doctor")).isZero();

        assertThat(printed())
                .contains("warning       mini: the price of gpt-5.4-mini was read on 2026-11-22: compare it");
    }

    @Test
    void json_isOneDocument() throws Exception {
        assertThat(run("doctor", "--json")).isZero();

        JsonNode document = new ObjectMapper().readTree(printed());
        assertThat(document.path("schema").asInt()).isEqualTo(1);
        assertThat(document.path("status").asText()).isEqualTo("complete");
        assertThat(document.path("findings").path(5).path("verdict").asText()).isEqualTo("warning");
        assertThat(document.path("findings").path(5).path("subject").asText()).isEqualTo("nano");
    }

    @Test
    void models_areListedWithPrices() throws Exception {
        assertThat(run("models")).isZero();
        assertThat(printed())
                .contains("gpt-5.4-nano                  0.20      0.02      1.25     400,000  2027-04-01  2026-11-22");

        assertThat(run("models", "--json")).isZero();
        JsonNode first = new ObjectMapper().readTree(printed()).path("models").path(0);
        assertThat(first.path("id").asText()).isEqualTo("gpt-5.4");
        assertThat(first.path("outputUsd").asText()).isEqualTo("15.00");
        assertThat(first.path("shutdown").isNull()).isTrue();
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        var terminal = new Terminal(stream(out), stream(err), false, false, false);
        return new Cadre(terminal, InstantSource.fixed(Instant.parse(today + "T12:00:00Z")), environment)
                .run(arguments);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String told() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
