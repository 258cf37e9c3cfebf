// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.json.Json;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.json.schema.jackson2.DefaultJsonSchemaValidator;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server against the SDK's own client, which checks what it gets by the schemas. */
@Timeout(60)
class ToolServerTest {
    private static final Json.Obj INPUT = Json.obj().with("type", "object");
    private static final Json.Obj OUTPUT = Json.obj()
            .with("type", "object")
            .with("properties", Json.obj().with("sum", Json.obj().with("type", "number")));

    private static final String GREETING = """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
            {"jsonrpc":"2.0","method":"notifications/initialized"}
            """;

    private static ServedTool tool(ServedTool.Handler handler) {
        return new ServedTool("add", "Add", "Adds.", INPUT, OUTPUT, handler);
    }

    private static Thread serve(ServedTool tool, InputStream in, OutputStream out) {
        var server =
                new ToolServer(new ToolServer.Greeting("test", "1", "Add."), List.of(tool), InstantSource.system());
        return Thread.ofPlatform().daemon().start(() -> {
            try {
                server.serve(in, new PrintStream(out, true, StandardCharsets.UTF_8));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private interface Session {
        void with(McpSyncClient client, BlockingQueue<ProgressNotification> progress) throws Exception;
    }

    private static void session(ServedTool.Handler handler, Session session) throws Exception {
        var toServer = new PipedOutputStream();
        var fromServer = new PipedInputStream(1 << 16);
        Thread server =
                serve(tool(handler), new PipedInputStream(toServer, 1 << 16), new PipedOutputStream(fromServer));
        var progress = new LinkedBlockingQueue<ProgressNotification>();
        McpSyncClient client = McpClient.sync(new PipedClientTransport(fromServer, toServer))
                .jsonSchemaValidator(new DefaultJsonSchemaValidator())
                .enableCallToolSchemaCaching(true)
                .progressConsumer(progress::add)
                .build();
        client.initialize();
        session.with(client, progress);
        client.closeGracefully();
        server.join();
    }

    private static CallToolRequest request(Map<String, Object> arguments) {
        return CallToolRequest.builder("add")
                .arguments(arguments)
                .meta(Map.of("progressToken", 7))
                .build();
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().getFirst()).text();
    }

    private static String next(BlockingQueue<ProgressNotification> progress) throws InterruptedException {
        ProgressNotification next = progress.poll(20, TimeUnit.SECONDS);
        return next == null ? "none" : next.progress() + " " + next.message();
    }

    @Test
    void client_listsAndCalls_andHearsOfProgress() throws Exception {
        session(
                call -> {
                    call.progress().accept("one");
                    call.progress().accept("two");
                    var sum = call.arguments().decimal("a").add(call.arguments().decimal("b"));
                    return ToolAnswer.done("the sum is " + sum, Json.obj().with("sum", new Json.Num(sum)));
                },
                (client, progress) -> {
                    assertThat(client.listTools().tools())
                            .extracting(Tool::name)
                            .containsExactly("add");

                    CallToolResult result = client.callTool(request(Map.of("a", 1.5, "b", 2)));

                    assertThat(result.isError()).isFalse();
                    assertThat(text(result)).isEqualTo("the sum is 3.5");
                    assertThat(result.structuredContent()).isEqualTo(Map.of("sum", 3.5));
                    // the client tells them on threads of its own
                    assertThat(List.of(next(progress), next(progress))).containsExactlyInAnyOrder("1.0 one", "2.0 two");
                });
    }

    @Test
    void toolThatFails_isAnErrorWithoutNamesOfJava() throws Exception {
        session(
                call -> {
                    if (call.arguments().fields().isEmpty()) {
                        throw new OutOfMemoryError("Java heap space");
                    }
                    if (call.arguments().fields().containsKey("b")) {
                        throw new NoClassDefFoundError("java/lang/Secret");
                    }
                    throw new IllegalStateException("java.lang.Secret");
                },
                (client, progress) -> {
                    assertThat(text(client.callTool(request(Map.of()))))
                            .isEqualTo("the memory of the process does not suffice; -Xmx gives it more");
                    for (String name : List.of("a", "b")) {
                        CallToolResult result = client.callTool(request(Map.of(name, 1)));
                        assertThat(result.isError()).isTrue();
                        assertThat(text(result))
                                .startsWith("this is a defect of cadre")
                                .doesNotContain("java");
                    }
                });
    }

    /** A client would wait for ever. */
    @Test
    void answerThatCannotBeWritten_isAnsweredInAWord() throws Exception {
        var out = new PipedOutputStream();
        var written = new BufferedReader(new InputStreamReader(new PipedInputStream(out), StandardCharsets.UTF_8));
        var messages = new Messages();
        try (var output = new LineOutput(new PrintStream(out, true, StandardCharsets.UTF_8), NOBODY);
                var calls = new Calls(InstantSource.system())) {
            var transport = new LineTransport(messages, output, calls);
            var unused = McpServer.sync(transport)
                    .jsonMapper(messages.ofProtocol())
                    .immediateExecution(true)
                    .toolCall(
                            Tool.builder("large", Map.of("type", "object")).build(),
                            (exchange, request) -> CallToolResult.builder()
                                    .structuredContent(new AbstractMap<String, Object>() {
                                        @Override
                                        public Set<Entry<String, Object>> entrySet() {
                                            throw new OutOfMemoryError("Java heap space");
                                        }
                                    })
                                    .build())
                    .build();
            var inbox = new Inbox(messages, output, transport, calls, List.of("large"));
            (GREETING + "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"large\"}}")
                    .lines()
                    .forEach(line -> inbox.accept(new LineInput.Read.Line(line)));

            assertThat(written.readLine()).contains("\"id\":1");
            assertThat(written.readLine()).contains("\"id\":7", "the memory of the process does not suffice");
        }
    }

    @Test
    void outputThatBreaks_isAClientThatIsGone() throws Exception {
        var isGone = new CountDownLatch(1);
        var client = new LineOutput.Client() {
            @Override
            public void isGone() {
                isGone.countDown();
            }

            @Override
            public void doesNotRead() {}
        };
        var full = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8) {
            @Override
            public void write(byte[] bytes, int from, int length) {
                throw new OutOfMemoryError("Java heap space");
            }
        };
        try (var output = new LineOutput(full, client)) {
            output.tell("a line");
            assertThat(isGone.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void nestingBeyondTheLimit_isAnErrorOfTheTool() throws Exception {
        session(call -> ToolAnswer.refused("reached"), (client, progress) -> {
            Object deep = 1;
            for (int i = 0; i < 200; i++) {
                deep = List.of(deep);
            }
            assertThat(text(client.callTool(request(Map.of("a", deep))))).startsWith("the arguments cannot be used: ");
        });
    }

    /** A hundred calls may wait, and objects take thirty times the memory of their line. */
    @Test
    void callThatIsLongerThanAnyQuestion_isRefused() throws Exception {
        session(call -> ToolAnswer.done("done", Json.obj().with("sum", 1)), (client, progress) -> {
            assertThat(client.callTool(request(Map.of("a", "x".repeat(60_000)))).isError())
                    .isFalse();
            assertThatThrownBy(() -> client.callTool(request(Map.of("a", "x".repeat(70_000)))))
                    .hasMessageContaining("a call has 70")
                    .hasMessageContaining("at most 65536 are allowed");
        });
    }

    @Test
    void clientThatDoesNotRead_keepsNoToolWaiting() throws Exception {
        var isRead = new CountDownLatch(1);
        var hasTold = new CountDownLatch(1);
        String lines = GREETING + """
                {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"add","_meta":{"progressToken":1}}}
                """;
        var toServer = new PipedOutputStream();
        Thread server = serve(
                tool(call -> {
                    for (int i = 0; i < 3 * LineOutput.MOST_CHARACTERS / LineOutput.LEAST_CHARACTERS; i++) {
                        call.progress().accept("line " + i);
                    }
                    hasTold.countDown();
                    return ToolAnswer.refused("done");
                }),
                new PipedInputStream(toServer, 1 << 16),
                deaf(isRead));
        toServer.write(lines.getBytes(StandardCharsets.UTF_8));
        toServer.flush();

        assertThat(hasTold.await(20, TimeUnit.SECONDS)).isTrue();
        isRead.countDown();
        toServer.close();
        server.join();
    }

    /** Nine answers of a million characters, and room for eight. */
    @Test
    void answersThatAreNotRead_waitOnceTheyAreLong_andNewsIsDropped() throws Exception {
        var isRead = new CountDownLatch(1);
        var written = new ByteArrayOutputStream();
        var deaf = new OutputStream() {
            @Override
            public void write(int b) {
                awaitQuietly(isRead);
                written.write(b);
            }
        };
        String answer = "a".repeat(LineOutput.MOST_CHARACTERS / 8);
        try (var output = new LineOutput(new PrintStream(deaf), NOBODY)) {
            for (int i = 0; i < 8; i++) {
                output.answer(answer);
            }
            output.tell("news");
            var ninth = new Thread(() -> {
                try {
                    output.answer(answer + answer.repeat(8)); // longer than all that may wait
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            ninth.start();
            while (ninth.getState() != Thread.State.WAITING) {
                assertThat(ninth.isAlive()).isTrue();
                Thread.onSpinWait();
            }
            isRead.countDown();
            ninth.join();
        }
        assertThat(written.toString(StandardCharsets.UTF_8).lines().map(String::length))
                .hasSize(9)
                .last()
                .isEqualTo(9 * answer.length());
    }

    /** As many answers wait as may; the input is read on: no call that costs money goes on because nobody hears that it is cancelled. */
    @Test
    void clientThatAsksAndDoesNotRead_canStillCancel_andEndTheServer() throws Exception {
        var isRead = new CountDownLatch(1);
        var began = new CountDownLatch(1);
        var cancelled = new CountDownLatch(1);
        var toServer = new PipedOutputStream();
        Thread server = serve(
                tool(call -> {
                    began.countDown();
                    try {
                        isRead.await();
                        return ToolAnswer.refused("nobody cancelled it");
                    } finally {
                        if (isRead.getCount() > 0) {
                            cancelled.countDown();
                        }
                    }
                }),
                new PipedInputStream(toServer, 1 << 16),
                deaf(isRead));
        toServer.write(GREETING.getBytes(StandardCharsets.UTF_8));
        toServer.write("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n"
                .repeat(1_040)
                .getBytes(StandardCharsets.UTF_8));
        toServer.write("""
                {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"add"}}
                """.getBytes(StandardCharsets.UTF_8));
        toServer.flush();
        assertThat(began.await(20, TimeUnit.SECONDS)).isTrue();
        toServer.write("""
                {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}
                """.getBytes(StandardCharsets.UTF_8));
        toServer.flush();
        assertThat(cancelled.await(20, TimeUnit.SECONDS)).isTrue();

        toServer.close();
        server.join();
        isRead.countDown();
    }

    private static final LineOutput.Client NOBODY = new LineOutput.Client() {
        @Override
        public void isGone() {}

        @Override
        public void doesNotRead() {}
    };

    private static OutputStream deaf(CountDownLatch isRead) {
        return new OutputStream() {
            @Override
            public void write(int b) {
                awaitQuietly(isRead);
            }
        };
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void outputThatIsClosed_endsTheServer() throws Exception {
        var closed = new PipedOutputStream(); // nobody is at its other end
        var toServer = new PipedOutputStream();
        Thread server = serve(tool(call -> ToolAnswer.refused("")), new PipedInputStream(toServer, 1 << 16), closed);
        toServer.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n".getBytes(StandardCharsets.UTF_8));
        toServer.flush();

        server.join();
        toServer.close(); // its reader waits for that
    }

    @Test
    void cancelledCall_isInterrupted_andNotAnswered() throws Exception {
        try (var calls = new Calls(InstantSource.system())) {
            var isOver = new CountDownLatch(1);
            assertThat(calls.begin(1, call -> {
                        calls.cancel(1);
                        assertThat(Thread.currentThread().isInterrupted()).isTrue();
                        assertThat(call.isOpen()).isFalse();
                        assertThat(calls.takeTurnToAnswer(1)).isEqualTo(Calls.Turn.NONE);
                        isOver.countDown();
                    }))
                    .isTrue();
            assertThat(isOver.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void lineWithoutItsEnd_isNoMessage() throws Exception {
        var input = new LineInput(new ByteArrayInputStream("{}\n{".getBytes(StandardCharsets.UTF_8)));

        assertThat(input.next()).isEqualTo(new LineInput.Read.Line("{}"));
        assertThat(input.next()).isEqualTo(new LineInput.Read.End());
    }

    @Test
    void textThatSteersATerminal_isEscaped() throws Exception {
        String written = new Messages().writeError(1, "a\u001b\u202e\u2028b");

        assertThat(written).contains("a\\u001B\\u202E\\u2028b");
        assertThat(new ObjectMapper().readTree(written).at("/error/message").asText())
                .isEqualTo("a\u001b\u202e\u2028b");
    }
}
