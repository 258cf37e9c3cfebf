// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.Reach;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                row(new RateLimitException("slow"), ModelException.RateLimited.class, Charge.FREE, Reach.ATTEMPT),
                row(
                        new RateLimitException("{\"code\":\"insufficient_quota\"}"),
                        ModelException.QuotaExhausted.class,
                        Charge.FREE,
                        Reach.RUN),
                row(new TimeoutException("late"), ModelException.TimedOut.class, Charge.UNKNOWN, Reach.ATTEMPT),
                row(server(503), ModelException.ServerFailed.class, Charge.FREE, Reach.ATTEMPT),
                row(server(504), ModelException.ServerFailed.class, Charge.UNKNOWN, Reach.ATTEMPT),
                row(new AuthenticationException("bad"), ModelException.AuthFailed.class, Charge.FREE, Reach.RUN),
                row(
                        new ModelNotFoundException("which?"),
                        ModelException.UnknownModel.class,
                        Charge.FREE,
                        Reach.SUBTASK_OR_RUN),
                row(
                        new UnresolvedModelServerException("where?"),
                        ModelException.Unreachable.class,
                        Charge.FREE,
                        Reach.RUN),
                row(
                        new InvalidRequestException("bad"),
                        ModelException.InvalidRequest.class,
                        Charge.FREE,
                        Reach.SUBTASK),
                row(
                        new InvalidRequestException("code: context_length_exceeded"),
                        ModelException.ContextTooLong.class,
                        Charge.FREE,
                        Reach.SUBTASK),
                row(
                        new UnsupportedFeatureException("tools"),
                        ModelException.InvalidRequest.class,
                        Charge.FREE,
                        Reach.SUBTASK),
                row(new NonRetriableException("no"), ModelException.InvalidRequest.class, Charge.FREE, Reach.SUBTASK),
                row(new HttpException(401, "no"), ModelException.AuthFailed.class, Charge.FREE, Reach.RUN),
                row(new HttpException(404, "no"), ModelException.UnknownModel.class, Charge.FREE, Reach.SUBTASK_OR_RUN),
                row(
                        new HttpException(402, "{\"error\":{\"message\":\"you can only afford 90 tokens\"}}"),
                        ModelException.QuotaExhausted.class,
                        Charge.FREE,
                        Reach.SUBTASK_OR_RUN),
                row(
                        new HttpException(402, "{\"error\":{\"code\":\"insufficient_quota\"}}"),
                        ModelException.QuotaExhausted.class,
                        Charge.FREE,
                        Reach.RUN),
                row(new HttpException(409, "busy"), ModelException.ServerFailed.class, Charge.FREE, Reach.ATTEMPT),
                row(new HttpException(429, "slow"), ModelException.RateLimited.class, Charge.FREE, Reach.ATTEMPT),
                row(new HttpException(422, "no"), ModelException.InvalidRequest.class, Charge.FREE, Reach.SUBTASK),
                row(new HttpException(500, "oh"), ModelException.ServerFailed.class, Charge.UNKNOWN, Reach.ATTEMPT),
                row(new HttpException(502, "oh"), ModelException.ServerFailed.class, Charge.UNKNOWN, Reach.ATTEMPT),
                row(new HttpException(529, "busy"), ModelException.ServerFailed.class, Charge.FREE, Reach.ATTEMPT),
                row(
                        new UncheckedIOException(new ConnectException("refused")),
                        ModelException.ConnectionFailed.class,
                        Charge.FREE,
                        Reach.ATTEMPT),
                row(
                        new RuntimeException(new IOException("reset")),
                        ModelException.ConnectionFailed.class,
                        Charge.UNKNOWN,
                        Reach.ATTEMPT),
                row(new NullPointerException(), ModelException.MalformedReply.class, Charge.UNKNOWN, Reach.ATTEMPT));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failure_saysWhatIsKnown(Exception thrown, Class<?> type, Charge charge, Reach reach) {
        ModelException mapped = Failures.of(thrown);

        assertThat(mapped).isExactlyInstanceOf(type);
        assertThat(mapped.charge()).isEqualTo(charge);
        assertThat(mapped.reach()).isEqualTo(reach);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | {\"message\":\"Forbidden\"} | SUBTASK_OR_RUN",
                "403 | <html>invalid_api_key</html> | SUBTASK_OR_RUN",
                "403 | '' | SUBTASK_OR_RUN",
                "403 | {\"error\":{\"message\":\"the text says permission_denied\"}} | SUBTASK_OR_RUN",
                "403 | {\"error\":{\"code\":\"invalid_api_key\"}} | RUN",
                "403 | [{\"error\":{\"status\":\"PERMISSION_DENIED\"}}] | RUN",
                "403 | 403: {\"error\":{\"type\":\"permission_error\"}} | RUN",
                "401 | '' | RUN",
                "404 | <html>nope</html> | SUBTASK_OR_RUN",
                "404 | {\"error\":{\"message\":\"No endpoints found\",\"code\":404}} | SUBTASK_OR_RUN",
                "404 | {\"error\":{\"code\":\"model_not_found\"}} | RUN",
                "404 | {\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"model: m\"}} | RUN",
                "400 | {\"error\":{\"message\":\"The text 'API key not valid.' is bad\"}} | SUBTASK"
            })
    void reach_isThatOfTheProvidersOwnName_andOtherwiseSuspected(int status, String body, Reach reach) {
        assertThat(Failures.of(new HttpException(status, body)).reach()).isEqualTo(reach);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"code\":\"content_filter\",\"message\":\"no\"}}",
                "{\"error\":{\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\"}}}",
                "{\"error\":{\"message\":\"triggering Azure OpenAI's content management policy\"}}"
            })
    void filter_isSaidInAnyForm(String body) {
        assertThat(Failures.areOfAFilter(new InvalidRequestException(body))).isTrue();
        assertThat(Failures.areOfAFilter(new InvalidRequestException("content_filter: no")))
                .isFalse();
    }

    @Test
    void refusalThatSpeaksOfKeys_isNotQuoted() {
        assertThat(Failures.of(new HttpException(403, "key c4n4ryC4N4RY may not")))
                .hasMessage("the key or this request was refused with status 403");
        assertThat(Failures.of(new HttpException(403, "blocked")))
                .hasMessage("the key or this request was refused with status 403: blocked");
    }

    @Test
    void status_isTakenFromTheCause() {
        assertThat(((ModelException.ServerFailed) Failures.of(server(503))).status())
                .isEqualTo(503);
    }

    @Test
    void keys_neverReachTheMessage() {
        String canary = "c4n4ryC4N4RY";

        assertThat(Failures.of(new AuthenticationException("Incorrect API key provided: " + canary)))
                .hasMessage("the provider refused the key");
        assertThat(Failures.of(new TimeoutException("GET https://host/v1?key=" + canary + "&alt=json")))
                .hasMessage("GET https://host/v1?key=***&alt=json");
        assertThat(Failures.of(new TimeoutException("sent Authorization: Bearer " + canary + ", then waited")))
                .hasMessage("sent Authorization: Bearer ***, then waited");
        assertThat(Failures.of(new TimeoutException("key sk-proj-" + canary))).hasMessage("key sk-***");
    }

    @Test
    void longBody_isCutToOneLine() {
        assertThat(Failures.of(new TimeoutException("a\n\u0085\u202eb" + "c".repeat(1_000)))
                        .getMessage())
                .startsWith("a bcc")
                .hasSize(301);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"details\":[{\"retryDelay\":\"99999999999999999999s\"}]}}",
                "{\"error\":{\"details\":[{\"retryDelay\":\"1h\"},{\"retryDelay\":7},[],null]}}",
                "{\"error\":{\"details\":{\"retryDelay\":\"7s\"}}}",
                "{\"error\":\"slow\"}",
                "{\"error\":"
            })
    void bodyThatIsNoErrorOfGoogle_hasNoDetails(String body) {
        assertThat(Failures.of(new RateLimitException(body)).retryAfter()).isEmpty();
        assertThat(Failures.of(new RateLimitException("{\"error\":" + "[".repeat(1_000_000)))
                        .retryAfter())
                .isEmpty();
    }

    private static Exception server(int status) {
        return new InternalServerException("oh", new HttpException(status, "oh"));
    }

    private static Arguments row(Exception thrown, Class<?> type, Charge charge, Reach reach) {
        return Arguments.of(thrown, type, charge, reach);
    }
}
