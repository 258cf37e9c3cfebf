// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Judges each line of a client, and hands on what the SDK may be given. Used by one thread. */
final class Inbox {
    private static final String CANCELLED = "notifications/cancelled";
    private static final int MAX_ID_CHARACTERS = 200;

    /** A call of this length has room for the longest question with each character escaped. */
    private static final int MAX_CALL_CHARACTERS = 1 << 16;

    private final Messages messages;
    private final LineOutput output;
    private final LineTransport transport;
    private final Calls calls;
    private final List<String> tools;
    private boolean isInitialized;

    Inbox(Messages messages, LineOutput output, LineTransport transport, Calls calls, List<String> tools) {
        this.messages = messages;
        this.output = output;
        this.transport = transport;
        this.calls = calls;
        this.tools = List.copyOf(tools);
    }

    /** Does what a line asks for, or has begun to when this returns. Waits for no call and for no client that reads. */
    void accept(LineInput.Read read) {
        switch (read) {
            case LineInput.Read.Line(String text) when text.isEmpty() -> {}
            case LineInput.Read.Line(String text) -> accept(text);
            case LineInput.Read.TooLong tooLong ->
                output.answerAtOnce(messages.writeError(
                        ErrorCodes.PARSE_ERROR,
                        "a line has more than " + LineInput.MAX_CHARACTERS + " characters; it was not read"));
            case LineInput.Read.End end -> {}
        }
    }

    private void accept(String line) {
        try {
            accept(messages.read(line), line);
        } catch (Messages.BadMessageException bad) {
            output.answerAtOnce(messages.writeError(bad.code(), String.valueOf(bad.getMessage())));
        }
    }

    private void accept(JSONRPCMessage message, String line) {
        switch (message) {
            case JSONRPCRequest request -> accept(request, line);
            case JSONRPCNotification told when told.method().equals(CANCELLED) -> cancel(told.params());
            case JSONRPCNotification told
            when told.method().equals(McpSchema.METHOD_NOTIFICATION_INITIALIZED) -> {
                isInitialized = true;
                transport.handle(told, Map.of());
            }
            // the server asks nothing, so nothing else can be an answer or news to it
            default -> {}
        }
    }

    private void cancel(@Nullable Object params) {
        Object id = params instanceof Map<?, ?> map ? map.get("requestId") : null;
        if (id != null) {
            calls.cancel(id);
        }
    }

    private void accept(JSONRPCRequest request, String line) {
        if (request.id() instanceof String id && id.length() > MAX_ID_CHARACTERS) {
            transport.send(Messages.error(
                    id.substring(0, MAX_ID_CHARACTERS),
                    ErrorCodes.INVALID_REQUEST,
                    "an id has more than " + MAX_ID_CHARACTERS + " characters"));
        } else if (calls.has(request.id())) {
            // not answered under its id, which is that of the other
            output.tell(messages.writeError(ErrorCodes.INVALID_REQUEST, "an id is that of a call under way"));
        } else if (request.method().equals(McpSchema.METHOD_PING)) {
            transport.send(JSONRPCResponse.result(request.id(), Map.of()));
        } else if (!isInitialized && !request.method().equals(McpSchema.METHOD_INITIALIZE)) {
            refuse(request, ErrorCodes.INVALID_REQUEST, "send initialize and notifications/initialized first");
        } else if (request.method().equals(McpSchema.METHOD_TOOLS_CALL)) {
            call(request, line);
        } else {
            transport.handle(request, Map.of());
        }
    }

    /** A call that waits is kept as its line, and read again: as objects it takes thirty times the memory. */
    private void call(JSONRPCRequest request, String line) {
        if (line.length() > MAX_CALL_CHARACTERS) {
            refuse(
                    request,
                    ErrorCodes.INVALID_PARAMS,
                    "a call has %d characters; at most %d are allowed".formatted(line.length(), MAX_CALL_CHARACTERS));
        } else if (!(request.params() instanceof Map<?, ?> params) || !(params.get("name") instanceof String name)) {
            refuse(request, ErrorCodes.INVALID_PARAMS, "tools/call needs the name of a tool");
        } else if (!tools.contains(name)) {
            refuse(request, ErrorCodes.INVALID_PARAMS, "there is no such tool; there are " + String.join(", ", tools));
        } else if (params.get("arguments") != null && !(params.get("arguments") instanceof Map<?, ?>)) {
            refuse(request, ErrorCodes.INVALID_PARAMS, "the arguments of tools/call are an object");
        } else if (!calls.begin(request.id(), call -> handle(request.id(), line, call))) {
            transport.send(JSONRPCResponse.result(
                    request.id(),
                    ToolServer.failure("%d calls are under way and %d wait; call again when one has ended"
                            .formatted(Calls.MOST_AT_ONCE, Calls.MOST_WAITING))));
        }
    }

    /** Answers whatever breaks, the writing of the answer included: a client may wait for ever. */
    private void handle(Object id, String line, Calls.Call call) {
        try {
            transport.handle(messages.read(line), Map.of(LineTransport.CALL, call));
        } catch (Messages.BadMessageException impossible) {
            throw new IllegalStateException("a line that was a message is none", impossible);
        } catch (RuntimeException | Error broken) {
            transport.send(JSONRPCResponse.result(id, ToolServer.failure(broken)));
        }
    }

    private void refuse(JSONRPCRequest request, int code, String message) {
        transport.send(Messages.error(request.id(), code, message));
    }
}
