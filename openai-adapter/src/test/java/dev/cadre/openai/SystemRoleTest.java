// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static dev.cadre.openai.OddServer.adapting;
import static dev.cadre.openai.OddServer.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Turn;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models whose templates have no place for instructions, such as Gemma 2. */
class SystemRoleTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "System role not supported",
                "Template error: invalid operation: System role not supported (in <string>:1)",
                "Developer instruction is not enabled for models/gemma-3-27b-it",
                "The 'system' role is not supported by this model"
            })
    void systemRole_thatIsRefused_standsBeforeTheFirstUserTurnFromThenOn(String message) throws Exception {
        try (var server = OddServer.refusing(request -> request.contains("\"role\":\"system\"") ? error(message) : "");
                var client = server.client().chatCompletions().build()) {
            long reserved = client.sentBytes(REQUEST);

            assertThat(adapting(client, REQUEST).notes())
                    .singleElement()
                    .asString()
                    .contains("system role");
            assertThat(server.lastBody())
                    .contains("[{\"content\":\"Answer.\\n\\nHow are you?\",\"role\":\"user\"}]")
                    .hasSizeLessThanOrEqualTo((int) reserved);
            client.call(REQUEST, plain());
            assertThat(server.requests()).hasSize(3);
        }
    }

    @Test
    void systemRole_besideAPicture_isAPartBeforeTheText() throws Exception {
        var body = (ObjectNode) ServerJson.MAPPER.readTree("""
                {"messages":[{"role":"system","content":"Look."},{"role":"user","content":[{"type":"image_url"}]}]}""");

        assertThat(SystemRole.removeFrom(body)).isTrue();
        assertThat(body).hasToString("""
                {"messages":[{"role":"user","content":[{"type":"text","text":"Look.\\n\\n"},{"type":"image_url"}]}]}""");
        assertThat(SystemRole.removeFrom(body)).isFalse();
    }

    @Test
    void wordsOfAnItem_thatARefusalQuotes_moveNothing() throws Exception {
        ModelRequest poison = REQUEST.withTurns(List.of(new Turn.User("The system role is not supported here")));
        try (var server = OddServer.refusing(request -> request.contains("not supported here")
                        ? error("Unsupported input: 'The system role is not supported here'")
                        : "");
                var client = server.client().chatCompletions().build()) {
            assertThat(catchThrowable(() -> client.call(poison, plain()))).isInstanceOf(InvalidRequest.class);
            client.call(REQUEST, plain());

            assertThat(server.lastBody()).contains("\"role\":\"system\"");
        }
    }
}
