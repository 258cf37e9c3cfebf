// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import dev.cadre.json.JsonException;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Serves tools to one client until its input ends. Serves once. */
public final class ToolServer {
    /** How many handlers are at work at a time at most. */
    public static final int CALLS_AT_ONCE = Calls.MOST_AT_ONCE;

    private static final int MAX_TOKEN_CHARACTERS = 200;

    /** What is sent was made here, by the schema that goes with it. */
    private static final JsonSchemaValidator UNCHECKED =
            (schema, content) -> JsonSchemaValidator.ValidationResponse.asValid("");

    private final Messages messages = new Messages();
    private final BlockingQueue<End> ends = new LinkedBlockingQueue<>();
    private final Greeting greeting;
    private final List<ServedTool> tools;
    private final InstantSource clock;

    /**
     * What a client is told of the server.
     *
     * @param instructions what a model is told of all tools together
     */
    public record Greeting(String name, String version, String instructions) {}

    public ToolServer(Greeting greeting, List<ServedTool> tools, InstantSource clock) {
        this.greeting = greeting;
        this.tools = List.copyOf(tools);
        this.clock = clock;
    }

    /** Why serving ended. */
    public enum End {
        /** The client has nothing more to say, or nothing can be written to it any more. */
        CLIENT_GONE,
        /** The client asks and does not read what it is answered. */
        CLIENT_DOES_NOT_READ
    }

    /**
     * Answers what a client asks, until its input ends, nothing can be written to it any more, it reads too little of what it
     * asks for, or this thread is interrupted; then cancels the calls under way. Blocks.
     *
     * @param in it is read by a daemon thread, which no interrupt ends
     * @param out gets messages of the protocol, one a line, and nothing else
     */
    public End serve(InputStream in, PrintStream out) throws InterruptedException {
        try (var output = new LineOutput(out, client());
                var calls = new Calls(clock)) {
            var transport = new LineTransport(messages, output, calls);
            var unused = McpServer.sync(transport)
                    .serverInfo(greeting.name(), greeting.version())
                    .instructions(greeting.instructions())
                    .capabilities(ServerCapabilities.builder().tools(false).build())
                    .jsonMapper(messages.ofProtocol())
                    .jsonSchemaValidator(UNCHECKED)
                    .validateToolInputs(false)
                    .immediateExecution(true) // on the thread of the call, so that an interrupt reaches it
                    .tools(tools.stream().map(this::specification).toList())
                    .build();
            List<String> names = tools.stream().map(ServedTool::name).toList();
            var inbox = new Inbox(messages, output, transport, calls, names);
            Thread.ofPlatform().daemon().name("cadre-mcp-input").start(() -> read(new LineInput(in), inbox));
            return ends.take();
        }
    }

    private LineOutput.Client client() {
        return new LineOutput.Client() {
            @Override
            public void isGone() {
                ends.add(End.CLIENT_GONE);
            }

            @Override
            public void doesNotRead() {
                ends.add(End.CLIENT_DOES_NOT_READ);
            }
        };
    }

    private void read(LineInput input, Inbox inbox) {
        try {
            LineInput.Read read = input.next();
            while (!(read instanceof LineInput.Read.End)) {
                inbox.accept(read);
                read = input.next();
            }
        } catch (IOException gone) {
            // as if it had ended
        } finally {
            ends.add(End.CLIENT_GONE);
        }
    }

    private SyncToolSpecification specification(ServedTool tool) {
        return SyncToolSpecification.builder()
                .tool(McpSchema.Tool.builder(tool.name(), messages.map(tool.input()))
                        .title(tool.title())
                        .description(tool.description())
                        .outputSchema(messages.map(tool.output()))
                        .annotations(McpSchema.ToolAnnotations.builder()
                                .readOnlyHint(true)
                                .build())
                        .build())
                .callHandler((exchange, request) -> answer(tool, exchange, request))
                .build();
    }

    private CallToolResult answer(ServedTool tool, McpSyncServerExchange exchange, CallToolRequest request) {
        var call = (Calls.Call) exchange.transportContext().get(LineTransport.CALL);
        try {
            return result(tool.handler()
                    .answer(new ToolCall(
                            messages.object(request.arguments()), call.arrived(), progress(exchange, request, call))));
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return failure("the call was cancelled");
        } catch (JsonException unusable) {
            return failure("the arguments cannot be used: " + unusable.getMessage());
        } catch (RuntimeException | Error broken) {
            return failure(broken);
        }
    }

    /** Tells the client what is done, if it asked for it. */
    private static Consumer<String> progress(McpSyncServerExchange exchange, CallToolRequest request, Calls.Call call) {
        Map<String, Object> meta = request.meta() == null ? Map.of() : request.meta();
        Object token = meta.get("progressToken");
        boolean isUsable = token instanceof Integer
                || token instanceof Long
                || (token instanceof String text && text.length() <= MAX_TOKEN_CHARACTERS);
        if (!isUsable) {
            return line -> {};
        }
        var count = new AtomicInteger();
        return line -> {
            if (call.isOpen()) {
                exchange.progressNotification(
                        new ProgressNotification(token, (double) count.incrementAndGet(), null, line, null));
            }
        };
    }

    private CallToolResult result(ToolAnswer answer) {
        var result = CallToolResult.builder()
                .content(List.of(TextContent.builder(answer.text()).build()))
                .isError(answer.kind() == ToolAnswer.Kind.FAILED);
        return answer.content().fields().isEmpty()
                ? result.build()
                : result.structuredContent(messages.map(answer.content())).build();
    }

    /** The result of a call that broke: no words of Java reach the client. */
    static CallToolResult failure(Throwable broken) {
        return failure(
                broken instanceof OutOfMemoryError
                        ? "the memory of the process does not suffice; -Xmx gives it more"
                        : "this is a defect of cadre; the command 'cadre search' may show more of it");
    }

    /** The result of a call that failed, in one sentence. */
    static CallToolResult failure(String message) {
        return CallToolResult.builder()
                .content(List.of(TextContent.builder(message).build()))
                .isError(true)
                .build();
    }
}
