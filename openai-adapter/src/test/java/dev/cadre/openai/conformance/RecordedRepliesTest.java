// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cadre.model.ComputerTool;
import dev.cadre.model.Finish;
import dev.cadre.model.McpApprovalTool;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.openai.OpenAiClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Replies of real providers, played through the client and compared with {@link ExpectedReading}. */
@Tag("conformance")
class RecordedRepliesTest {
    /** The requests were longer than most: one of a few bytes would rule the usage out. */
    private static final String AS_LONG_AS_RECORDED = "How are you?" + " ".repeat(20_000);

    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}";
    private static final String MODEL = "asked-model";

    private final AtomicReference<RecordedReply> current = new AtomicReference<>();
    private final Map<String, int[]> counts = new TreeMap<>();
    private final Map<String, Integer> reasons = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();

    private enum Result {
        RIGHT,
        ADAPTED,
        FAILED,
        WRONG
    }

    @Test
    void everyRecordedSuccess_isReadAsItIs() throws Exception {
        List<RecordedReply> replies = RecordedReply.successes(Set.of("chat", "responses"));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        String baseUrl = "http://127.0.0.1:%d/v1".formatted(server.getAddress().getPort());
        try (var chat = OpenAiClient.builder(Conformance.KEY)
                        .baseUrl(baseUrl)
                        .chatCompletions()
                        .build();
                var responses = OpenAiClient.builder(Conformance.KEY)
                        .baseUrl(baseUrl)
                        .responses()
                        .build()) {
            for (RecordedReply reply : replies) {
                current.set(reply);
                play(reply, reply.kind().equals("chat") ? chat : responses);
            }
        } finally {
            server.stop(0);
        }
        tell(replies.size());

        assertThat(wrong).isEmpty();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            RecordedReply reply = current.get();
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders()
                    .set("Content-Type", reply.isStream() ? "text/event-stream" : "application/json");
            exchange.sendResponseHeaders(reply.status(), 0);
            for (int from = 0; from < reply.body().length; from += 4_096) { // pieces end anywhere in a line
                exchange.getResponseBody().write(reply.body(), from, Math.min(4_096, reply.body().length - from));
                exchange.getResponseBody().flush();
            }
        }
    }

    private void play(RecordedReply recorded, OpenAiClient client) throws Exception {
        ExpectedReading expected = ExpectedReading.of(recorded);
        var pieces = new StringBuilder();
        try {
            ModelReply reply = client.call(
                    request(recorded),
                    recorded.isStream() ? Conformance.streamed(pieces::append) : Conformance.plain());
            String difference = difference(expected, reply, recorded.isStream() ? pieces.toString() : reply.text());
            count(recorded, reply.notes().isEmpty() ? Result.RIGHT : Result.ADAPTED, difference);
            reply.notes().forEach(note -> reasons.merge("note: " + general(note), 1, Integer::sum));
        } catch (ModelException failure) {
            reasons.merge("failure: " + recorded.host() + ": " + general(failure.toString()), 1, Integer::sum);
            count(recorded, Result.FAILED, expected.failure().isEmpty() ? "failed: " + failure : "");
        } catch (RuntimeException raw) {
            count(recorded, Result.WRONG, "threw " + raw);
        }
    }

    private static ModelRequest request(RecordedReply recorded) {
        ModelRequest request = ModelRequest.of(MODEL, "Answer.", AS_LONG_AS_RECORDED, 100_000)
                .withTools(recorded.tools().stream()
                        .map(name -> new ToolSpec(name, "A tool.", SCHEMA))
                        .toList());
        return recorded.wantsJson() ? request.withOutput(new OutputFormat.JsonSchema("answer", SCHEMA)) : request;
    }

    private static String difference(ExpectedReading expected, ModelReply reply, String pieces) {
        if (!expected.failure().isEmpty()) {
            return "read, though it is " + expected.failure();
        }
        var calls = new ArrayList<String>();
        var ids = new HashSet<String>();
        for (ToolCall call : reply.toolCalls()) {
            calls.add(
                    switch (call.name()) {
                        case ComputerTool.NAME -> "computer_call";
                        case McpApprovalTool.NAME -> "mcp_approval_request";
                        default -> call.name() + " " + ExpectedReading.canonical(call.arguments());
                    });
            if (call.callId().isBlank() || !ids.add(call.callId())) {
                return "a call has the id '" + call.callId() + "'";
            }
        }
        var differences = new ArrayList<String>();
        differ(differences, "text", expected.text(), reply.text());
        differ(differences, "calls", expected.calls(), calls);
        differ(differences, "finish", expected.finish(), reply.finish());
        differ(differences, "usage", String.valueOf(expected.usage()), String.valueOf(reply.usage()));
        if (reply.finish() != Finish.REFUSED) {
            differ(differences, "pieces", expected.pieces(), pieces);
        }
        return String.join("; ", differences);
    }

    private static void differ(List<String> differences, String what, Object expected, Object read) {
        if (!expected.equals(read)) {
            differences.add("%s: expected %s, read %s".formatted(what, cut(expected), cut(read)));
        }
    }

    private static String cut(Object value) {
        String text = value.toString();
        return text.length() <= 160 ? text : text.substring(0, 120) + "… (" + text.length() + " characters)";
    }

    private void count(RecordedReply recorded, Result result, String difference) {
        Result counted = difference.isEmpty() ? result : Result.WRONG;
        counts.computeIfAbsent(recorded.kind() + " " + recorded.host(), host -> new int[Result.values().length])[
                counted.ordinal()]++;
        if (!difference.isEmpty()) {
            wrong.add("%s %s %s: %s".formatted(recorded.id(), recorded.kind(), recorded.host(), difference));
        }
    }

    /** A note or message without what is particular to one reply. */
    private static String general(String text) {
        return text.replaceAll("\\d+", "N").replaceAll("[A-Za-z0-9_./-]{24,}", "…");
    }

    private void tell(int replies) {
        System.out.printf("conformance: %d recorded replies (right, adapted, failed as they should, wrong)%n", replies);
        counts.forEach((host, count) ->
                System.out.printf("  %-55s %5d %5d %5d %5d%n", host, count[0], count[1], count[2], count[3]));
        reasons.forEach((reason, count) -> System.out.printf("  %5d %s%n", count, reason));
        wrong.forEach(line -> System.out.println("  wrong: " + line));
    }
}
