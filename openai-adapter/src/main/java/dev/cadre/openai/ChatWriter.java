// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.JsonValue;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.cadre.model.Attachment;
import dev.cadre.model.ComputerTool;
import dev.cadre.model.Effort;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.Sampling;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.model.Verbosity;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Writes a request as a chat completion. Whatever a plain request does not need is left out, because servers that only
 * resemble the provider refuse or ignore it: the cache key, an effort of none, the ordinary service tier. The last is
 * said to the provider itself, where a project may have another one, at twice the price, for those who say nothing.
 */
final class ChatWriter {
    /** GPT-5.5 and later, which reason if no effort is stated, or refuse tools beside it. */
    private static final Pattern REASONS_UNASKED =
            Pattern.compile("gpt-(?:5\\.(?:[5-9]|\\d\\d)|[6-9]|\\d\\d)(?:[.-].*)?");

    private final AttachmentWriter attachments;
    private final Dialect dialect;
    private final BaseUrl server;
    private final boolean atOpenAi;

    /** @param server who is spoken to */
    ChatWriter(AttachmentWriter attachments, Dialect dialect, BaseUrl server) {
        this.attachments = attachments;
        this.dialect = dialect;
        this.server = server;
        atOpenAi = server.isOpenAi();
    }

    /** Who is spoken to. */
    BaseUrl server() {
        return server;
    }

    ChatCompletionCreateParams write(ModelRequest request) {
        try {
            var body = ServerJson.MAPPER.treeToValue(tree(request), ChatCompletionCreateParams.Body.class);
            return ChatCompletionCreateParams.builder().body(body).build();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a chat completion cannot be written", e);
        }
    }

    private ObjectNode tree(ModelRequest request) {
        ObjectNode written = body(dialect.apply(request));
        dialect.apply(written, request);
        return written;
    }

    /** The longest body that may be sent for a request, without the way through the types of the SDK, which takes long. */
    ObjectNode treeStreamed(ModelRequest request) {
        ObjectNode written = tree(request);
        if (!dialect.refused().contains(OptionalParameter.STREAM_OPTIONS)) {
            written.putObject("stream_options").put("include_usage", true);
        }
        return written;
    }

    private ObjectNode body(ModelRequest request) {
        if (request.serviceTier() == ServiceTier.BATCH) {
            throw new IllegalArgumentException("a single call cannot ask for the service tier BATCH");
        }
        if (!request.options().providerTools().isEmpty()) {
            throw unable("has no tools that run at the provider");
        }
        if (request.tools().contains(ComputerTool.SPEC)) {
            throw unable("cannot operate a screen");
        }
        var body = object().put("model", request.model());
        ArrayNode messages = body.putArray("messages");
        if (!request.instructions().isBlank()) {
            messages.add(message("system").put("content", request.instructions()));
        }
        request.turns().forEach(turn -> messages.add(message(turn)));
        body.put(dialect.api().capField(), request.maxOutputTokens());
        if (!request.tools().isEmpty()) {
            ArrayNode tools = body.putArray("tools");
            request.tools().forEach(tool -> tools.add(function(tool)));
        }
        if (request.output() instanceof OutputFormat.JsonSchema(String name, String schema, boolean isExplained)) {
            var format = body.putObject("response_format").put("type", "json_schema");
            format.putObject("json_schema")
                    .put("name", name)
                    .put("strict", true)
                    .set("schema", tree("output schema", name, schema));
        }
        options(body, request);
        if (request.serviceTier() != ServiceTier.STANDARD || atOpenAi) {
            body.put("service_tier", request.serviceTier().wireName());
        }
        return body;
    }

    private void options(ObjectNode body, ModelRequest request) {
        boolean mustSay = atOpenAi && REASONS_UNASKED.matcher(request.model()).matches();
        if (request.effort() != Effort.NONE || mustSay) {
            body.put("reasoning_effort", request.effort().wireName());
        }
        if (request.options().verbosity() != Verbosity.STANDARD) {
            body.put("verbosity", request.options().verbosity().wireName());
        }
        if (!request.options().safetyIdentifier().isEmpty()) {
            body.put("safety_identifier", request.options().safetyIdentifier());
        }
        Sampling sampling = request.options().sampling();
        sampling.temperature().ifPresent(value -> body.put("temperature", value));
        sampling.topP().ifPresent(value -> body.put("top_p", value));
    }

    /** Asks for the usage, too, which a stream does not tell by itself. */
    ChatCompletionCreateParams writeStreamed(ModelRequest request) {
        ChatCompletionCreateParams whole = write(request);
        if (dialect.refused().contains(OptionalParameter.STREAM_OPTIONS)) {
            return whole;
        }
        return whole.toBuilder()
                .putAdditionalBodyProperty("stream_options", JsonValue.from(Map.of("include_usage", true)))
                .build();
    }

    private ObjectNode message(Turn turn) {
        return switch (turn) {
            case Turn.User user -> user(user);
            case Turn.Assistant assistant -> assistant(assistant);
            case Turn.ToolResult result -> {
                if (!result.attachments().isEmpty()) {
                    throw unable("cannot show pictures in the result of a tool");
                }
                yield message("tool").put("tool_call_id", result.callId()).put("content", result.text());
            }
        };
    }

    private ObjectNode user(Turn.User user) {
        if (user.attachments().isEmpty()) {
            return message("user").put("content", user.text());
        }
        ObjectNode message = message("user");
        ArrayNode parts = message.putArray("content");
        parts.addObject().put("type", "text").put("text", user.text());
        for (Attachment attachment : user.attachments()) {
            switch (attachment) {
                case Attachment.Image image ->
                    parts.addObject()
                            .put("type", "image_url")
                            .putObject("image_url")
                            .put("url", attachments.url(image.source()))
                            .put("detail", image.detail().wireName());
                case Attachment.File file ->
                    parts.addObject()
                            .put("type", "file")
                            .putObject("file")
                            .put("filename", file.name())
                            .put("file_data", file.content().dataUrl());
            }
        }
        return message;
    }

    private ObjectNode assistant(Turn.Assistant turn) {
        ObjectNode message = message("assistant");
        if (turn.text().isEmpty() && atOpenAi) {
            message.putNull("content");
        } else {
            message.put("content", turn.text()); // servers that resemble OpenAI refuse null there
        }
        List<ToolCall> calls = turn.toolCalls();
        if (!calls.isEmpty()) {
            ArrayNode called = message.putArray("tool_calls");
            calls.forEach(call -> called.addObject()
                    .put("id", call.callId())
                    .put("type", "function")
                    .putObject("function")
                    .put("name", call.name())
                    .put("arguments", atOpenAi ? call.arguments() : CallArguments.sendable(call.arguments())));
        }
        ChatState.addTo(message, turn.providerState(), server);
        return message;
    }

    private static ObjectNode function(ToolSpec tool) {
        ObjectNode function = object().put("type", "function");
        function.putObject("function")
                .put("name", tool.name())
                .put("description", tool.description())
                .put("strict", true)
                .set("parameters", tree("parameters of tool", tool.name(), tool.parametersSchema()));
        return function;
    }

    private static ObjectNode tree(String what, String name, String json) {
        return ServerJson.MAPPER.valueToTree(ToolWriter.object(what, name, json));
    }

    private static ObjectNode message(String role) {
        return object().put("role", role);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static InvalidRequest unable(String what) {
        return new InvalidRequest("a server that is spoken to in Chat Completions " + what, 0);
    }
}
