// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cadre.json.Json;
import dev.cadre.model.ServiceTier;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoopbackBatchTest {
    private final LoopbackOpenAi server = LoopbackOpenAi.start();
    private final LoopbackCaller caller = new LoopbackCaller(server);

    @BeforeEach
    void script() {
        server.onAny().replies(LoopbackReply.text("ok"));
    }

    @AfterEach
    void stop() {
        caller.close();
        server.close();
    }

    private static Json.Obj line(String customId, String model) {
        return Json.obj()
                .with("custom_id", customId)
                .with("method", "POST")
                .with("url", "/v1/responses")
                .with(
                        "body",
                        Json.obj()
                                .with("model", model)
                                .with("input", customId)
                                .with("max_output_tokens", 64)
                                .with("store", false)
                                .with("reasoning", Json.obj().with("effort", "none")));
    }

    private static String lines(int count) {
        var lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append(line("r" + i, "gpt-5.4-nano").write()).append('\n');
        }
        return lines.toString();
    }

    private String upload(String content) throws IOException, InterruptedException {
        String form = """
                --b\r
                Content-Disposition: form-data; name="purpose"\r
                \r
                batch\r
                --b\r
                Content-Disposition: form-data; name="file"; filename="x.jsonl"\r
                \r
                %s\r
                --b--\r
                """.formatted(content);
        return LoopbackCaller.json(caller.send(caller.to("/files")
                        .header("Content-Type", "multipart/form-data; boundary=b")
                        .POST(HttpRequest.BodyPublishers.ofString(form))))
                .string("id");
    }

    private HttpResponse<String> create(String fileId, Json metadata) throws IOException, InterruptedException {
        return caller.post(
                "/batches",
                Json.obj()
                        .with("input_file_id", fileId)
                        .with("endpoint", "/v1/responses")
                        .with("completion_window", "24h")
                        .with("metadata", metadata));
    }

    private Json.Obj begin(String content) throws IOException, InterruptedException {
        return LoopbackCaller.json(create(upload(content), Json.obj()));
    }

    private Json.Obj retrieve(String id) throws IOException, InterruptedException {
        return LoopbackCaller.json(caller.get("/batches/" + id));
    }

    private Json.Obj end(Json.Obj begun) throws IOException, InterruptedException {
        Json.Obj batch = begun;
        for (int i = 0; i < 3; i++) {
            batch = retrieve(begun.string("id"));
        }
        return batch;
    }

    private List<Json.Obj> content(Json.Obj batch, String file) throws IOException, InterruptedException {
        return caller.get("/files/" + batch.string(file) + "/content")
                .body()
                .lines()
                .map(line -> (Json.Obj) Json.parse(line))
                .toList();
    }

    @Test
    void batch_askedFor_goesThroughTheProvidersStates() throws Exception {
        Json.Obj batch = begin(lines(3));

        var states = new ArrayList<String>(List.of(batch.string("status")));
        for (int i = 0; i < 4; i++) {
            states.add(retrieve("batch_1").string("status"));
        }

        assertThat(states).containsExactly("validating", "in_progress", "finalizing", "completed", "completed");
    }

    @Test
    void batch_heldByTheTest_movesOnlyWhenTold() throws Exception {
        server.holdingBatches();
        begin(lines(3));

        assertThat(retrieve("batch_1").string("status")).isEqualTo("validating");
        server.advanceBatches();
        assertThat(retrieve("batch_1").string("status")).isEqualTo("in_progress");
    }

    @Test
    void output_ofAllLines_isInAnotherOrderAndBilledAsBatch() throws Exception {
        Json.Obj batch = end(begin(lines(100)));

        List<String> ids = content(batch, "output_file_id").stream()
                .map(line -> line.string("custom_id"))
                .toList();
        assertThat(ids).hasSize(100).doesNotHaveDuplicates().startsWith("r63", "r62");
        assertThat(batch.at("error_file_id")).isEmpty();
        assertThat(server.charges()).hasSize(100).allMatch(charge -> charge.tier() == ServiceTier.BATCH);
        assertThat(batch.longValue("usage", "output_tokens")).isEqualTo(100);
    }

    @Test
    void line_thatFailsOrIsLost_isInTheErrorFileOrInNone() throws Exception {
        server.reset();
        server.on(request -> request.customId().equals("r0"))
                .replies(LoopbackReply.error(500, "server_error", "", "Broke."));
        server.on(request -> request.customId().equals("r1"))
                .replies(LoopbackReply.text("ok").fault(LoopbackFault.CLOSE_BEFORE_REPLY));
        server.onAny().replies(LoopbackReply.text("ok"));

        Json.Obj batch = end(begin(lines(3)
                + line("r3", "gpt-5.4-nano")
                        .with("body", Json.obj().with("model", "gpt-5.4-nano"))
                        .write()));

        assertThat(content(batch, "output_file_id"))
                .extracting(line -> line.string("custom_id"))
                .containsExactly("r2");
        assertThat(content(batch, "error_file_id"))
                .extracting(line -> line.string("custom_id"), line -> line.longValue("response", "status_code"))
                .containsExactly(tuple("r0", 500L), tuple("r3", 400L));
        assertThat(server.charges()).hasSize(2);
        assertThat(batch.object("request_counts")).isEqualTo(Json.parse("{\"total\":4,\"completed\":2,\"failed\":2}"));
    }

    @Test
    void batch_thatExpires_keepsWhatWasAnswered() throws Exception {
        server.onBatch(batch -> batch.number() == 1).expiresAfter(2);

        Json.Obj batch = end(begin(lines(5)));

        assertThat(batch.string("status")).isEqualTo("expired");
        assertThat(content(batch, "output_file_id")).hasSize(2);
        assertThat(content(batch, "error_file_id"))
                .hasSize(3)
                .allMatch(line -> line.string("error", "code").equals("batch_expired"));
        assertThat(server.charges()).hasSize(2);
    }

    @Test
    void batch_cancelled_keepsWhatWasAnswered() throws Exception {
        Json.Obj begun = begin(lines(4));
        retrieve("batch_1");

        Json.Obj cancelling = LoopbackCaller.json(caller.post("/batches/batch_1/cancel", Json.obj()));
        Json.Obj cancelled = retrieve(begun.string("id"));

        assertThat(cancelling.string("status")).isEqualTo("cancelling");
        assertThat(cancelled.string("status")).isEqualTo("cancelled");
        assertThat(content(cancelled, "output_file_id")).hasSize(2);
        assertThat(content(cancelled, "error_file_id")).hasSize(2);
    }

    @Test
    void batch_cancelledBeforeItsValidation_hasNoFiles() throws Exception {
        begin(lines(4));
        caller.post("/batches/batch_1/cancel", Json.obj());

        Json.Obj cancelled = retrieve("batch_1");

        assertThat(cancelled.string("status")).isEqualTo("cancelled");
        assertThat(cancelled.at("output_file_id")).isEmpty();
        assertThat(server.charges()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "notJson, invalid_json_line",
        "twice, duplicate_custom_id",
        "mixed, mismatched_model",
        "elsewhere, invalid_url",
        "nameless, missing_custom_id",
        "empty, empty_file"
    })
    void batch_ofBadFile_failsItsValidation(String defect, String code) throws Exception {
        String good = line("r0", "gpt-5.4-nano").write() + "\n";
        String content = switch (defect) {
            case "notJson" -> good + "{\n";
            case "twice" -> good + good;
            case "mixed" -> good + line("r1", "gpt-5.4-mini").write();
            case "elsewhere" ->
                good + line("r1", "gpt-5.4-nano").with("url", "/v1/embeddings").write();
            case "nameless" -> good + line("", "gpt-5.4-nano").write();
            default -> "";
        };

        begin(content);
        Json.Obj failed = retrieve("batch_1");

        assertThat(failed.string("status")).isEqualTo("failed");
        assertThat(failed.items("errors", "data"))
                .extracting(error -> ((Json.Obj) error).string("code"))
                .containsExactly(code);
        assertThat(server.charges()).isEmpty();
    }

    @Test
    void batch_beyondALimit_failsItsValidation() throws Exception {
        server.limitingBatches(2, 1_000_000, Long.MAX_VALUE);
        assertThat(rejection(lines(3))).isEqualTo("too_many_requests");
        server.limitingBatches(50_000, 100, Long.MAX_VALUE);
        assertThat(rejection(lines(3))).isEqualTo("file_too_large");
        server.limitingBatches(50_000, 1_000_000, 200);
        assertThat(rejection(lines(3))).isEqualTo("none");
        assertThat(rejection(lines(3))).isEqualTo("token_limit_exceeded");
    }

    private String rejection(String content) throws Exception {
        Json.Obj batch = retrieve(begin(content).string("id"));
        return batch.string("status").equals("failed")
                ? ((Json.Obj) batch.items("errors", "data").getFirst()).string("code")
                : "none";
    }

    @Test
    void create_withDefect_isRefused() throws Exception {
        String file = upload(lines(1));

        assertThat(LoopbackCaller.message(create("file-9", Json.obj()))).contains("no such file");
        assertThat(LoopbackCaller.message(create(file, Json.obj().with("a", "x".repeat(513)))))
                .contains("metadata");
        assertThat(create(file, Json.obj().with("a", "x".repeat(512))).statusCode())
                .isEqualTo(200);
    }

    @Test
    void list_inPages_isNewestFirst() throws Exception {
        String file = upload(lines(1));
        for (int i = 1; i <= 3; i++) {
            create(file, Json.obj().with("n", "" + i));
        }

        Json.Obj first = LoopbackCaller.json(caller.get("/batches?limit=2"));
        Json.Obj second = LoopbackCaller.json(caller.get("/batches?limit=2&after=" + first.string("last_id")));

        assertThat(first.items("data"))
                .extracting(batch -> ((Json.Obj) batch).string("id"))
                .containsExactly("batch_3", "batch_2");
        assertThat(first.bool("has_more")).isTrue();
        assertThat(second.items("data"))
                .extracting(batch -> ((Json.Obj) batch).string("id"))
                .containsExactly("batch_1");
        assertThat(second.bool("has_more")).isFalse();
        assertThat(server.batches().getFirst().metadata()).containsEntry("n", "1");
    }
}
