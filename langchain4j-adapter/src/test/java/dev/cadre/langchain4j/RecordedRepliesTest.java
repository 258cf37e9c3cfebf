// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Plays recorded replies of Gemini and Claude to LangChain4j's models and this adapter, and holds what comes out against
 * a reading of their bodies. The property {@code cadre.recorded} names the folder with {@code cases.jsonl.gz}.
 */
@Tag("conformance")
class RecordedRepliesTest {
    /** The requests were longer than most: one of a few bytes would rule the usage out. */
    private static final ModelRequest AS_LONG_AS_RECORDED =
            ModelRequest.of("a-model", "Be brief.", "Where?" + " ".repeat(20_000), 100_000);

    /** What LangChain4j loses, and nothing outside it can get back. */
    private static final String KNOWN = " (known)";

    /** One recorded reply. */
    record Recorded(String id, String kind, int status, boolean stream, String body, String type) {
        static Recorded of(JsonNode node) {
            JsonNode type = node.path("headers").path("content-type").path(0);
            boolean stream = node.path("sse").asBoolean();
            return new Recorded(
                    node.path("id").asText(),
                    node.path("kind").asText(),
                    node.path("status").asInt(),
                    stream,
                    node.path("body").asText(),
                    type.asText(stream ? "text/event-stream" : "application/json"));
        }

        ProviderReading reading() {
            if (stream) {
                List<JsonNode> events = ProviderReading.events(body);
                return kind.equals("gemini") ? ProviderReading.ofGemini(events) : ProviderReading.ofClaude(events);
            }
            JsonNode whole = ProviderReading.parse(body);
            return kind.equals("gemini") ? ProviderReading.ofGemini(List.of(whole)) : ProviderReading.ofClaude(whole);
        }
    }

    @Test
    void repliesOfGeminiAndClaude_areReadAsTheirBodiesSay() throws Exception {
        Map<String, Recorded> cases = read();
        var differences = new TreeMap<String, List<String>>();
        int played = 0;
        try (var provider = LoopbackProvider.answering(request -> {
            Recorded recorded = cases.get(request.path().split("/")[1]);
            return new LoopbackProvider.Reply(
                    recorded.status(), Map.of("content-type", recorded.type()), recorded.body());
        })) {
            for (Recorded recorded : cases.values()) {
                played++;
                for (String difference : differences(recorded, provider.address() + "/" + recorded.id())) {
                    differences
                            .computeIfAbsent(recorded.kind() + " " + difference.split(":")[0], k -> new ArrayList<>())
                            .add(recorded.id() + (recorded.stream() ? " (stream) " : " ") + difference);
                }
            }
        }
        System.out.println("replies played: " + played);
        differences.forEach((kind, list) -> System.out.println(kind + ": " + list.size()));
        assertThat(played).isPositive();
        assertThat(differences.keySet()).as("%s", differences).allMatch(kind -> kind.endsWith(KNOWN));
    }

    private static Map<String, Recorded> read() throws IOException {
        var cases = new ConcurrentHashMap<String, Recorded>();
        Path file = Path.of(System.getProperty("cadre.recorded")).resolve("cases.jsonl.gz");
        try (var lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Recorded recorded = Recorded.of(ProviderReading.parse(line));
                // an array is a stream in a form that LangChain4j never asks for
                if (List.of("gemini", "anthropic").contains(recorded.kind())
                        && !ProviderReading.parse(recorded.body()).isArray()) {
                    cases.put(recorded.id(), recorded);
                }
            }
        }
        return cases;
    }

    private static List<String> differences(Recorded recorded, String address) throws InterruptedException {
        try {
            ModelReply reply = client(recorded, address).call(AS_LONG_AS_RECORDED, Providers.CONTEXT);
            return recorded.status() == 200
                    ? differences(recorded, reply)
                    : List.of("error: a reply for status " + recorded.status());
        } catch (ModelException failure) {
            // nobody asked for sound: an answer that is billed and cannot be read is no empty one
            boolean isSound = recorded.body().contains("\"inlineData\"")
                    && !recorded.body().contains("\"text\"");
            String expected = recorded.status() != 200 ? expectedFailure(recorded) : isSound ? "ServerFailed" : "";
            String got = failure.getClass().getSimpleName()
                    + failure.retryAfter().map(wait -> " after " + wait).orElse("");
            return got.equals(expected)
                    ? List.of()
                    : List.of("error: %s, not '%s': %s".formatted(got, expected, failure.getMessage()));
        }
    }

    private static List<String> differences(Recorded recorded, ModelReply reply) {
        ProviderReading expected = recorded.reading();
        var differences = new ArrayList<String>();
        if (!reply.text().equals(expected.text())) {
            // LangChain4j puts an empty line between Gemini's parts
            boolean joined = recorded.kind().equals("gemini")
                    && reply.text().replace("\n\n", "").equals(expected.text().replace("\n\n", ""));
            differences.add("text%s: %d characters, not %d"
                    .formatted(
                            joined ? KNOWN : "",
                            reply.text().length(),
                            expected.text().length()));
        }
        var calls = reply.toolCalls().stream()
                .map(call -> new ProviderReading.Call(call.name(), ProviderReading.parse(call.arguments())))
                .toList();
        if (!calls.equals(expected.calls())) {
            differences.add("calls: %s, not %s".formatted(calls, expected.calls()));
        }
        if (reply.finish() != expected.finish()) {
            differences.add("finish: %s, not %s".formatted(reply.finish(), expected.finish()));
        }
        if (!Objects.equals(expected.usage(), reply.usage())) {
            // LangChain4j drops the input that tools of the provider read: the total has it, so it is booked as output
            boolean dearer = recorded.body().contains("\"toolUsePromptTokenCount\"")
                    && expected.usage() != null
                    && reply.usage() != null
                    && reply.usage().totalTokens() == expected.usage().totalTokens()
                    && reply.usage().outputTokens() > expected.usage().outputTokens();
            differences.add("usage%s: %s, not %s".formatted(dearer ? KNOWN : "", reply.usage(), expected.usage()));
        }
        return differences;
    }

    private static String expectedFailure(Recorded recorded) {
        JsonNode error = ProviderReading.parse(recorded.body()).path("error");
        String message = error.path("message").asText();
        return switch (recorded.status()) {
            case 400 ->
                message.contains("too long") || message.contains("maximum number of tokens")
                        ? "ContextTooLong"
                        : "InvalidRequest";
            case 401, 403 -> "AuthFailed";
            case 404 -> "UnknownModel";
            case 429 -> "RateLimited" + wait(error);
            default -> "?";
        };
    }

    private static String wait(JsonNode error) {
        for (JsonNode detail : error.path("details")) {
            if (detail.has("retryDelay")) {
                return " after "
                        + Duration.parse("PT" + detail.path("retryDelay").asText());
            }
        }
        return "";
    }

    private static LangChain4jClient client(Recorded recorded, String address) {
        if (recorded.kind().equals("gemini")) {
            return recorded.stream() ? Providers.streamingGemini(address) : Providers.gemini(address);
        }
        return recorded.stream() ? Providers.streamingClaude(address) : Providers.claude(address);
    }
}
