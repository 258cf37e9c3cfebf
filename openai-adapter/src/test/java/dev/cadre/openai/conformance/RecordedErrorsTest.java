// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.openai.OpenAiClient;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * Plays every recorded refusal of real providers, in the folder that {@code -Dcadre.recorded} names, through the client
 * over a loopback server, and compares the reading with an expectation of its own.
 */
@Tag("conformance")
class RecordedErrorsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a refusal is: the first rule that fits its status and its body. */
    private record Rule(String status, String body, String expected) {
        private static Rule of(String status, String body, String expected) {
            return new Rule(status, body, expected);
        }

        boolean fits(Recorded reply) {
            return String.valueOf(reply.status()).matches(status)
                    && Pattern.compile(body, Pattern.CASE_INSENSITIVE)
                            .matcher(reply.body())
                            .find();
        }
    }

    private static final List<Rule> RULES = List.of(
            Rule.of("4..", "ResponsibleAIPolicy|content management policy|\"code\": ?\"content_filter\"", "FILTERED"),
            Rule.of("4..", "insufficient_quota|credit balance is too low", "QuotaExhausted"),
            Rule.of("402", "", "QuotaExhausted"),
            Rule.of("4..", "maximum context length|prompt is too long|too_many_prompt_tokens", "ContextTooLong"),
            Rule.of("4..", "input token count .{1,20} exceeds|context_length_exceeded", "ContextTooLong"),
            Rule.of("4..", "model_not_found|DeploymentNotFound", "UnknownModel"),
            Rule.of("404", "models/.{1,40} is not found|model .{1,40} not found|\"not_found_error\"", "UnknownModel"),
            Rule.of("404", "", "Unreachable"),
            Rule.of("400", "tool_use_failed", "MalformedReply"),
            Rule.of("400", "incorrect API key|API_KEY_INVALID|API key not valid", "AuthFailed"),
            Rule.of("401|403", "", "AuthFailed"),
            Rule.of("429", "", "RateLimited"),
            Rule.of("408|409|5..", "", "ServerFailed"),
            Rule.of("4..", "", "InvalidRequest"));

    private record Recorded(String id, String kind, String host, int status, Map<String, String> headers, String body) {
        boolean isResponses() {
            return kind.equals("responses");
        }

        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }
    }

    /** One reading; a wait or limit that nobody states is empty. */
    private record Reading(String what, Optional<Duration> retryAfter, RateLimits limits) {}

    @Test
    void everyRecordedRefusal_isReadAsWhatItIs() throws IOException, InterruptedException {
        var byHost = new TreeMap<String, int[]>();
        var wrong = new ArrayList<String>();
        try (LoopbackOpenAi server = LoopbackOpenAi.start();
                OpenAiClient responses = client(server).responses().build();
                OpenAiClient chat = client(server).chatCompletions().build()) {
            for (Recorded reply : recorded()) {
                server.reset();
                server.onAny().replies(played(reply));
                Reading expected = expected(reply);
                Reading read = read(reply.isResponses() ? responses : chat);
                int[] counts = byHost.computeIfAbsent(reply.kind() + " " + reply.host(), host -> new int[2]);
                counts[0]++;
                if (!read.equals(expected)) {
                    counts[1]++;
                    wrong.add("%s %s %d%n  expected %s%n  but was  %s"
                            .formatted(reply.id(), reply.host(), reply.status(), expected, read));
                }
            }
        }
        byHost.forEach((host, counts) ->
                System.out.printf("conformance: refusals of %s: %d read, %d wrong%n", host, counts[0], counts[1]));
        assertThat(wrong).as("wrong readings").isEmpty();
    }

    private static OpenAiClient.Builder client(LoopbackOpenAi server) {
        return OpenAiClient.builder(Conformance.KEY).baseUrl(server.baseUrl());
    }

    private static LoopbackReply played(Recorded reply) {
        LoopbackReply played = LoopbackReply.raw(
                reply.status(), reply.header("content-type").orElse("application/json"), reply.body());
        for (var header : reply.headers().entrySet()) {
            if (!header.getKey().equals("content-type")) {
                played = played.header(header.getKey(), header.getValue());
            }
        }
        return played;
    }

    private static Reading read(OpenAiClient client) throws InterruptedException {
        try {
            ModelReply reply =
                    client.call(ModelRequest.of("some-model", "Answer.", "How are you?", 64), Conformance.plain());
            return new Reading(reply.finish().name(), Optional.empty(), reply.limits());
        } catch (ModelException failure) {
            return new Reading(failure.getClass().getSimpleName(), failure.retryAfter(), failure.limits());
        }
    }

    private static Reading expected(Recorded reply) {
        String what = RULES.stream()
                .filter(rule -> rule.fits(reply))
                .findFirst()
                .orElseThrow()
                .expected();
        boolean waits = what.equals("RateLimited") || what.equals("ServerFailed");
        return new Reading(
                what,
                waits ? wait(reply) : Optional.empty(),
                what.equals("RateLimited") ? limits(reply) : RateLimits.UNKNOWN);
    }

    /** The larger of the two headers; without them, of the delay and the words in the body. */
    private static Optional<Duration> wait(Recorded reply) {
        Optional<Duration> told = larger(
                reply.header("retry-after").map(text -> seconds(text, 1)),
                reply.header("retry-after-ms").map(text -> seconds(text, 1_000)));
        return told.isPresent()
                ? told
                : larger(
                        found("\"retryDelay\": ?\"([\\d.]+)s\"", reply).map(text -> seconds(text, 1)),
                        found("(?:retry|try again) in ([\\d.]+)s", reply).map(text -> seconds(text, 1)));
    }

    private static Optional<Duration> larger(Optional<Duration> one, Optional<Duration> other) {
        return Stream.concat(one.stream(), other.stream()).max(Duration::compareTo);
    }

    private static Optional<String> found(String pattern, Recorded reply) {
        Matcher matcher = Pattern.compile(pattern).matcher(reply.body());
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static Duration seconds(String text, long inASecond) {
        return Duration.ofNanos(new BigDecimal(text)
                .movePointRight(9)
                .divideToIntegralValue(BigDecimal.valueOf(inASecond))
                .longValueExact());
    }

    /** No recorded refusal by rate states any limit. */
    private static RateLimits limits(Recorded reply) {
        assertThat(reply.headers().keySet()).noneMatch(name -> name.contains("ratelimit-limit"));
        return RateLimits.UNKNOWN;
    }

    private static List<Recorded> recorded() throws IOException {
        String folder = System.getProperty("cadre.recorded", "");
        Path file = Path.of(System.getProperty("cadre.root", ""))
                .resolve(folder)
                .normalize()
                .resolve("cases.jsonl.gz");
        if (folder.isEmpty() || !Files.isRegularFile(file)) {
            throw new TestAbortedException("no recorded replies: name their folder by -Dcadre.recorded=DIR");
        }
        var replies = new ArrayList<Recorded>();
        try (var lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(new FileInputStream(file.toFile())), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode json = JSON.readTree(line);
                if (json.path("status").asInt() >= 400) {
                    replies.add(recorded(json));
                }
            }
        }
        return replies;
    }

    private static Recorded recorded(JsonNode json) {
        var headers = new TreeMap<String, String>();
        json.path("headers")
                .properties()
                .forEach(header -> headers.put(
                        header.getKey().toLowerCase(Locale.ROOT),
                        header.getValue().path(0).asText()));
        return new Recorded(
                json.path("id").asText(),
                json.path("kind").asText(),
                json.path("host").asText(),
                json.path("status").asInt(),
                headers,
                Objects.requireNonNull(json.path("body").asText()));
    }
}
