// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.ModelException.MalformedReply;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolSpec;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No character of an answer, or of the arguments of a tool, is replaced without a word. */
class TextCharsetTest {
    private static final String CHUNKS = """
            data: {"choices":[{"delta":{"content":"ca"}}]}

            data: {"choices":[{"delta":{"content":"fé"}}]}

            data: {"choices":[{"delta":{},"finish_reason":"stop"}]}

            data: [DONE]

            """;
    private static final String CALL = """
            data: {"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"find","arguments":"{\\"x\\":\\"é\\"}"}}]}}]}

            data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}

            """;
    private static final String EVENTS = """
            data: {"type":"response.output_text.delta","output_index":0,"delta":"café"}

            data: {"type":"response.completed","response":{"status":"completed","output":[]}}

            """;
    private static final String WHOLE =
            "{\"choices\":[{\"message\":{\"content\":\"café\"},\"finish_reason\":\"stop\"}]}";
    private static final ModelRequest TOOLS = LoopbackTest.REQUEST.withTools(List.of(
            new ToolSpec("find", "Finds.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}")));

    @ParameterizedTest
    @ValueSource(strings = {CHUNKS, CALL, EVENTS, WHOLE})
    void bytesThatAreNoUtf8_areNoReply(String body) {
        for (String type : List.of(
                "text/event-stream",
                "text/event-stream; charset=utf-8",
                "text/event-stream;charset=us-ascii",
                "x; charset=no such")) {
            assertThatThrownBy(() -> reply(type, body, StandardCharsets.ISO_8859_1))
                    .isInstanceOf(MalformedReply.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {CHUNKS, EVENTS, WHOLE})
    void text_inTheCharsetThatIsSaid_isRead(String body) throws Exception {
        ModelReply reply = reply("text/event-stream; charset=\"ISO-8859-1\"", body, StandardCharsets.ISO_8859_1);

        assertThat(reply.text()).isEqualTo("café");
        assertThat(reply.notes()).contains("the text came as ISO-8859-1");
    }

    /** Servers in Java say Latin-1 of what they write as UTF-8. */
    @ParameterizedTest
    @ValueSource(strings = {CHUNKS, EVENTS, WHOLE})
    void utf8_isReadSo_whateverIsSaid(String body) throws Exception {
        ModelReply reply = reply("application/json;charset=ISO-8859-1", body, StandardCharsets.UTF_8);

        assertThat(reply.text()).isEqualTo("café");
        assertThat(reply.notes()).doesNotContain("the text came as ISO-8859-1");
    }

    @ParameterizedTest
    @CsvSource({"windows-1252, €", "iso-8859-15, €"})
    void charset_ofAnotherTable_isThatOne(String charset, String sign) throws Exception {
        String body = WHOLE.replace("é", sign);

        assertThat(reply("application/json; charset=" + charset, body, Charset.forName(charset))
                        .text())
                .isEqualTo("caf" + sign);
    }

    @Test
    void junkThatIsNoText_behindTheEnd_isLeftOut() throws Exception {
        String body = CHUNKS.replace("data: [DONE]", "data: {\"x\":\"é\"}").replace("fé", "fe");

        ModelReply reply = reply("text/event-stream", body, StandardCharsets.ISO_8859_1);

        assertThat(reply.text()).isEqualTo("cafe");
        assertThat(reply.notes()).containsExactly("junk behind the end of the answer was left out");
    }

    private static ModelReply reply(String type, String body, Charset charset) throws Exception {
        byte[] bytes = body.getBytes(charset);
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        peer.send("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                                .formatted(type, bytes.length));
                        peer.socket().getOutputStream().write(bytes);
                    }
                });
                var client = OpenAiClient.builder(LoopbackTest.KEY)
                        .baseUrl(server.baseUrl())
                        .chatCompletions()
                        .build()) {
            return client.call(TOOLS, LoopbackTest.streamed(new ArrayList<>()::add));
        }
    }
}
