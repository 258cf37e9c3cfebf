// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.ObjectMappers;
import dev.cadre.redact.Redactor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatChunksTest {
    @Test
    void pieces_ofOneCharacter_areJoinedInTimeLinearInThem() {
        var chunks = new ChatChunks(
                Set.of(), 500, new ReplyNotes(new Failures(new Secrets(Redactor.SHAPES), InstantSource.system(), "")));
        var json = ObjectMappers.jsonMapper().createObjectNode();
        var choice = json.putArray("choices").addObject();
        choice.putObject("delta").put("content", "x");

        // joined by strings, this would copy 20 GB
        Assertions.assertTimeout(Duration.ofSeconds(30), () -> {
            for (int i = 0; i < 200_000; i++) {
                chunks.add(json);
            }
        });
        choice.put("finish_reason", "stop");
        chunks.add(json);

        assertThat(chunks.joined().at("/choices/0/message/content").asText()).hasSize(200_001);
    }

    /** Each may repeat all that came before it, or its beginning. */
    @Test
    void messages_ofOneCharacter_areComparedInTimeLinearInThem() {
        var chunks = new ChatChunks(
                Set.of(), 500, new ReplyNotes(new Failures(new Secrets(Redactor.SHAPES), InstantSource.system(), "")));
        var json = ObjectMappers.jsonMapper().createObjectNode();
        var choice = json.putArray("choices").addObject();
        var delta = choice.putObject("delta").put("content", " ".repeat(1_000_000) + "x".repeat(1_000_000));
        var call = delta.putArray("tool_calls").addObject().put("id", "c");
        call.putObject("function").put("name", "f").put("arguments", "\"" + "x".repeat(1_000_000));
        chunks.add(json);
        choice.remove("delta");
        choice.putObject("message")
                .put("content", "x")
                .putArray("tool_calls")
                .addObject()
                .put("id", "c")
                .put("arguments", "\"");

        Assertions.assertTimeout(Duration.ofSeconds(30), () -> {
            for (int i = 0; i < 200_000; i++) {
                chunks.add(json);
            }
        });
        choice.put("finish_reason", "stop");

        assertThat(chunks.add(json)).isEmpty();
        assertThat(chunks.defect()).isEmpty();
    }

    @Test
    void callPieces_ofOneCharacter_areJoinedInTimeLinearInThem() {
        var chunks = new ChatChunks(
                Set.of("xy", "z"),
                500,
                new ReplyNotes(new Failures(new Secrets(Redactor.SHAPES), InstantSource.system(), "")));
        var json = ObjectMappers.jsonMapper().createObjectNode();
        var choice = json.putArray("choices").addObject();
        var call = choice.putObject("delta")
                .putArray("tool_calls")
                .addObject()
                .put("index", 0)
                .put("id", "c");
        var function = call.putObject("function").put("arguments", "{}");

        Assertions.assertTimeout(Duration.ofSeconds(30), () -> {
            for (int i = 0; i < 200_000; i++) {
                function.put("name", i % 2 == 0 ? "a" : "b").put("arguments", i == 0 ? "{}" : "{");
                chunks.add(json);
            }
        });
        choice.put("finish_reason", "stop");
        chunks.add(json);

        assertThat(chunks.joined()
                        .at("/choices/0/message/tool_calls/0/function/arguments")
                        .asText())
                .hasSizeGreaterThan(1);
    }

    /** The whole call is said again with each piece, or it is not. */
    @Test
    void callPieces_thatMayRepeatIt_areComparedInTimeLinearInThem() {
        var chunks = chunks();
        var json = ObjectMappers.jsonMapper().createObjectNode();
        var call = json.putArray("choices")
                .addObject()
                .putObject("delta")
                .putArray("tool_calls")
                .addObject()
                .put("index", 0)
                .put("id", "c");
        var function = call.putObject("function").put("name", "f");
        function.put("arguments", "{\"x\":\"" + "x".repeat(1_000_000) + "\"}");
        chunks.add(json);
        function.put("arguments", "{\"x\":1}");

        Assertions.assertTimeout(Duration.ofSeconds(30), () -> {
            for (int i = 0; i < 50_000; i++) {
                chunks.add(json);
            }
        });
    }

    /** A heartbeat that says what the text said with it, and a role with a finish, say nothing about the end. */
    @Test
    void finish_besideTheText_orBeforeAny_isNoEnd() throws Exception {
        var chunks = chunks();

        chunks.add(chunk("{\"role\":\"assistant\"}", "stop"));
        assertThat(chunks.isFinished()).isFalse();
        chunks.add(chunk("{\"content\":\"Fine.\"}", "stop"));
        chunks.add(chunk("{\"content\":\"\"}", "stop"));
        assertThat(chunks.isFinished()).isTrue();
        assertThat(chunks.isAtItsEnd()).isFalse();
    }

    /** A server that says it with each piece but the first, or but the reasoning, may only be slow. */
    @ParameterizedTest
    @ValueSource(
            strings = {"{\"content\":\"Fi\"}", "{\"reasoning_content\":\"Hm.\"}", "{\"tool_calls\":[{\"id\":\"c\"}]}"})
    void finish_besideALaterPiece_isNoEnd_evenIfTheFirstHasNone(String first) throws Exception {
        var chunks = chunks();

        chunks.add(chunk(first, ""));
        chunks.add(chunk("{\"content\":\"ne\"}", "stop"));
        assertThat(chunks.isAtItsEnd()).isFalse();
        chunks.add(chunk("{\"content\":\"\"}", "stop"));
        assertThat(chunks.isAtItsEnd()).as("a heartbeat").isFalse();
        chunks.add(chunk("{\"content\":\".\"}", "stop"));
        chunks.add(ObjectMappers.jsonMapper()
                .readTree("{\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3}}"));
        assertThat(chunks.isFinished())
                .as("the last piece came behind a finish")
                .isFalse();
    }

    /** The last piece may bring the finish; then a usage of its own says that it was the last. */
    @Test
    void usageByItself_behindAFinishBesideText_isTheEnd() throws Exception {
        var chunks = chunks();

        chunks.add(chunk("{\"content\":\"Fi\"}", ""));
        chunks.add(chunk("{\"content\":\"ne.\"}", "stop"));
        chunks.add(ObjectMappers.jsonMapper()
                .readTree("{\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3}}"));
        assertThat(chunks.isAtItsEnd()).isTrue();
    }

    @Test
    void finish_behindTheText_isTheEnd_asIsAFilterBeforeAny() throws Exception {
        var chunks = chunks();
        var filtered = chunks();

        chunks.add(chunk("{\"content\":\"Fine.\"}", ""));
        chunks.add(chunk("{}", "stop"));
        filtered.add(chunk("{}", "content_filter"));
        assertThat(chunks.isAtItsEnd()).isTrue();
        assertThat(filtered.isFinished()).isTrue();
    }

    private static JsonNode chunk(String delta, String reason) throws Exception {
        return ObjectMappers.jsonMapper()
                .readTree("{\"choices\":[{\"delta\":%s,\"finish_reason\":\"%s\"}]}".formatted(delta, reason));
    }

    private static ChatChunks chunks() {
        return new ChatChunks(
                Set.of(), 500, new ReplyNotes(new Failures(new Secrets(Redactor.SHAPES), InstantSource.system(), "")));
    }
}
