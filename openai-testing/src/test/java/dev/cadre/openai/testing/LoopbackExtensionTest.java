// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Plants an open exchange in a test, and sees that test fail. */
class LoopbackExtensionTest {
    private static Optional<Throwable> failure(Class<?> tests) {
        List<TestExecutionResult> ended = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                .configurationParameter(LoopbackExtension.GRACE_PARAMETER, "100")
                .execute()
                .testEvents()
                .finished()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .toList();
        assertThat(ended).hasSize(1);
        return ended.getFirst().getThrowable();
    }

    @ExtendWith(LoopbackExtension.class)
    static class Clean {
        static LoopbackOpenAi seen;
        LoopbackOpenAi early;

        @BeforeEach
        void before(LoopbackOpenAi server) {
            early = server;
        }

        @Test
        void test(LoopbackOpenAi server) throws Exception {
            assertThat(server).isSameAs(early);
            assertThat(server.requests()).isEmpty();
            port(server).close();
            seen = server;
        }
    }

    private static Socket port(LoopbackOpenAi server) throws Exception {
        return new Socket("127.0.0.1", URI.create(server.baseUrl()).getPort());
    }

    @Test
    void server_isOneForTheTest_andClosedAfterIt() {
        assertThat(failure(Clean.class)).isEmpty();

        assertThat(Clean.seen.connections()).isZero();
        assertThat(catchThrowable(() -> port(Clean.seen))).isInstanceOf(ConnectException.class);
    }

    @ExtendWith(LoopbackExtension.class)
    static class LeavesExchange {
        static Socket socket;

        @Test
        void test(LoopbackOpenAi server) throws Exception {
            server.onAny().replies(LoopbackReply.text("late").heldBy(new LoopbackGate()));
            socket = port(server);
            String body = """
                    {"model":"gpt-5.4-nano","input":"?","max_output_tokens":64,"store":false,
                     "reasoning":{"effort":"none"},"service_tier":"default"}""";
            socket.getOutputStream()
                    .write(("POST /v1/responses HTTP/1.1\r\nauthorization: Bearer k\r\ncontent-length: %d\r\n\r\n%s"
                                    .formatted(body.length(), body))
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(server.awaitInFlight(1)).isTrue();
        }
    }

    @Test
    void exchange_leftOpen_fails() throws Exception {
        assertThat(failure(LeavesExchange.class).orElseThrow())
                .isInstanceOf(AssertionError.class)
                .hasMessage("the test left behind\n  1 exchanges with the loopback server");

        LeavesExchange.socket.close();
    }
}
