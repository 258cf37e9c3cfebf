// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.langchain4j.SchemaPlaces.Place;
import dev.cadre.model.Attachment;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ChatMessageDeserializer;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.ImageContent.DetailLevel;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request in LangChain4j's words. */
final class ChatRequests {
    private ChatRequests() {}

    static ChatRequest of(ModelRequest request, LangChain4jModel model, Place place) {
        if (request.serviceTier() != ServiceTier.STANDARD) {
            throw new ModelException.InvalidRequest(
                    "LangChain4j cannot ask for service tier " + request.serviceTier(), 0);
        }
        if (!request.options().providerTools().isEmpty()) {
            throw new ModelException.InvalidRequest("LangChain4j has no tools that run at the provider", 0);
        }
        Reasoning.requireKept(model, request);
        return ChatRequest.builder()
                .messages(messages(request, place))
                .parameters(parameters(request, model, place))
                .build();
    }

    /** The model that is asked: the one that the LangChain4j model names itself, or that of the pool. */
    static String modelName(ModelRequest request, LangChain4jModel model) {
        String own = model.defaults().modelName();
        return isBlank(own) ? request.model() : own;
    }

    private static ChatRequestParameters parameters(ModelRequest request, LangChain4jModel model, Place place) {
        var parameters = ChatRequestParameters.builder();
        parameters.modelName(modelName(request, model));
        if (!request.tools().isEmpty()) {
            parameters.toolSpecifications(
                    request.tools().stream().map(ChatRequests::specification).toList());
        }
        if (place == Place.FORMAT
                && request.output()
                        instanceof OutputFormat.JsonSchema(String name, String schema, boolean isExplained)) {
            parameters.responseFormat(ResponseFormat.builder()
                    .type(ResponseFormatType.JSON)
                    .jsonSchema(JsonSchema.builder()
                            .name(name)
                            .rootElement(JsonRawSchema.from(schema))
                            .build())
                    .build());
        }
        request.options().sampling().temperature().ifPresent(parameters::temperature);
        request.options().sampling().topP().ifPresent(parameters::topP);
        int cap = (int) Math.min(request.maxOutputTokens(), Integer.MAX_VALUE);
        return OpenAiParameters.takeCompletionCap(model.defaults())
                ? OpenAiParameters.withCompletionCap(parameters.build(), cap)
                : parameters.maxOutputTokens(cap).build();
    }

    private static boolean isBlank(@Nullable String name) {
        return name == null || name.isBlank();
    }

    /** LangChain4j wants an object with named properties; each of them, and each definition, may be raw. */
    private static ToolSpecification specification(ToolSpec tool) {
        Json.Obj schema = parsed(tool);
        var parameters = JsonObjectSchema.builder()
                .addProperties(elements(schema, "properties"))
                .required(required(schema))
                .additionalProperties(false);
        Map<String, JsonSchemaElement> definitions = elements(schema, "$defs");
        if (!definitions.isEmpty()) {
            parameters.definitions(definitions);
        }
        return ToolSpecification.builder()
                .name(tool.name())
                .description(tool.description())
                .parameters(parameters.build())
                .build();
    }

    private static Json.Obj parsed(ToolSpec tool) {
        try {
            if (Json.parse(tool.parametersSchema()) instanceof Json.Obj object) {
                return object;
            }
        } catch (JsonException malformed) {
            throw new ModelException.InvalidRequest(
                    "the schema of the tool '%s': %s".formatted(tool.name(), malformed.getMessage()), 0);
        }
        throw new ModelException.InvalidRequest("the schema of the tool '%s' is no object".formatted(tool.name()), 0);
    }

    private static Map<String, JsonSchemaElement> elements(Json.Obj schema, String name) {
        var elements = new LinkedHashMap<String, JsonSchemaElement>();
        if (schema.at(name).orElse(Json.obj()) instanceof Json.Obj object) {
            object.fields().forEach((key, value) -> elements.put(key, JsonRawSchema.from(value.write())));
        }
        return elements;
    }

