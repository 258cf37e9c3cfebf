// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.AuthFailed;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.ContextTooLong;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelException.QuotaExhausted;
import dev.cadre.model.ModelException.RateLimited;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.ModelException.UnknownModel;
import dev.cadre.model.ModelException.Unreachable;
import dev.cadre.model.RateLimits.Window;
import dev.cadre.openai.testing.LoopbackReply;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies with a status that is not a success. */
class RefusalTest extends LoopbackTest {
    private static final LoopbackReply LIMITED =
            LoopbackReply.error(429, "tokens", "rate_limit_exceeded", "Rate limit reached.");

    @Test
    void status429_withLimits_reportsThem() {
        RateLimited failure = failure(
                RateLimited.class,
                LIMITED.header("Retry-After", "20")
                        .header("x-ratelimit-remaining-tokens", "0")
                        .header("x-ratelimit-reset-tokens", "6m0s"));

        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(20));
        assertThat(failure.limits().tokens()).isEqualTo(new Window(-1, 0, Duration.ofMinutes(6)));
        assertThat(failure.limits().requests()).isEqualTo(Window.UNKNOWN);
        assertThat(failure).hasMessage("gpt-5.4-nano: status 429 (rate_limit_exceeded): Rate limit reached. [req_1]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | PT2S",
                "0.5 | PT0.5S",
                "0 | PT0S",
                "3600 | PT1H",
                "86400 | PT24H",
                "Sun, 22 Nov 2026 12:00:42 GMT | PT42S",
                "Sun, 22 Nov 2026 11:59:00 GMT | PT0S"
            })
    void retryAfter_usable_isKept(String header, Duration wait) {
        assertThat(failure(RateLimited.class, LIMITED.header("Retry-After", header))
                        .retryAfter())
                .contains(wait);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-5", "", "1e9", "NaN", "Sun, 99 Nov 2026 12:00:42 GMT"})
    void retryAfter_unusable_isIgnored(String header) {
        assertThat(failure(RateLimited.class, LIMITED.header("Retry-After", header))
                        .retryAfter())
                .isEmpty();
    }

    @Test
    void retryAfter_besideTheErrorOfTheBody_isRead() {
        String body = "{\"error\":{\"message\":\"Slower.\"},\"retry_after\":9}";

        assertThat(failure(RateLimited.class, LoopbackReply.raw(429, "application/json", body))
                        .retryAfter())
                .contains(Duration.ofSeconds(9));
    }

    @Test
    void retryAfterMillis_besideSeconds_theLargerWins() {
        LoopbackReply both = LIMITED.header("retry-after-ms", "0").header("retry-after", "1");

        assertThat(failure(RateLimited.class, both).retryAfter()).contains(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 409, 429})
    void transientStatus_thatForbidsRetry_isFinal(int status) {
        LoopbackReply reply = LoopbackReply.error(status, "requests", "", "No.").header("x-should-retry", "false");

        assertThat(failure(InvalidRequest.class, reply).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503})
    void serverError_thatForbidsRetry_isFinal_andKeepsItsMoney(int status) {
        LoopbackReply reply = LoopbackReply.raw(status, "text/html", "").header("x-should-retry", "False");

        ServerFailed failure = failure(ServerFailed.class, reply);

        assertThat(failure.isRetryable()).isFalse();
        assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN);
        assertThat(failure.status()).isEqualTo(status);
    }

    @Test
    void status429_withHtml_isRateLimited() {
        RateLimited failure = failure(RateLimited.class, LoopbackReply.raw(429, "text/html", "<html>busy</html>"));

        assertThat(failure)
                .hasMessage(
                        "gpt-5.4-nano: status 429, a page (text/html) came instead of JSON, probably from a proxy, a"
                                + " firewall or a login [req_1]");
    }

    @Test
    void status503_slowDown_isRateLimited() {
        failure(RateLimited.class, LoopbackReply.error(503, "server_error", "slow_down", "Slow down."));
    }

    @ParameterizedTest
    @CsvSource({
        "429, insufficient_quota, insufficient_quota",
        "429, insufficient_quota, ''",
        "429, '', credit_balance_exhausted",
        "429, requests, project_spend_limit_reached",
        "400, invalid_request_error, billing_hard_limit_reached",
        "402, '', ''"
    })
    void quota_inTypeOrCode_endsTheRun(int status, String type, String code) {
        failure(QuotaExhausted.class, LoopbackReply.error(status, type, code, "No money."));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void keyTrouble_isAuthFailed(int status) {
        failure(AuthFailed.class, LoopbackReply.error(status, "invalid_request_error", "", "Wrong key."));
    }

    @Test
    void status401_maskedKeyInMessage_isRemoved() {
        AuthFailed failure = failure(
                AuthFailed.class,
                LoopbackReply.error(
                        401,
                        "invalid_request_error",
                        "invalid_api_key",
                        "Incorrect API key provided: sk-canar*************cdef. Header: Bearer " + KEY));

        assertThat(failure)
                .hasMessage("the server refuses the key: gpt-5.4-nano: status 401 (invalid_api_key): "
                        + "Incorrect API key provided: [redacted]. Header: [redacted] [req_1]");
    }

    @ParameterizedTest
    @CsvSource({"400, model_not_found", "403, model_not_found", "404, model_not_found", "404, ''"})
    void unknownModel_byCodeOrName_endsTheRun(int status, String code) {
        failure(
                UnknownModel.class,
                LoopbackReply.error(status, "invalid_request_error", code, "The model `gpt-5.4-nano` does not exist"));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void redirect_isNotFollowed(int status) {
        LoopbackReply elsewhere =
                LoopbackReply.raw(status, "text/html", "").header("Location", server.baseUrl() + "/elsewhere");

        assertThat(failure(Unreachable.class, elsewhere))
                .hasMessageStartingWith(server.baseUrl() + " is no endpoint: gpt-5.4-nano: status " + status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://me:canary@login.example/sso?token=canary#canary | 'status 302, a redirect to https://login.example/sso'",
                "/login | 'status 302, a redirect to /login'",
                "'' | 'status 302, a redirect that names no address'"
            })
    void redirect_saysWhereItLeads(String location, String said) {
        var redirect = LoopbackReply.raw(302, "application/json", "{}");

        assertThat(failure(Unreachable.class, location.isEmpty() ? redirect : redirect.header("Location", location)))
                .hasMessageEndingWith(said + " [req_1]")
                .hasMessageNotContaining("canary");
    }

    @Test
    void wrongPath_isUnreachable() throws InterruptedException {
        try (var lost = OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl() + "/v1")
                .responses()
                .build()) {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> lost.call(REQUEST, plain())))
                    .isInstanceOf(Unreachable.class)
                    .hasMessageContaining("Invalid URL (POST /v1/v1/responses)");
        }
    }

    @Test
    void contextTooLong_asksToSplit() {
        failure(
                ContextTooLong.class,
                LoopbackReply.error(400, "invalid_request_error", "context_length_exceeded", "Too long."));
    }

    @ParameterizedTest
    @CsvSource({
        "400, unsupported_value",
        "400, invalid_json_schema",
        "400, ''",
        "413, ''",
        "422, ''",
        "418, ''",
        "451, ''"
    })
    void otherClientError_failsTheSubtask(int status, String code) {
        InvalidRequest failure =
                failure(InvalidRequest.class, LoopbackReply.error(status, "invalid_request_error", code, "Not so."));

        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.isRetryable()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "408, FREE",
        "409, FREE",
        "500, UNKNOWN",
        "502, UNKNOWN",
        "503, FREE",
        "504, UNKNOWN",
        "520, UNKNOWN",
        "529, UNKNOWN"
    })
    void serverError_explained_saysWhatIsKnownOfTheMoney(int status, Charge charge) {
        ServerFailed failure = failure(
                ServerFailed.class,
                LoopbackReply.error(status, "server_error", "", "Sorry.").header("retry-after", "7"));

        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.charge()).isEqualTo(charge);
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 502, 503})
    void serverError_unexplained_mayHaveBeenBilled(int status) {
        ServerFailed failure =
                failure(ServerFailed.class, LoopbackReply.raw(status, "text/html", "<html>Bad Gateway</html>"));

        assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN);
        assertThat(failure)
                .hasMessage(
                        "gpt-5.4-nano: status " + status + ", a page (text/html) came instead of JSON, probably from"
                                + " a proxy, a firewall or a login [req_1]");
    }

    /** Whoever stands in between does not know whether the provider had begun. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"message\":\"no upstream\"}", "{\"error\":\"busy\"}", "\"busy\"", "[]", "busy"})
    void status503_withoutAName_mayHaveBeenBilled(String body) {
        ServerFailed failure = failure(ServerFailed.class, LoopbackReply.raw(503, "application/json", body));

        assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 405, 501})
    void serverWithoutTheResponsesApi_isNoEndpoint(int status) {
        assertThat(failure(Unreachable.class, LoopbackReply.raw(status, "text/plain", "no such page")))
                .hasMessage(server.baseUrl() + " is no endpoint: gpt-5.4-nano: status " + status + " [req_1]");
    }

    /** OkHttp itself would repeat this one. */
    @Test
    void status503_withRetryAfterZero_isSentOnce() {
        ServerFailed failure = failure(
                ServerFailed.class,
                LoopbackReply.error(503, "server_error", "server_is_overloaded", "Busy.")
                        .header("Retry-After", "0"));

        assertThat(failure.retryAfter()).contains(Duration.ZERO);
    }

    @Test
    void status421_isSentOnce() {
        failure(InvalidRequest.class, LoopbackReply.raw(421, "text/html", ""));
    }

    @Test
    void status500_isSentOnce() {
        failure(ServerFailed.class, LoopbackReply.error(500, "server_error", "", "Oops."));
    }

    @Test
    void message_ofTheProvider_isBounded() {
        ModelException failure = failure(
                InvalidRequest.class, LoopbackReply.error(400, "invalid_request_error", "", "x\n".repeat(5_000)));

        assertThat(failure.getMessage())
                .hasSizeLessThan(400)
                .endsWith("… [req_1]")
                .doesNotContain("\n");
    }

    @Test
    void errorBody_ofAnotherShape_isQuoted() {
        assertThat(failure(InvalidRequest.class, LoopbackReply.raw(400, "application/json", "{\"error\":\"flat\"}")))
                .hasMessage("gpt-5.4-nano: status 400: flat [req_1]");
        assertThat(failure(
                        UnknownModel.class,
                        LoopbackReply.raw(
                                404, "application/json", "{\"message\":\"no gpt-5.4-nano here\",\"code\":404}")))
                .hasMessage("gpt-5.4-nano: status 404 (404): no gpt-5.4-nano here [req_1]");
    }
}
