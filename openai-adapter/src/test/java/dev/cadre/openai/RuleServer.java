// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server of chat completions that calls a tool once and then answers, and refuses requests that break the rule of a
 * provider. If the request asks for a stream, each message comes in pieces.
 */
final class RuleServer implements AutoCloseable {
    /** What a provider refuses. */
    @FunctionalInterface
    interface Rule {
        /** The defect of the messages of a request; empty if there is none. */
        String defect(List<JsonNode> messages);
    }

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String ANSWER = "{\"role\":\"assistant\",\"content\":\"Three cats.\"}";

    private final HttpServer server;
    private final List<JsonNode> calling;
    private final Rule rule;
    private final List<JsonNode> requests = new CopyOnWriteArrayList<>();

    /** @param calling the messages that call a tool, one for each round */
    RuleServer(Rule rule, String... calling) throws IOException {
        this.rule = rule;
        var messages = new ArrayList<JsonNode>();
        for (String message : calling) {
            messages.add(MAPPER.readTree(message));
        }
        this.calling = messages;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    OpenAiClient client() {
        return OpenAiClient.builder(LoopbackTest.KEY)
                .baseUrl("http://127.0.0.1:%d/v1".formatted(server.getAddress().getPort()))
                .chatCompletions()
                .build();
    }

    List<JsonNode> requests() {
        return requests;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode request = MAPPER.readTree(exchange.getRequestBody().readAllBytes());
            requests.add(request);
            var messages = new ArrayList<JsonNode>();
            request.path("messages").forEach(messages::add);
            String defect = rule.defect(messages);
            boolean streamed = request.path("stream").asBoolean();
            String body = defect.isEmpty() ? reply(messages, streamed) : "{\"error\":{\"message\":\"" + defect + "\"}}";
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders()
                    .set("Content-Type", streamed && defect.isEmpty() ? "text/event-stream" : "application/json");
            exchange.sendResponseHeaders(defect.isEmpty() ? 200 : 400, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private String reply(List<JsonNode> messages, boolean streamed) throws IOException {
        long rounds =
                messages.stream().filter(message -> message.has("tool_calls")).count();
        boolean calls = rounds < calling.size();
        JsonNode message = calls ? calling.get((int) rounds) : MAPPER.readTree(ANSWER);
        String finish = calls ? "tool_calls" : "stop";
        if (!streamed) {
            return "{\"choices\":[{\"message\":%s,\"finish_reason\":\"%s\"}]}".formatted(message, finish);
        }
        var stream = new StringBuilder();
        message.properties().forEach(field -> {
            ObjectNode delta = MAPPER.createObjectNode();
            delta.set(field.getKey(), field.getValue());
            stream.append("data: {\"choices\":[{\"delta\":%s}]}\n\n".formatted(delta));
        });
        return stream
                + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"%s\"}]}\n\ndata: [DONE]\n\n".formatted(finish);
    }
}
