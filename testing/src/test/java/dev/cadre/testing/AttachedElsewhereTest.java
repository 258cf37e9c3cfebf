// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.planned;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedRun;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.eval.EvalExample;
import dev.cadre.eval.Evals;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import dev.cadre.people.FileDesk;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.AttachedValuesTest.Look;
import dev.cadre.testing.AttachedValuesTest.Number;
import dev.cadre.testing.AttachedValuesTest.Page;
import dev.cadre.testing.AttachedValuesTest.Seen;
import dev.cadre.testing.Crew.Answer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attachments that are values, in the caches, dialogues and runs that hold other values. */
@Timeout(60)
class AttachedElsewhereTest {
    private static final SubtaskType<Look, Seen> LOOK = AttachedValuesTest.LOOK;
    private static final Budget BUDGET = Budget.usd("1.00");
    private static final String TITLE = "A line of a title that goes on for a while.\n".repeat(100) + "THE END";

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();

    private static Attachment.Image picture(int number) {
        return AttachedValuesTest.picture(number);
    }

    private static String base64(int number) {
        return Base64.getEncoder().encodeToString(("the bytes of picture " + number).getBytes(StandardCharsets.UTF_8));
    }

    private static TaskGraph<Seen> lookAt(SubtaskType<Look, Seen> type, Attachment page) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("seen", type, new Look("it", page)));
    }

    private String texts() {
        return model.calls().stream()
                .map(call -> call.purpose().input()
                        + call.request().instructions()
                        + call.request().turns().stream().map(Object::toString).toList())
                .toList()
                .toString();
    }

    // --- cache

    @Test
    void cache_findsTheSameBytes_andNoOthers_andNothingAtAnAddressUnlessTheTypeSaysSo() throws Exception {
        var cache = new WatchedCache();
        model.on(LOOK).replies(new Seen("A cat."));
        Coordinator coordinator = Coordinator.of(model.pools()).cache(cache);
        var at = Attachment.Image.at(URI.create("https://example.com/cat.png"));

        coordinator.run(lookAt(LOOK, picture(1)), BUDGET);
        coordinator.run(lookAt(LOOK, Attachment.Image.of("image/png", decoded(1))), BUDGET);
        assertThat(model.calls()).hasSize(1);
        coordinator.run(lookAt(LOOK, picture(2)), BUDGET);
        coordinator.run(lookAt(LOOK, picture(1).withDetail(Attachment.Detail.LOW)), BUDGET);
        assertThat(model.calls()).hasSize(3);
        assertThat(cache.keeps).hasValue(3);

        coordinator.run(lookAt(LOOK, at), BUDGET);
        coordinator.run(lookAt(LOOK, at), BUDGET);
        assertThat(model.calls()).hasSize(5);
        assertThat(cache.keeps).hasValue(3);
        coordinator.run(lookAt(LOOK.cacheable(), at), BUDGET);
        coordinator.run(lookAt(LOOK.cacheable(), at), BUDGET);
        assertThat(model.calls()).hasSize(6);
    }

    private static byte[] decoded(int number) {
        return Base64.getDecoder().decode(base64(number));
    }

    @Test
    void pictureThatCodeReturned_comesFromTheCache() throws Exception {
        SubtaskType<Number, Page> render = AttachedValuesTest.RENDER.cacheable();
        var cache = new WatchedCache();
        for (int run = 0; run < 2; run++) {
            var graph = TaskGraph.builder();
            var page = graph.add("page", render, new Number(1));
            var result = Coordinator.of(model.pools()).cache(cache).run(graph.answering(page), BUDGET);

            assertThat(result.requireComplete()).isEqualTo(new Page("page 1", picture(1)));
            assertThat(result.report().fromCache()).isEqualTo(run);
        }
    }

    // --- dialogue of a worker

    @Test
    void repair_andDearerTier_areSentTheSamePicture() throws Exception {
        SubtaskType<Look, Seen> climbing =
                LOOK.upTo(Tier.MINI).accept("it purrs", (in, out) -> out.text().contains("purr"));
        model.on(climbing).onlyOn(Tier.NANO).repliesText("no JSON").replies(new Seen("It barks."));
        model.on(climbing).onlyOn(Tier.MINI).replies(new Seen("It purrs."));

        var result = Coordinator.of(model.pools()).run(lookAt(climbing, picture(1)), BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Seen("It purrs."));
        assertThat(model.calls())
                .extracting(call -> call.purpose().kind())
                .containsExactly(CallPurpose.Kind.WORK, CallPurpose.Kind.REPAIR, CallPurpose.Kind.ESCALATION);
        assertThat(model.calls())
                .allSatisfy(call -> assertThat(call.request().attachments()).containsExactly(picture(1)));
        assertThat(texts()).doesNotContain(base64(1));
    }

    @Test
    void longTextBesideAPicture_isReadByRange_andThePictureIsAttached() throws Exception {
        SubtaskType<Number, Page> render = SubtaskType.code(
                        "render", Number.class, Page.class, (in, context) -> new Page(TITLE, picture(1)))
                .keepingAbove(2_000);
        SubtaskType<Page, Seen> check = SubtaskType.model("check", Page.class, Seen.class, "Check the page.");
        model.on(check)
                .calls(new ToolCall(
                        "1", "read_artifact", "{\"artifact\":\"page:.title\",\"offset\":4400,\"length\":100}"))
                .replies(new Seen("Checked."));
        var graph = TaskGraph.builder();
        var page = graph.add("page", render, new Number(1));
        var seen = graph.add("seen", check, Input.from(page, each -> each));

        var result = Coordinator.of(model.pools()).run(graph.answering(seen), BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Seen("Checked."));
        var first = model.calls().getFirst().request();
        assertThat(((Turn.User) first.turns().getFirst()).text())
                .contains("\"artifact\":\"page:.title\"")
                .contains("\"image\":\"attachment 1: image/png\"")
                .doesNotContain("THE END");
        assertThat(first.attachments()).containsExactly(picture(1));
        assertThat(model.calls().getLast().request().turns().toString()).contains("THE END");
        assertThat(texts()).doesNotContain(base64(1));
    }

    @Test
    void pictureLongerThanWhatIsKept_isNoArtifact() throws Exception {
        var large = Attachment.Image.of("image/png", new byte[9_000]);
        SubtaskType<Number, Page> render = SubtaskType.code(
                        "render", Number.class, Page.class, (in, context) -> new Page("short", large))
                .keepingAbove(2_000);
        SubtaskType<Page, Seen> check = SubtaskType.model("check", Page.class, Seen.class, "Check the page.");
        model.on(check).replies(new Seen("Checked."));
        var graph = TaskGraph.builder();
        var page = graph.add("page", render, new Number(1));
        var seen = graph.add("seen", check, Input.from(page, each -> each));

        var unused = Coordinator.of(model.pools()).run(graph.answering(seen), BUDGET);

        var first = model.calls().getFirst().request();
        assertThat(first.tools()).isEmpty();
        assertThat(first.attachments()).containsExactly(large);
        assertThat(texts()).doesNotContain("AAAA");
    }

    // --- planner, again

    @Test
    void laterRound_isShownWhatAPictureIs_notItsBytes() throws Exception {
        model.onPlan()
                .repliesText(plan(
                        planned("render", "r", "{\"number\":1}", ""),
                        planned("look", "l", "{\"what\":\"it\",\"page\":{\"from\":\"r\",\"field\":\"image\"}}", "")))
                .repliesText("{\"subtasks\":[{\"type\":\"look\",\"id\":\"again\",\"input\":{\"what\":\"all\",\"page\":"
                        + "{\"from\":\"r\",\"field\":\"image\"}},\"replaces\":[\"l\"]}]}");
        model.on(LOOK, new Look("it", picture(1))).refuses("no");
        model.on(LOOK, new Look("all", picture(1))).replies(new Seen("A cat."));
        model.onMerge().repliesText(merged("a cat"));

        var result = Coordinator.builder(model.pools())
                .plansWith(AttachedValuesTest.RENDER, LOOK)
                .replanning(1)
                .build()
                .run(Goal.of("What is it?", Answer.class), BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Answer("a cat"));
        assertThat(texts())
                .contains("{\"title\":\"page 1\",\"image\":\"image/png, 22 bytes\"}")
                .doesNotContain(base64(1));
    }

    // --- other ways to run

    @Test
    void bulk_sendsThePictureOfEachItem_andAResumedOneNothing() throws Exception {
        model.on(LOOK, new Look("a", picture(1))).replies(new Seen("A cat."));
        model.on(LOOK, new Look("b", picture(2))).replies(new Seen("A dog."));
        for (int session = 0; session < 2; session++) {
            try (Journal journal = FileJournal.open(folder.resolve("bulk.journal"))) {
                var summary = Coordinator.of(model.pools())
                        .bulk(LOOK)
                        .keyedBy(Look::what)
                        .journal(journal)
                        .run(Stream.of(new Look("a", picture(1)), new Look("b", picture(2))), BUDGET, item -> {});
                assertThat(summary.counts().succeeded()).isEqualTo(2);
            }
            assertThat(model.calls()).hasSize(2);
        }
    }

    @Test
    void nestedRun_isGivenThePicture_andAnotherPictureIsAnotherRun() throws Exception {
        SubtaskType<Look, Seen> nested = NestedRun.<Look, Seen>graph(
                        () -> Coordinator.of(model.pools()), Money.usd("0.1"), in -> lookAt(LOOK, in.page()))
                .asType("nested", Look.class, Seen.class);
        model.on(LOOK, new Look("it", picture(1))).replies(new Seen("A cat."));
        model.on(LOOK, new Look("it", picture(2))).replies(new Seen("A dog."));
        try (Journal journal = FileJournal.open(folder.resolve("nested.journal"))) {
            Coordinator coordinator = Coordinator.of(model.pools()).journal(journal);

            assertThat(coordinator.run(lookAt(nested, picture(1)), BUDGET).requireComplete())
                    .isEqualTo(new Seen("A cat."));
            assertThat(coordinator.run(lookAt(nested, picture(2)), BUDGET).requireComplete())
                    .isEqualTo(new Seen("A dog."));
            assertThat(coordinator.run(lookAt(nested, picture(1)), BUDGET).requireComplete())
                    .isEqualTo(new Seen("A cat."));
        }
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void questionToAPerson_describesAPicture_andNoAnswerHasOne() throws Exception {
        FileDesk desk = FileDesk.open(folder.resolve("desk"));
        SubtaskType<Look, Seen> ask =
                SubtaskType.code("ask", Look.class, Seen.class, desk.worker(Look.class, Seen.class));
        try (Journal journal = FileJournal.open(folder.resolve("asked.journal"))) {
            RunResult<Seen> result =
                    Coordinator.of(model.pools()).journal(journal).run(lookAt(ask, picture(1)), BUDGET);
            assertThat(result).isInstanceOf(RunResult.Suspended.class);
        }
        assertThat(desk.questions())
                .singleElement()
                .satisfies(question ->
                        assertThat(question.input()).isEqualTo("{\"what\":\"it\",\"page\":\"image/png, 22 bytes\"}"));
        assertThatThrownBy(() -> desk.worker(Look.class, Page.class))
                .hasMessage("the answer of a person: Page.image is a picture or file, and only code makes those");
        try (Stream<Path> files = Files.list(folder.resolve("desk"))) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file)).doesNotContain(base64(1));
            }
        }
    }

    @Test
    void eval_saysWhatItsPicturesAre() throws Exception {
        model.on(LOOK).replies(new Seen("A cat."));
        var evals = Evals.of(LOOK)
                .examples(List.of(
                        EvalExample.of(new Look("a", picture(1)), new Seen("A cat.")),
                        EvalExample.of(new Look("b", picture(2)), new Seen("A dog."))))
                .tiers(Tier.NANO);

        var result = Coordinator.of(model.pools()).run(evals, BUDGET);

        assertThat(result.candidates().getFirst().verdicts().getFirst().input())
                .isEqualTo(Json.obj().with("what", "a").with("page", "image/png, 22 bytes"));
    }
}
