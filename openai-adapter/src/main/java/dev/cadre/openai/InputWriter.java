// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.PromptCaching;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the conversation of a request. Where the prompt is to be marked, it begins with the instructions, which can carry
 * no mark in a field of their own; the model reads the same.
 */
final class InputWriter {
    private static final TypeReference<List<ResponseInputItem>> ITEMS = new TypeReference<>() {};

    private final ModelRequest request;
    private final AttachmentWriter attachments;
    private final List<ResponseInputItem> items = new ArrayList<>();

    InputWriter(ModelRequest request, AttachmentWriter attachments) {
        this.request = request;
        this.attachments = attachments;
    }

    List<ResponseInputItem> items() {
        boolean marksPrompt = request.options().promptCaching() == PromptCaching.MARKED;
        if (marksPrompt && !request.instructions().isBlank()) {
            items.add(message(
                    EasyInputMessage.Role.DEVELOPER, EasyInputMessage.Content.ofTextInput(request.instructions())));
            markLast();
        }
        boolean marksTurns = marksPrompt && !request.tools().isEmpty();
        List<Turn> turns = request.turns();
        for (int i = 0; i < turns.size(); i++) {
            items.addAll(said(turns.get(i)));
            if (marksTurns && isBeforeAnAnswer(turns, i)) {
                markLast();
            }
        }
        return items;
    }

    /** What the model answers to, or has answered to: the results of one round are read again together. */
    private static boolean isBeforeAnAnswer(List<Turn> turns, int i) {
        return !(turns.get(i) instanceof Turn.Assistant)
                && (i == turns.size() - 1 || turns.get(i + 1) instanceof Turn.Assistant);
    }

    private List<ResponseInputItem> said(Turn turn) {
        return switch (turn) {
            case Turn.User user ->
                List.of(message(EasyInputMessage.Role.USER, attachments.message(user.text(), user.attachments())));
            case Turn.Assistant assistant -> repeated(assistant);
            case Turn.ToolResult result -> answer(result);
        };
    }

    private List<ResponseInputItem> answer(Turn.ToolResult result) {
        if (McpApprovals.isAsked(items, result.callId())) {
            return List.of(McpApprovals.answer(result));
        }
        return ComputerCalls.find(items, result.callId())
                .map(call -> ComputerCalls.answer(call, result, attachments))
                .orElseGet(() ->
                        List.of(ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                                .callId(result.callId())
                                .output(attachments.toolOutput(result.text(), result.attachments()))
                                .build())));
    }

    private static List<ResponseInputItem> repeated(Turn.Assistant turn) {
        if (turn.providerState().startsWith("[")) {
            try {
                return ServerJson.MAPPER.readValue(turn.providerState(), ITEMS).stream()
                        .map(InputWriter::sendable)
                        .toList();
            } catch (JsonProcessingException e) {
                // another client's state: the neutral form below says the same, less its private parts
            }
        }
        var said = new ArrayList<ResponseInputItem>();
        if (!turn.text().isEmpty()) {
            said.add(message(EasyInputMessage.Role.ASSISTANT, EasyInputMessage.Content.ofTextInput(turn.text())));
        }
        turn.toolCalls().forEach(call -> said.add(called(call)));
        return said;
    }

    private static ResponseInputItem sendable(ResponseInputItem item) {
        return item.functionCall()
                .map(call -> ResponseInputItem.ofFunctionCall(call.toBuilder()
                        .arguments(CallArguments.sendable(
                                call._arguments().asKnown().orElse("")))
                        .build()))
                .orElse(item);
    }

    private static ResponseInputItem called(ToolCall call) {
        return ResponseInputItem.ofFunctionCall(ResponseFunctionToolCall.builder()
                .callId(call.callId())
                .name(call.name())
                .arguments(CallArguments.sendable(call.arguments()))
                .build());
    }

    private static ResponseInputItem message(EasyInputMessage.Role role, EasyInputMessage.Content content) {
        return ResponseInputItem.ofEasyInputMessage(
                EasyInputMessage.builder().role(role).content(content).build());
    }

    /** Marks the end of the last item, unless it is a picture of a screen, which takes no mark. */
    private void markLast() {
        ObjectNode item = ServerJson.MAPPER.valueToTree(items.getLast());
        String field = item.has("output") ? "output" : "content";
        if (item.path(field).isTextual()) {
            String text = item.path(field).asText();
            item.putArray(field).addObject().put("type", "input_text").put("text", text);
        }
        if (item.path(field) instanceof ArrayNode blocks && blocks.path(blocks.size() - 1) instanceof ObjectNode last) {
            last.putObject("prompt_cache_breakpoint").put("mode", "explicit");
            items.set(items.size() - 1, read(item));
        }
    }

    private static ResponseInputItem read(ObjectNode item) {
        try {
            return ServerJson.MAPPER.treeToValue(item, ResponseInputItem.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an item that was written cannot be read", e);
        }
    }
}
