// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpServerSession;
import io.modelcontextprotocol.spec.McpServerTransport;
import io.modelcontextprotocol.spec.McpServerTransportProvider;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Carries messages between the SDK's session and the lines of a client.
 *
 * <p>The SDK's own transport ends at the first line that is no message, loses what is answered while input ends, and knows no
 * cancelling: see docs/adr/0033.
 */
final class LineTransport implements McpServerTransportProvider {
    /** The call, in the context of its request. */
    static final String CALL = "call";

    private final Messages messages;
    private final LineOutput output;
    private final Calls calls;
    private @Nullable McpServerSession session;

    LineTransport(Messages messages, LineOutput output, Calls calls) {
        this.messages = messages;
        this.output = output;
        this.calls = calls;
    }

    @Override
    public void setSessionFactory(McpServerSession.Factory factory) {
        session = factory.create(new Side());
    }

    /** Has the SDK handle a message on this thread, the code of a tool included. */
    void handle(JSONRPCMessage message, Map<String, Object> context) {
        session()
                .handle(message)
                .contextWrite(all -> all.put(McpTransportContext.KEY, McpTransportContext.create(context)))
                .block();
    }

    private McpServerSession session() {
        if (session == null) {
            throw new IllegalStateException("the server is not built");
        }
        return session;
    }

    /** Sends a message; an answer only if its call was not cancelled. Blocks on the thread of a call alone. */
    void send(JSONRPCMessage message) {
        if (!(message instanceof JSONRPCResponse response)) {
            output.tell(messages.write(message));
        } else {
            String line =
                    messages.write(inPlainWords(response)); // first: if this breaks, there is still a turn to take
            switch (calls.takeTurnToAnswer(response.id())) {
                case OF_A_CALL -> answer(line);
                case AT_ONCE -> output.answerAtOnce(line);
                case NONE -> {}
            }
        }
    }

    private void answer(String line) {
        try {
            output.answer(line);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    /** The SDK explains a failure with the names and messages of exceptions, and repeats what it was asked. */
    private static JSONRPCResponse inPlainWords(JSONRPCResponse response) {
        JSONRPCResponse.@Nullable JSONRPCError error = response.error();
        if (error == null) {
            return response;
        }
        return switch (error.code()) {
            case ErrorCodes.INTERNAL_ERROR ->
                Messages.error(response.id(), ErrorCodes.INVALID_PARAMS, "the parameters cannot be used");
            case ErrorCodes.METHOD_NOT_FOUND ->
                Messages.error(response.id(), ErrorCodes.METHOD_NOT_FOUND, "there is no such method");
            default -> Messages.error(response.id(), error.code(), error.message());
        };
    }

    @Override
    public Mono<Void> notifyClients(String method, Object params) {
        return session().sendNotification(method, params);
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.empty();
    }

    /** The side of the session. */
    private final class Side implements McpServerTransport {
        @Override
        public Mono<Void> sendMessage(JSONRPCMessage message) {
            return Mono.fromRunnable(() -> send(message));
        }

        @Override
        public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
            return messages.ofProtocol().convertValue(data, type);
        }

        @Override
        public Mono<Void> closeGracefully() {
            return Mono.empty();
        }
    }
}
