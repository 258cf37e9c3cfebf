// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.ResponseComputerToolCall;
import com.openai.models.responses.ResponseComputerToolCall.PendingSafetyCheck;
import com.openai.models.responses.ResponseComputerToolCallOutputScreenshot;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseInputItem.ComputerCallOutput.AcknowledgedSafetyCheck;
import dev.cadre.model.Attachment;
import dev.cadre.model.ComputerTool;
import dev.cadre.model.ModelException;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Between the provider's own form of calls of the computer tool and ours. */
final class ComputerCalls {
    private static final String ACTION = "action";
    private static final String ACTIONS = "actions";
    private static final String CHECKS = "pending_safety_checks";

    /** In place of an HTTP status. */
    private static final int NOT_SENT = 0;

    private ComputerCalls() {}

    /** A call of the provider's as one of {@link ComputerTool}; empty id if it has none. */
    static ToolCall read(ResponseComputerToolCall call) {
        JsonNode wire = ServerJson.MAPPER.valueToTree(call);
        ObjectNode arguments = ServerJson.MAPPER.createObjectNode();
        if (wire.has(ACTIONS) || !wire.has(ACTION)) {
            arguments.set(ACTIONS, wire.path(ACTIONS).isArray() ? wire.get(ACTIONS) : arguments.arrayNode());
        } else {
            arguments.set(ACTIONS, arguments.arrayNode().add(wire.get(ACTION)));
        }
        if (wire.hasNonNull(CHECKS)) {
            arguments.set(CHECKS, wire.get(CHECKS));
        }
        return new ToolCall(call._callId().asKnown().orElse(""), ComputerTool.NAME, arguments.toString());
    }

    /** The provider's call with this id among the items so far; empty if it is an ordinary function's. */
    static Optional<ResponseComputerToolCall> find(List<ResponseInputItem> items, String callId) {
        return items.stream()
                .flatMap(item -> item.computerCall().stream())
                .filter(call -> call._callId().asKnown().filter(callId::equals).isPresent())
                .findFirst();
    }

    /**
     * What answers a call: the picture, with the doubts that were approved, and then what cannot be said in it.
     *
     * @throws ModelException.InvalidRequest if there is no picture: the provider takes nothing else
     */
    static List<ResponseInputItem> answer(
            ResponseComputerToolCall call, Turn.ToolResult result, AttachmentWriter attachments) {
        ResponseInputItem shown = ResponseInputItem.ofComputerCallOutput(ResponseInputItem.ComputerCallOutput.builder()
                .callId(result.callId())
                .output(ResponseComputerToolCallOutputScreenshot.builder()
                        .imageUrl(attachments.url(picture(result)))
                        .build())
                .acknowledgedSafetyChecks(call._pendingSafetyChecks().asKnown().orElse(List.of()).stream()
                        .map(ComputerCalls::acknowledged)
                        .toList())
                .build());
        return result.text().isEmpty() ? List.of(shown) : List.of(shown, said(result.text()));
    }

    private static Attachment.Source picture(Turn.ToolResult result) {
        return result.attachments().stream()
                .flatMap(shown -> shown instanceof Attachment.Image image ? Stream.of(image.source()) : Stream.empty())
                .findFirst()
                .orElseThrow(() -> new ModelException.InvalidRequest(
                        "a turn on the screen returned no picture, and the provider takes no other answer", NOT_SENT));
    }

    private static AcknowledgedSafetyCheck acknowledged(PendingSafetyCheck check) {
        var acknowledged = AcknowledgedSafetyCheck.builder().id(check._id());
        check._code().asKnown().ifPresent(acknowledged::code);
        check._message().asKnown().ifPresent(acknowledged::message);
        return acknowledged.build();
    }

    private static ResponseInputItem said(String text) {
        return ResponseInputItem.ofEasyInputMessage(EasyInputMessage.builder()
                .role(EasyInputMessage.Role.USER)
                .content(text)
                .build());
    }
}
