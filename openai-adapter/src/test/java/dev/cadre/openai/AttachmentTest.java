// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.Attachment;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttachmentTest extends LoopbackTest {
    private static final Attachment.Image PHOTO = Attachment.Image.of("image/png", bytes("photo"));
    private static final Attachment.File PAPER = Attachment.File.of("paper.pdf", "application/pdf", bytes("%PDF"));

    record Photo(String name) {}

    record Caption(String text) {}

    private static final SubtaskType<Photo, Caption> CAPTION =
            SubtaskType.model("caption", Photo.class, Caption.class, "Describe the photo.");

    @Test
    void imageAndFile_ofAUserTurn_areSentBesideTheText() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("A cat."));

        client.call(ask(PHOTO, PAPER), plain());

        assertThat(sent()).contains("""
                "content":[{"text":"What is it?","type":"input_text"},\
                {"detail":"high","type":"input_image","image_url":"data:image/png;base64,cGhvdG8="},\
                {"type":"input_file","file_data":"data:application/pdf;base64,JVBERg==","filename":"paper.pdf"}]""");
    }

    @Test
    void image_ofAnAllowedHost_isSentAsItsAddress() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("A cat."));
        var photo = Attachment.Image.at(URI.create("https://photos.example/cat.png"));
        try (var allowing = OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .allowImageHosts("photos.example")
                .build()) {
            allowing.call(ask(photo.withDetail(Attachment.Detail.LOW)), plain());
        }

        assertThat(sent()).contains("\"detail\":\"low\"", "\"image_url\":\"https://photos.example/cat.png\"");
    }

    @Test
    void image_ofAnotherHost_isRefusedUnsent() {
        var photo = Attachment.Image.at(URI.create("https://evil.example/?stolen"));

        assertThatThrownBy(() -> client.call(ask(photo), plain()))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("a picture at host 'evil.example' is not sent");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void worstCase_ofAnImage_holdsItsBoundOnEachModel() {
        ModelRequest text = ask();
        long overhead = client.sentBytes(ask(PHOTO)) - client.sentBytes(text);

        assertThat(worst("gpt-5.4-nano", PHOTO).minus(worst("gpt-5.4-nano")))
                .isEqualTo(Money.usd("0.0000002").times(6_150 + overhead));
        assertThat(worst("gpt-5.4-mini", PHOTO).minus(worst("gpt-5.4-mini")))
                .isEqualTo(Money.usd("0.00000075").times(4_050 + overhead));
        var original = PHOTO.withDetail(Attachment.Detail.ORIGINAL);
        long overheadOfOriginal = client.sentBytes(ask(original)) - client.sentBytes(text);
        assertThat(worst("gpt-5.4", original).minus(worst("gpt-5.4")))
                .isEqualTo(Money.usd("0.0000025").times(12_000 + overheadOfOriginal));
    }

    @Test
    void attachment_withoutABound_isRefused() {
        assertThatThrownBy(() -> worst("gpt-5.4-nano", PHOTO.withDetail(Attachment.Detail.ORIGINAL)))
                .isInstanceOf(UnpricedException.class)
                .hasMessageContaining("an image at detail ORIGINAL on model 'gpt-5.4-nano'");
        assertThatThrownBy(() -> worst("gpt-5.4-nano", PAPER))
                .isInstanceOf(UnpricedException.class)
                .hasMessageContaining("the number of tokens of the file 'paper.pdf' is unknown");
        assertThat(worst("gpt-5.4-nano", PAPER.boundedBy(1_000))).isGreaterThan(worst("gpt-5.4-nano"));
    }

    @Test
    void subtask_withAPhoto_sendsItAndPaysItsTokens() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("{\"text\":\"A cat.\"}").usage(TokenUsage.of(2_751, 112)));
        var type = CAPTION.attaching(photo -> List.of(Attachment.Image.of("image/jpeg", bytes(photo.name()))));

        RunResult<Caption> result = run(type);

        assertThat(result.requireComplete()).isEqualTo(new Caption("A cat."));
        assertThat(result.spend().settled()).isEqualTo(Money.usd("0.0006902"));
        assertThat(sent()).contains("data:image/jpeg;base64,Y2F0");
    }

    @Test
    void subtask_withoutABoundOrItsPhoto_failsUnsent() throws InterruptedException {
        var unbounded = CAPTION.attaching(photo -> List.of(PAPER));
        var missing = CAPTION.attaching(photo -> {
            throw new IllegalStateException("no such photo");
        });

        assertThat(failure(run(unbounded)).kind()).isEqualTo(Failure.Kind.MODEL_FAILED);
        assertThat(failure(run(unbounded)).message()).contains("paper.pdf");
        assertThat(failure(run(missing)))
                .isEqualTo(
                        new Failure(
                                Failure.Kind.INVALID_INPUT,
                                "IllegalStateException: no such photo, thrown by the code that attaches to subtask type 'caption'"));
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void toolResult_withAPicture_isShownToTheModel() throws InterruptedException {
        server.on(request -> !request.body().contains("function_call_output"))
                .replies(LoopbackReply.toolCalls(new ToolCall("c1", "look", "{}")));
        server.onAny().replies(LoopbackReply.text("{\"text\":\"A screen.\"}"));
        var look = Tool.showing(
                new ToolSpec(
                        "look",
                        "Shows the screen.",
                        "{\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false}"),
                (arguments, context) -> new Tool.Shown("the screen", List.of(PHOTO)));

        assertThat(run(CAPTION.tools(look)).requireComplete()).isEqualTo(new Caption("A screen."));

        assertThat(sent()).contains("""
                "output":[{"text":"the screen","type":"input_text"},\
                {"type":"input_image","detail":"high","image_url":"data:image/png;base64,cGhvdG8="}]""");
    }

    private static RunResult<Caption> run(SubtaskType<Photo, Caption> type) throws InterruptedException {
        var graph = TaskGraph.builder();
        var caption = graph.add("cat", type, new Photo("cat"));
        return Coordinator.of(ModelPools.of(ModelPool.of(client, MODEL)))
                .run(graph.answering(caption), Budget.usd("0.05"));
    }

    private static Failure failure(RunResult<Caption> result) {
        return ((Outcome.Failed<?>) result.report().outcome("cat")).failure();
    }

    private static Money worst(String model, Attachment... attachments) {
        return ModelPool.of(client, model).worstCase(ask(attachments).withModel(model));
    }

    private static ModelRequest ask(Attachment... attachments) {
        return REQUEST.withTurns(List.of(new Turn.User("What is it?", List.of(attachments))));
    }

    private static String sent() {
        return server.requests().getLast().body();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