    private static List<String> required(Json.Obj schema) {
        var names = new ArrayList<String>();
        if (schema.at("required").orElse(Json.arr()) instanceof Json.Arr required) {
            for (Json item : required.items()) {
                if (item instanceof Json.Str(String name)) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private static List<ChatMessage> messages(ModelRequest request, Place place) {
        var messages = new ArrayList<ChatMessage>();
        String system = instructions(request, place);
        if (!system.isBlank()) {
            messages.add(SystemMessage.from(system));
        }
        var toolNames = new HashMap<String, String>();
        for (Turn turn : request.turns()) {
            messages.add(
                    switch (turn) {
                        case Turn.User user -> message(user);
                        case Turn.Assistant assistant -> {
                            assistant.toolCalls().forEach(call -> toolNames.put(call.callId(), call.name()));
                            yield message(assistant);
                        }
                        case Turn.ToolResult(String callId, String text, List<Attachment> attachments) -> {
                            if (!attachments.isEmpty()) {
                                throw new ModelException.InvalidRequest(
                                        "LangChain4j cannot show pictures in the result of a tool", 0);
                            }
                            yield ToolExecutionResultMessage.from(
                                    callId, toolNames.getOrDefault(callId, "unknown"), text);
                        }
                    });
        }
        return messages;
    }

    private static String instructions(ModelRequest request, Place place) {
        return place == Place.PROMPT && request.output() instanceof OutputFormat.JsonSchema json
                ? request.instructions() + "\n\nThe JSON schema of the answer:\n" + json.schema()
                : request.instructions();
    }

    private static ChatMessage message(Turn.User turn) {
        var contents = new ArrayList<Content>();
        contents.add(TextContent.from(turn.text()));
        for (Attachment attachment : turn.attachments()) {
            contents.add(
                    switch (attachment) {
                        case Attachment.Image(Attachment.Source.Inline image, Attachment.Detail detail)
                        when detail != Attachment.Detail.ORIGINAL ->
                            ImageContent.from(image.base64(), image.mediaType(), DetailLevel.valueOf(detail.name()));
                        case Attachment.File(String name, Attachment.Source.Inline file, long maxTokens)
                        when file.mediaType().equals("application/pdf") ->
                            PdfFileContent.from(file.base64(), file.mediaType());
                        default ->
                            throw new ModelException.InvalidRequest(
                                    "LangChain4j cannot send this attachment: " + attachment, 0);
                    });
        }
        return UserMessage.from(contents);
    }

    private static ChatMessage message(Turn.Assistant turn) {
        if (!turn.providerState().isEmpty()
                && ChatMessageDeserializer.messageFromJson(turn.providerState()) instanceof AiMessage said) {
            return said.toBuilder()
                    .toolExecutionRequests(said.toolExecutionRequests().stream()
                            .map(ChatRequests::readable)
                            .toList())
                    .build();
        }
        return AiMessage.builder()
                .text(turn.text().isEmpty() ? null : turn.text())
                .toolExecutionRequests(turn.toolCalls().stream()
                        .map(ChatRequests::request)
                        .map(ChatRequests::readable)
                        .toList())
                .build();
    }

    private static ToolExecutionRequest request(ToolCall call) {
        return ToolExecutionRequest.builder()
                .id(call.callId())
                .name(call.name())
                .arguments(call.arguments())
                .build();
    }

    /** The model was told that its arguments are none; Claude and Gemini are given objects only. */
    private static ToolExecutionRequest readable(ToolExecutionRequest asked) {
        return isObject(asked.arguments())
                ? asked
                : asked.toBuilder().arguments("{}").build();
    }

    private static boolean isObject(@Nullable String arguments) {
        try {
            return arguments != null && Json.parse(arguments) instanceof Json.Obj;
        } catch (JsonException malformed) {
            return false;
        }
    }
}
