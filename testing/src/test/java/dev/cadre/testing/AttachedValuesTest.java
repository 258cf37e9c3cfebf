// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.planned;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.Turn;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.task.TypeRef;
import dev.cadre.testing.Crew.Answer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pictures and files that are values: of a goal, of what code returns, of what a model is given. */
@Timeout(60)
class AttachedValuesTest {
    record Look(String what, Attachment page) {}

    record Seen(String text) {}

    record Number(int number) {}

    record Page(String title, Attachment.Image image) {}

    record Album(String owner, List<Attachment> pages, Optional<Attachment> cover) {}

    static final SubtaskType<Look, Seen> LOOK =
            SubtaskType.model("look", Look.class, Seen.class, "Say what is on the page.");
    static final SubtaskType<Number, Page> RENDER = SubtaskType.code(
            "render", Number.class, Page.class, (in, context) -> new Page("page " + in.number(), picture(in.number())));
    static final Budget BUDGET = Budget.usd("1.00");
    static final Goal<Answer> GOAL = Goal.of("What is on the page?", Answer.class);

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    final List<RunEvent> events = Collections.synchronizedList(new ArrayList<>());

    static Attachment.Image picture(int number) {
        return Attachment.Image.of("image/png", bytes(number));
    }

    private static byte[] bytes(int number) {
        return ("the bytes of picture " + number).getBytes(StandardCharsets.UTF_8);
    }

    /** What must be nowhere but in requests' attachments and the journal. */
    private static String base64(int number) {
        return Base64.getEncoder().encodeToString(bytes(number));
    }

    private Coordinator.Builder coordinator() {
        return Coordinator.builder(model.pools()).listener(events::add);
    }

    private static String lookAt(String id, String reference) {
        return planned("look", id, "{\"what\":\"the title\",\"page\":%s}".formatted(reference), "");
    }

