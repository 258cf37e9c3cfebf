// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.BatchAnswer;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.redact.Redactor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of a batch's files as they may come. */
class BatchAnswerReaderTest {
    private final BatchAnswerReader reader = new BatchAnswerReader(
            new Failures(new Secrets(Redactor.of("sk-test")), () -> Instant.EPOCH, "http://127.0.0.1/v1"));

    private static String answered(String body) {
        return "{\"custom_id\":\"a\",\"response\":{\"status_code\":200,\"body\":" + body + "},\"error\":null}";
    }

    private ModelException failure(String line) {
        return ((BatchAnswer.Failed) reader.read(line).orElseThrow()).failure();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "null", "7", "[]", "{", "{}", "{\"custom_id\":\"\"}", "{\"custom_id\":null}", "\u0000"})
    void line_thatNamesNobody_isNoAnswer(String line) {
        assertThat(reader.read(line)).isEmpty();
    }

    @Test
    void reason_ofARequestThatWasNotTried_isOneShortLineWithoutKeys() {
        String line =
                "{\"custom_id\":\"a\",\"response\":null,\"error\":{\"code\":\"batch_expired\",\"message\":\"%s\"}}"
                        .formatted("sk-abcdefghijklmnop\\n" + "x".repeat(1_000_000));

        assertThat(reader.read(line).orElseThrow())
                .isInstanceOfSatisfying(
                        BatchAnswer.Untried.class,
                        untried -> assertThat(untried.reason())
                                .startsWith("batch_expired: [redacted] xxx")
                                .hasSizeLessThanOrEqualTo(Redactor.MAX_QUOTE_CHARS));
    }

    /** The mapper's own limit is a thousand levels. */
    @ParameterizedTest
    @ValueSource(ints = {900, 1_100, 1_000_000})
    void line_ofAnyDepth_isSpoiltOrNoAnswer(int depth) {
        String deep = "[".repeat(depth) + "]".repeat(depth);

        reader.read(answered(deep)).ifPresent(answer -> assertThat(answer).isInstanceOf(BatchAnswer.Failed.class));
        reader.read(answered("{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":%s}]}"
                        .formatted(deep)))
                .ifPresent(answer -> assertThat(answer.customId()).isEqualTo("a"));
        assertThat(reader.read(deep)).isEmpty();
    }

    @Test
    void line_ofMoreValuesThanAnyReplyHolds_isNoAnswer() {
        assertThat(reader.read(answered("{\"zz\":[%s0]}".formatted("0,".repeat(250_000)))))
                .isEmpty();
    }

    /** Whatever the provider makes of a reply, the one line is spoilt and its money is not known. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "7",
                "\"text\"",
                "[]",
                "{}",
                "{\"status\":7}",
                "{\"status\":\"completed\",\"output\":7,\"error\":{\"message\":[]},\"status\":\"in_progress\"}",
                "{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"Broke.\"}}",
            })
    void reply_thatCannotBeRead_isAFailureOfUnknownCost(String body) {
        assertThat(failure(answered(body)).charge()).isEqualTo(Charge.UNKNOWN);
    }

    @Test
    void replyWithoutABodyOrAStatus_isAFailureOfUnknownCost() {
        assertThat(failure("{\"custom_id\":\"a\",\"response\":{\"status_code\":200}}")
                        .charge())
                .isEqualTo(Charge.UNKNOWN);
        assertThat(failure("{\"custom_id\":\"a\",\"response\":{}}").charge()).isEqualTo(Charge.UNKNOWN);
        assertThat(failure("{\"custom_id\":\"a\"}").charge()).isEqualTo(Charge.UNKNOWN);
    }

    @Test
    void failedReply_withItsUsage_isBilledAtTheBatchTier() {
        var billed = failure(answered("""
                        {"status":"failed","model":"gpt-5.4-nano","error":{"code":"server_error","message":"Broke."},
                        "usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15}}""")).billed().orElseThrow();

        assertThat(billed.usage()).isEqualTo(TokenUsage.of(10, 5));
        assertThat(billed.serviceTier()).isEqualTo(ServiceTier.BATCH);
    }

    @ParameterizedTest
    @CsvSource({"server_error, true", "invalid_request_error, false"})
    void failedReply_thatWouldFailAgain_isNotRepeated(String code, boolean canRepeat) {
        ModelException failure = failure(answered("""
                        {"status":"failed","model":"gpt-5.4-nano","error":{"code":"%s","message":"No."},
                        "usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15}}""".formatted(code)));

        assertThat(failure.isRetryable()).isEqualTo(canRepeat);
        assertThat(failure.billed()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error, FREE,    false",
        "429, rate_limit_exceeded,   FREE,    true",
        "500, server_error,          UNKNOWN, true",
        "502, server_error,          UNKNOWN, true",
        "503, server_error,          FREE,    true",
        "504, server_error,          UNKNOWN, true",
    })
    void status_tellsWhatIsKnownOfTheMoney(int status, String type, Charge charge, boolean canRepeat) {
        ModelException failure = failure(
                "{\"custom_id\":\"a\",\"response\":{\"status_code\":%d,\"body\":{\"error\":{\"type\":\"%s\",\"message\":\"No.\"}}}}"
                        .formatted(status, type));

        assertThat(failure.charge()).isEqualTo(charge);
        assertThat(failure.isRetryable()).isEqualTo(canRepeat);
    }

    @ParameterizedTest
    @CsvSource({"batch_expired, true", "batch_cancelled, true", "server_error, false"})
    void requestWithoutAResponse_isUntriedOnlyIfItSaysSo(String code, boolean untried) {
        BatchAnswer answer = reader.read(
                        "{\"custom_id\":\"a\",\"response\":null,\"error\":{\"code\":\"%s\",\"message\":\"No.\"}}"
                                .formatted(code))
                .orElseThrow();

        assertThat(answer instanceof BatchAnswer.Untried).isEqualTo(untried);
    }

    @Test
    void file_withALineThatIsNoText_losesThatLineOnly(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("out.jsonl");
        try (var out = Files.newOutputStream(file)) {
            out.write("{\"custom_id\":\"a\"}\r\n".getBytes(StandardCharsets.UTF_8));
            out.write(new byte[] {(byte) 0xC3, (byte) 0x28, '\n', '\n'});
            out.write("{\"custom_id\":\"b\"}".getBytes(StandardCharsets.UTF_8));
        }
        var names = new ArrayList<String>();

        assertThat(reader.readAll(file, answer -> names.add(answer.customId()))).isTrue();

        assertThat(names).containsExactly("a", "b");
        assertThat(reader.readAll(file, answer -> false)).isFalse();
    }

    @Test
    void answer_whoseBytesAreNoUtf8_isAFailure(@TempDir Path folder) throws IOException {
        String line = """
                {"custom_id":"a","response":{"status_code":200,"body":{"object":"response","status":"completed",\
                "output":[{"type":"message","content":[{"type":"output_text","text":"café"}]}]}}}""";
        Path file = folder.resolve("out.jsonl");
        Files.writeString(file, line + "\n" + line.replace("é", "e"), StandardCharsets.ISO_8859_1);
        var answers = new ArrayList<BatchAnswer>();

        assertThat(reader.readAll(file, answers::add)).isTrue();

        assertThat(answers.getFirst()).isInstanceOf(BatchAnswer.Failed.class);
        assertThat(answers.getLast()).isInstanceOf(BatchAnswer.Replied.class);
    }

    @Test
    void lines_longerThanTheLimit_arePassedOver() throws IOException {
        String text = "x".repeat(70_000) + "\nshort\n" + "y".repeat(65_536) + "\nz";
        var lines = new BatchLines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), 65_536);
        var read = new ArrayList<String>();
        for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
            read.add(line.get());
        }

        assertThat(read).isEqualTo(List.of("short", "y".repeat(65_536), "z"));
    }
}