    private List<ScriptedCall> calls(CallPurpose.Kind kind) {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == kind)
                .toList();
    }

    private static String text(ModelRequest request) {
        return ((Turn.User) request.turns().getFirst()).text();
    }

    // --- plans

    @Test
    void pictureOfAGoal_reachesTheWorkerThatThePlanWiresItTo() throws Exception {
        model.onPlan().repliesText(plan(lookAt("a", "{\"from\":\"page\"}")));
        model.on(LOOK, new Look("the title", picture(1))).replies(new Seen("A cat."));
        model.onMerge().repliesText(merged("a cat"));

        var result = coordinator().plansWith(LOOK).build().run(GOAL.with("page", Attachment.class, picture(1)), BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Answer("a cat"));
        assertThat(result).leftNothingBehind();
        var asked = calls(CallPurpose.Kind.PLAN).getFirst().request();
        assertThat(text(asked)).contains("- page: attachment (\"image/png, 22 bytes\")\n");
        assertThat(asked.instructions())
                .contains("- look(what: string, page: attachment) -> {text: string}")
                .contains("You cannot write one: its place takes a reference.");
        assertThat(asked.attachments()).isEmpty();
        var work = calls(CallPurpose.Kind.WORK).getFirst().request();
        assertThat(work.attachments()).containsExactly(picture(1));
        assertThat(text(work)).contains("{\"what\":\"the title\",\"page\":\"attachment 1: image/png\"}");
        assertThat(work.instructions()).contains("stands for a picture or file");
    }

    @Test
    void planSchema_offersNothingButReferences_inThePlaceOfAPicture() throws Exception {
        model.onPlan().repliesText(plan(lookAt("a", "{\"from\":\"page\"}")));
        model.on(LOOK).replies(new Seen("A cat."));
        model.onMerge().repliesText(merged("a cat"));

        var unused = coordinator().plansWith(LOOK).build().run(GOAL.with("page", Attachment.class, picture(1)), BUDGET);

        assertThat(calls(CallPurpose.Kind.PLAN).getFirst().request().output().toString())
                .contains("\"page\":{\"$ref\":\"#/$defs/Input\"}")
                .doesNotContain("dev.cadre.model.Attachment");
    }

    @Test
    void literalOfAPlanner_isADefectThatNamesThePlace_andRepairMendsIt() throws Exception {
        model.onPlan()
                .repliesText(plan(lookAt("a", "\"page.png\"")))
                .repliesText(plan(lookAt("a", "{\"from\":\"page\"}")));
        model.on(LOOK).replies(new Seen("A cat."));
        model.onMerge().repliesText(merged("a cat"));

        var result = coordinator().plansWith(LOOK).build().run(GOAL.with("page", Attachment.class, picture(1)), BUDGET);

        assertThat(text(calls(CallPurpose.Kind.PLAN).get(1).request()))
                .contains(
                        "input.page is attachment: only a reference can stand there, such as {\"from\": \"the id or name\"}");
        assertThat(result.report().outcomes()).containsOnlyKeys("a");
        assertThat(result.requireComplete()).isEqualTo(new Answer("a cat"));
    }

    @Test
    void wholeAttachmentOfAPlanner_isNoLiteralEither() throws Exception {
        String written =
                "{\"kind\":\"Image\",\"source\":{\"kind\":\"At\",\"address\":\"https://example.com/a\"},\"detail\":\"HIGH\"}";
        model.onPlan().repliesText(plan(lookAt("a", written))).repliesText(plan());

        var failed = Crew.failed(
                coordinator().plansWith(LOOK).build().run(GOAL.with("page", Attachment.class, picture(1)), BUDGET));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.PLAN_REJECTED);
        assertThat(failed.cause().message())
                .contains("input.page is attachment")
                .doesNotContain("example.com");
    }

    @Test
    void listOfPictures_fansOut_planned() throws Exception {
        model.onPlan().repliesText(plan(lookAt("a", "{\"from\":\"album\",\"field\":\"pages\"}")));
        model.on(LOOK, new Look("the title", picture(1))).replies(new Seen("A cat."));
        model.on(LOOK, new Look("the title", picture(2))).replies(new Seen("A dog."));
        model.onMerge().repliesText(merged("both"));
        var album = new Album("me", List.of(picture(1), picture(2)), Optional.empty());

        var result = coordinator().plansWith(LOOK).build().run(GOAL.with("album", Album.class, album), BUDGET);

        assertThat(((Items<?>) ((Outcome.Succeeded<?>) result.report().outcome("a")).value()).values())
                .isEqualTo(List.of(new Seen("A cat."), new Seen("A dog.")));
        assertThat(text(calls(CallPurpose.Kind.PLAN).getFirst().request()))
                .contains(
                        "- album: {\"owner\": string, \"pages\": list of attachment, \"cover\": attachment or null} (about 20 tokens of text; pages: 2 items; \"image/png, 22 bytes\", \"image/png, 22 bytes\")\n");
    }

    @Test
    void picturesThatCodeRendered_areLookedAt_planned() throws Exception {
        model.onPlan()
                .repliesText(plan(
                        planned("render", "r", "{\"number\":3}", ""),
                        lookAt("l", "{\"from\":\"r\",\"field\":\"image\"}")));
        model.on(LOOK, new Look("the title", picture(3))).replies(new Seen("A cat."));
        model.onMerge().repliesText(merged("a cat"));

        var result = coordinator().plansWith(RENDER, LOOK).build().run(GOAL, BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Answer("a cat"));
        String shown = text(calls(CallPurpose.Kind.MERGE).getFirst().request());
        assertThat(shown).contains("page 3").contains("image/png, 22 bytes").doesNotContain(base64(3));
    }

    @Test
    void typeThatNobodyCanGiveAPicture_isNotShownToThePlanner() throws Exception {
        model.onPlan().repliesText(plan(Crew.plannedNote("a")));
        model.on(Crew.NOTE).replies(new Crew.Note("They purr."));
        model.onMerge().repliesText(merged("a cat"));

        var result = coordinator().plansWith(LOOK, Crew.NOTE).build().run(GOAL, BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Answer("a cat"));
        assertThat(calls(CallPurpose.Kind.PLAN).getFirst().request().instructions())
                .doesNotContain("- look(")
                .doesNotContain("You cannot write one")
                .contains("- note(");
    }

    @Test
    void goalWithoutAPicture_forTypesThatAllNeedOne_failsBeforeAnythingIsSpent() throws Exception {
        var failed = Crew.failed(coordinator().plansWith(LOOK).build().run(GOAL, BUDGET));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.PLANNER_FAILED);
        assertThat(failed.cause().message())
                .contains(
                        "no subtask type can be planned: input.page of 'look' is attachment, which no input of the goal and no output of a type brings");
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void wholeInput_mayBeAPicture() throws Exception {
        SubtaskType<Attachment.Image, Seen> whole =
                SubtaskType.model("see", Attachment.Image.class, Seen.class, "Say what it is.");
        model.onPlan().repliesText(plan(planned("see", "a", "{\"value\":{\"from\":\"page\"}}", "")));
        model.on(whole, picture(1)).replies(new Seen("A cat."));
        model.onMerge().repliesText(merged("a cat"));

        var result = coordinator()
                .plansWith(whole)
                .build()
                .run(GOAL.with("page", Attachment.Image.class, picture(1)), BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Answer("a cat"));
        assertThat(text(calls(CallPurpose.Kind.WORK).getFirst().request()))
                .contains("{\"value\":\"attachment 1: image/png\"}");
    }

    // --- graphs by hand

    private RunResult<Seen> rendered(Coordinator coordinator, Budget budget) throws InterruptedException {
        var graph = TaskGraph.builder();
        var page = graph.add("page", RENDER, new Number(1));
        var seen = graph.add("seen", LOOK, Input.from(page, made -> new Look(made.title(), made.image())));
        return coordinator.run(graph.answering(seen), budget);
    }

    @Test
    void codeRenders_andAModelLooks() throws Exception {
        model.on(LOOK, new Look("page 1", picture(1))).replies(new Seen("A cat."));

        assertThat(rendered(coordinator().build(), BUDGET).requireComplete()).isEqualTo(new Seen("A cat."));
    }

    @Test
    void attachmentsOfTheInput_goBeforeThoseThatTheTypeAttaches_inTheOrderOfTheComponents() throws Exception {
        SubtaskType<Album, Seen> type = SubtaskType.model("leaf", Album.class, Seen.class, "Leaf through it.")
                .attaching(album -> List.of(picture(9)));
        var lease = Attachment.File.of("lease.pdf", "application/pdf", bytes(5)).boundedBy(1_000);
        var cover = Attachment.Image.at(URI.create("https://pictures.example.com/secret?key=abc"));
        model.onInputs(type, album -> album.pages().contains(lease)).replies(new Seen("Leaves."));
        var graph = TaskGraph.builder();
        var seen = graph.add("seen", type, new Album("me", List.of(picture(2), lease), Optional.of(cover)));

        var result = coordinator().build().run(graph.answering(seen), BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Seen("Leaves."));
        var request = model.calls().getFirst().request();
        assertThat(request.attachments()).containsExactly(picture(2), lease, cover, picture(9));
        assertThat(text(request))
                .contains(
                        "\"pages\":[\"attachment 1: image/png\",\"attachment 2: lease.pdf, application/pdf\"],\"cover\":\"attachment 3: image at pictures.example.com\"")
                .doesNotContain("key=abc");
    }

    @Test
    void listOfPictures_fansOut_byHand() throws Exception {
        SubtaskType<Number, Album> scan = SubtaskType.code(
                "scan",
                Number.class,
                Album.class,
                (in, context) -> new Album("me", List.of(picture(1), picture(2)), Optional.empty()));
        model.on(LOOK, new Look("it", picture(1))).replies(new Seen("A cat."));
        model.on(LOOK, new Look("it", picture(2))).replies(new Seen("A dog."));
        var graph = TaskGraph.builder();
        var album = graph.add("album", scan, new Number(0));
        var seen = graph.add(
                "seen",
                LOOK,
                Input.forEach(
                        album,
                        made -> made.pages().stream()
                                .map(page -> new Look("it", page))
                                .toList()));

        var result = coordinator().build().run(graph.answering(seen), BUDGET);

        assertThat(result.requireComplete().values()).containsExactly(new Seen("A cat."), new Seen("A dog."));
    }

    // --- money

    @Test
    void tokensOfAPicture_areReserved_asThoseThatATypeAttaches() throws Exception {
        model.on(LOOK).costingUnknown().replies(new Seen("A cat."));
        SubtaskType<Number, Seen> attaching = SubtaskType.model(
                        "look", Number.class, Seen.class, "Say what is on the page.")
                .attaching(in -> List.of(picture(1)));
        model.on(attaching).costingUnknown().replies(new Seen("A cat."));

        Money byValue = spent(LOOK, new Look("it", picture(1)));
        Money two = spent(LOOK.attaching(in -> List.of(picture(2))), new Look("it", picture(1)));
        Money attached = spent(attaching, new Number(1));
        Money none = spent(attaching.attaching(in -> List.of()), new Number(1));

        Money picture = attached.minus(none);
        assertThat(picture).isGreaterThan(Money.ZERO);
        assertThat(two.minus(byValue)).isEqualTo(picture);
        assertThat(byValue).isGreaterThan(picture);
    }

    private <I> Money spent(SubtaskType<I, Seen> type, I input) throws InterruptedException {
        var graph = TaskGraph.builder();
        var seen = graph.add("seen", type, input);
        return coordinator().build().run(graph.answering(seen), BUDGET).spend().total();
    }

    @Test
    void estimate_countsThePictureOfAKnownInput() {
        Money one = Coordinator.of(model.pools())
                .preview(graphOf(LOOK.attaching(in -> List.of(picture(2)))))
                .cost()
                .worst();
        Money two = Coordinator.of(model.pools()).preview(graphOf(LOOK)).worst();

        assertThat(one).isGreaterThan(two);
    }

    private static TaskGraph<Seen> graphOf(SubtaskType<Look, Seen> type) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("seen", type, new Look("it", picture(1))));
    }

    @Test
    void pictureBeyondTheBudget_isNotSent() throws Exception {
        Money floor = spentAtMost();

        var result = coordinator().build().run(graphOf(LOOK), Budget.of(floor.dividedBy(2)));

        assertThat(result.report().outcome("seen"))
                .isInstanceOfSatisfying(
                        Outcome.Skipped.class,
                        skipped -> assertThat(skipped.skip().kind()).isEqualTo(Skip.Kind.BUDGET));
        assertThat(model.calls()).isEmpty();
        assertThat(result).spent("0");
    }

    private Money spentAtMost() {
        return Coordinator.of(model.pools()).preview(graphOf(LOOK)).low();
    }

    @Test
    void fileWithoutABound_failsUnpaid() throws Exception {
        var file = Attachment.File.of("lease.pdf", "application/pdf", bytes(1));
        var graph = TaskGraph.builder();
        var seen = graph.add("seen", LOOK, new Look("it", file));

        var result = coordinator().build().run(graph.answering(seen), BUDGET);

        assertThat(result.outcome(seen).reason()).contains("the number of tokens of the file 'lease.pdf' is unknown");
        assertThat(result).spent("0");
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void modelWithoutVision_isRefusedUnpaid_byTypeTierAndModel() throws Exception {
        var spec = ModelCatalog.standard()
                .find("gpt-5.4-nano")
                .orElseThrow()
                .withCapabilities(Set.of(Capability.JSON_SCHEMA));
        ModelPools blind =
                model.pools(pool -> pool.catalog(ModelCatalog.standard().with(spec)));

        var result = Coordinator.of(blind).run(graphOf(LOOK), BUDGET);

        assertThat(result.report().outcome("seen").reason())
                .contains(
                        "a picture goes with the input of subtask type 'look', and the model 'gpt-5.4-nano' of tier NANO lacks VISION: state it with ModelSpec.withCapabilities if it has it");
        assertThat(result).spent("0");
        assertThat(model.calls()).isEmpty();
    }

    // --- what is refused

    @Test
    void outputOfAModel_withAPicture_isRefused() {
        assertThatThrownBy(() -> SubtaskType.model("draw", Number.class, Page.class, "Draw it."))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the output of subtask type 'draw': Page.image is a picture or file, and only code makes those");
        assertThatThrownBy(() ->
                        SubtaskType.model("draw", TypeRef.of(Number.class), new TypeRef<List<Album>>() {}, "Draw it."))
                .hasMessageContaining("List_Album[].pages[] is a picture or file");
    }

    @Test
    void answerOfAMerger_toolArguments_andCandidatesOfAJudge_withAPicture_areRefused() {
        assertThatThrownBy(() -> Goal.of("Draw it.", Page.class))
                .hasMessage(
                        "the answer that a model is to write: Page.image is a picture or file, and only code makes those");
        assertThatThrownBy(() -> Tool.of("show", "Shows it.", Page.class, (page, context) -> "shown"))
                .hasMessage("the arguments of tool 'show': Page.image is a picture or file, and only code makes those");
        assertThatThrownBy(() -> Mergers.bestOf(RENDER, Tier.MINI, "the nicest"))
                .hasMessageContaining(
                        "a judge sees no pictures or files, and the outputs of subtask type 'render' have some");
    }

    @Test
    void packing_refusesInputsWithAPicture() {
        assertThatThrownBy(() -> coordinator()
                        .build()
                        .bulk(LOOK)
                        .keyedBy(Look::what)
                        .packing(4)
                        .run(Stream.of(new Look("a", picture(1))), BUDGET, item -> {}))
                .hasMessageContaining(
                        "items of subtask type 'look' cannot be packed: it sends pictures or files along");
    }

    // --- journal

    @Test
    void resumedRun_hasTheSamePicture_andPaysNothingTwice_whereverTheJournalStops() throws Exception {
        var rendered = new AtomicInteger();
        SubtaskType<Number, Page> counted = SubtaskType.code("render", Number.class, Page.class, (in, context) -> {
            rendered.incrementAndGet();
            return new Page("page " + in.number(), picture(in.number()));
        });
        model.on(LOOK, new Look("page 1", picture(1))).costing(1_000, 0).replies(new Seen("A cat."));
        var graph = TaskGraph.builder();
        var page = graph.add("page", counted, new Number(1));
        var seen = graph.add("seen", LOOK, Input.from(page, made -> new Look(made.title(), made.image())));
        TaskGraph<Seen> whole = graph.answering(seen);
        Path file = folder.resolve("whole.journal");
        try (var journal = FileJournal.open(file)) {
            var unused = coordinator().build().journal(journal).run(whole, BUDGET);
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSizeGreaterThan(4);
        for (int kept = 1; kept <= lines.size(); kept++) {
            String before = String.join("\n", lines.subList(0, kept)) + "\n";
            Path cut = folder.resolve("cut-%d.journal".formatted(kept));
            Files.writeString(cut, before);
            int calls = model.calls().size();
            int codes = rendered.get();
            try (var journal = FileJournal.open(cut)) {
                var result = coordinator().build().journal(journal).run(whole, BUDGET);
                assertThat(result.requireComplete()).isEqualTo(new Seen("A cat."));
                assertThat(result.outcome(page)).isEqualTo(new Outcome.Succeeded<>(new Page("page 1", picture(1))));
            }
            assertThat(rendered.get() - codes).isEqualTo(before.contains(base64(1)) ? 0 : 1);
            assertThat(model.calls().size() - calls).isEqualTo(before.contains("A cat.") ? 0 : 1);
        }
    }

    @Test
    void pictureBeyondTheLimitOfAJournal_failsItsSubtask_withAMessageThatNamesTheLimit() throws Exception {
        SubtaskType<Number, Page> huge = SubtaskType.code(
                "render",
                Number.class,
                Page.class,
                (in, context) -> new Page("huge", Attachment.Image.of("image/png", new byte[13 * 1024 * 1024])));
        var graph = TaskGraph.builder();
        var page = graph.add("page", huge, new Number(1));
        try (var journal = FileJournal.open(folder.resolve("huge.journal"))) {
            var result = coordinator().build().journal(journal).run(graph.answering(page), BUDGET);

            assertThat(result.outcome(page)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.INVALID_OUTPUT);
                assertThat(failed.failure().message())
                        .startsWith("its output is lost: ")
                        .contains("16777216")
                        .doesNotContain("AAAA");
            });
        }
    }

    // --- nowhere

    @Test
    void bytesOfAPicture_areInNoText() throws Exception {
        model.onPlan()
                .repliesText(plan(
                        planned("render", "r", "{\"number\":3}", ""),
                        lookAt("a", "{\"from\":\"page\"}"),
                        lookAt("l", "{\"from\":\"r\",\"field\":\"image\"}"),
                        lookAt("x", "{\"from\":\"r\",\"field\":\"title\"}")))
                .repliesText(plan());
        model.on(LOOK, new Look("the title", picture(1))).repliesText("no JSON").refuses("no");
        model.on(LOOK, new Look("the title", picture(3))).replies(new Seen("A cat."));
        model.onMerge().repliesText(merged("a cat"));

        var result = coordinator()
                .plansWith(RENDER, LOOK)
                .build()
                .run(GOAL.with("page", Attachment.class, picture(1)), BUDGET);

        String texts = events + " " + result + " " + result.report() + " " + result.toToolText() + " "
                + model.calls().stream()
                        .map(call -> call.purpose()
                                + call.purpose().input()
                                + call
                                + call.request().instructions()
                                + call.request().turns().stream()
                                        .map(Object::toString)
                                        .toList())
                        .toList();
        assertThat(texts).doesNotContain(base64(1)).doesNotContain(base64(3)).contains("image/png");
    }

    @Test
    void toToolText_ofAnAnswerWithAPicture_describesIt() throws Exception {
        var graph = TaskGraph.builder();
        var page = graph.add("page", RENDER, new Number(1));

        var result = coordinator().build().run(graph.answering(page), BUDGET);

        assertThat(result.toToolText()).isEqualTo("{\"title\":\"page 1\",\"image\":\"image/png, 22 bytes\"}");
    }

    @Test
    void followUp_takesAPictureOfAnEarlierRun_asAnInput() throws Exception {
        var graph = TaskGraph.builder();
        var page = graph.add("page", RENDER, new Number(1));
        var first = coordinator().build().run(graph.answering(page), BUDGET);
        model.onPlan().repliesText(plan(lookAt("a", "{\"from\":\"before.page\",\"field\":\"image\"}")));
        model.on(LOOK, new Look("the title", picture(1))).replies(new Seen("A cat."));
        model.onMerge().repliesText(merged("a cat"));

        var result = coordinator().plansWith(LOOK).build().run(GOAL.following("before", first), BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Answer("a cat"));
        assertThat(text(calls(CallPurpose.Kind.PLAN).getFirst().request()))
                .contains("answer: {\"title\":\"page 1\",\"image\":\"image/png, 22 bytes\"}")
                .doesNotContain(base64(1));
    }
}
