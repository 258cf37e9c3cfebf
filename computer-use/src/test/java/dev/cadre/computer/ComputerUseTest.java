// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.computer.Action.Point;
import dev.cadre.model.ComputerTool;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.task.WorkerContext;
import dev.cadre.testing.Script;
import dev.cadre.testing.ScriptedModel;
import dev.cadre.worker.SubtaskWorker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ComputerUseTest {
    private static final String CLICK = "{\"type\":\"click\",\"x\":10,\"y\":20,\"button\":\"left\"}";
    private static final String TYPE = "{\"type\":\"type\",\"text\":\"Ada\"}";
    private static final String SCREENSHOT = "{\"type\":\"screenshot\"}";
    private static final String DOUBT =
            "[{\"id\":\"sc_1\",\"code\":\"malicious_instructions\",\"message\":\"A page gives orders.\"}]";
    private static final Action CLICKED = new Action.Click(new Point(10, 20), Action.Button.LEFT, List.of());
    private static final Action TYPED = new Action.Type("Ada");
    private static final ApprovalRule EVERYTHING = (action, scene) -> Approval.APPROVE;

    record Page(String address) {}

    record Filled(String summary, List<String> screenshots) {
        Filled shown(Screenshots pictures) {
            return new Filled(summary, pictures.files());
        }
    }

    private static final Filled DONE = new Filled("done", List.of("/etc/passwd"));

    @TempDir
    Path folder;

    private final ScriptedScreen screen = new ScriptedScreen();
    private final ScriptedModel model = new ScriptedModel();

    private Tool computer(ApprovalRule rule) {
        return ComputerUse.of(screen, rule, folder, Filled.class, Filled::shown);
    }

    private SubtaskType<Page, Filled> fill(ApprovalRule rule) {
        return SubtaskType.model("fill", Page.class, Filled.class, "Fill in the form.")
                .startingAt(Tier.MINI)
                .tools(computer(rule));
    }

    private Script<Filled> script(SubtaskType<Page, Filled> type) {
        return model.on(type).costing(1_000, 100);
    }

    private static ToolCall call(String... actions) {
        return new ToolCall("c1", ComputerTool.NAME, "{\"actions\":[" + String.join(",", actions) + "]}");
    }

    private static ToolCall doubted(String... actions) {
        String checks = "],\"pending_safety_checks\":" + DOUBT + "}";
        return new ToolCall("c1", ComputerTool.NAME, "{\"actions\":[" + String.join(",", actions) + checks);
    }

    private RunResult<Filled> run(SubtaskType<Page, Filled> type, Limits limits, Budget budget)
            throws InterruptedException {
        var graph = TaskGraph.builder();
        var filled = graph.add("fill", type, new Page("screen:scripted"));
        return Coordinator.builder(model.pools()).limits(limits).build().run(graph.answering(filled), budget);
    }

    private RunResult<Filled> run(SubtaskType<Page, Filled> type) throws InterruptedException {
        return run(type, Limits.DEFAULT, Budget.usd("1.00"));
    }

    private Failure failure(RunResult<Filled> result) {
        assertThat(screen.stillOpen()).isZero();
        return ((Outcome.Failed<?>) result.report().outcome("fill")).failure();
    }

    private List<Turn.ToolResult> results() {
        return model.calls().getLast().request().turns().stream()
                .flatMap(turn -> turn instanceof Turn.ToolResult result
                        ? List.of(result).stream()
                        : List.<Turn.ToolResult>of().stream())
                .toList();
    }

    @Test
    void actions_areDoneInOrder_andEachTurnEndsWithAPicture() throws Exception {
        var fill = fill(ApprovalRule.allowing());
        script(fill).calls(call(SCREENSHOT)).calls(call(CLICK, TYPE)).replies(DONE);

        RunResult<Filled> result = run(fill);

        assertThat(result.requireComplete().summary()).isEqualTo("done");
        assertThat(screen.performed()).containsExactly(new Action.Look(), CLICKED, TYPED);
        assertThat(results()).hasSize(2).allSatisfy(each -> {
            assertThat(each.text()).isEmpty();
            assertThat(each.attachments()).hasSize(1);
        });
        assertThat(results().getFirst().attachments())
                .isNotEqualTo(results().getLast().attachments());
        assertThat(screen.opened()).isEqualTo(1);
        assertThat(screen.stillOpen()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"false, 'error: the screen changed while %s was being approved; nothing after it was done'", "true, ''"
    })
    void screen_thatChangesWhileAnActionIsJudged_isNotTouched(boolean doubts, String told) throws Exception {
        var judged = new AtomicBoolean();
        screen.risking(action -> judged.get() && action instanceof Action.Click, Risk.SUBMITS_FORM);
        var fill = fill((action, scene) -> {
            judged.set(true);
            return Approval.APPROVE;
        });
        script(fill).calls(doubts ? doubted(CLICK, TYPE) : call(CLICK, TYPE)).replies(DONE);

        RunResult<Filled> result = run(fill);

        assertThat(screen.performed()).isEmpty();
        if (doubts) {
            assertThat(failure(result).message()).contains("NOT_APPROVED", CLICKED + " was not approved");
        } else {
            assertThat(results().getFirst().text()).isEqualTo(told.formatted(CLICKED));
        }
    }

    @Test
    void pictures_beforeAndAfter_areFilesNamedInTheOutcome() throws Exception {
        var fill = fill(ApprovalRule.allowing());
        script(fill).calls(call(CLICK)).calls(call(TYPE)).replies(DONE);

        RunResult<Filled> result = run(fill);

        String run = result.report().runId();
        assertThat(result.requireComplete().screenshots())
                .containsExactly(
                        folder.resolve(run + "-fill-before.png").toString(),
                        folder.resolve(run + "-fill-after.png").toString());
        assertThat(Files.readAllBytes(folder.resolve(run + "-fill-before.png"))).isEqualTo(PlainPng.of(320, 200, 255));
        assertThat(Files.readAllBytes(folder.resolve(run + "-fill-after.png"))).isEqualTo(PlainPng.of(320, 200, 253));
    }

    @Test
    void pictures_ofAScreenNeverUsed_areNone() throws Exception {
        var fill = fill(ApprovalRule.allowing());
        script(fill).replies(DONE);

        assertThat(run(fill).requireComplete()).isEqualTo(new Filled("done", List.of()));
        assertThat(screen.opened()).isZero();
    }

    @Test
    void files_ofAnyId_stayInTheFolder() throws Exception {
        try (var session = computer(ApprovalRule.allowing()).open()) {
            session.call("{\"actions\":[]}", new WorkerContext("../../run", "a/..\u0000b#0", Duration.ofMinutes(1)));
        }

        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "~002e~002e~002f~002e~002e~002frun-a~002f~002e~002e~0000b@0-before.png",
                            "~002e~002e~002f~002e~002e~002frun-a~002f~002e~002e~0000b@0-after.png");
        }
    }

    @Test
    void action_notApproved_isNotDone_norIsWhatFollows() throws Exception {
        screen.risking(action -> action instanceof Action.Type, Risk.SECRET);
        var fill = fill(ApprovalRule.allowing(Risk.SUBMITS_FORM));
        script(fill).calls(call(CLICK, TYPE, CLICK)).replies(DONE);

        run(fill).requireComplete();

        assertThat(screen.performed()).containsExactly(CLICKED);
        assertThat(results().getLast().text())
                .isEqualTo("not approved: Type[3 characters], because of [SECRET]; nothing after it was done");
        assertThat(results().getLast().attachments()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Risk.class)
    void rule_ofARisk_approvesItAlone(Risk risk) {
        Scene scene = Scene.of("screen:scripted", "", "", Set.of(risk));

        assertThat(ApprovalRule.allowing().judge(CLICKED, scene)).isEqualTo(Approval.REFUSE);
        assertThat(ApprovalRule.allowing(risk).judge(CLICKED, scene)).isEqualTo(Approval.APPROVE);
        for (Risk other : Risk.values()) {
            Scene both = Scene.of("screen:scripted", "", "", EnumSet.of(risk, other));
            assertThat(ApprovalRule.allowing(risk).judge(CLICKED, both))
                    .isEqualTo(risk == other ? Approval.APPROVE : Approval.REFUSE);
        }
    }

    @Test
    void rule_thatThrows_hasRefused() throws Exception {
        var fill = fill((action, scene) -> {
            throw new IllegalStateException("nobody is there to ask");
        });
        script(fill).calls(call(CLICK)).replies(DONE);

        run(fill).requireComplete();

        assertThat(screen.performed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                CLICK + " | Click[at=10,20, button=LEFT, held=[]] was not approved, and the provider doubts it: ",
                "{\"type\":\"fly\"} | a turn that cannot be read was not approved, and the provider doubts it: ",
                "`` | Look[] was not approved, and the provider doubts it: "
            })
    void doubtOfTheProvider_notApproved_endsTheSubtask(String actions, String message) throws Exception {
        var fill = fill(ApprovalRule.allowing(Risk.values()));
        script(fill).calls(doubted(actions));

        Failure failure = failure(run(fill));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.EFFECT_UNKNOWN);
        assertThat(failure.message()).startsWith("NOT_APPROVED: " + message).contains("malicious_instructions");
        assertThat(screen.performed()).isEmpty();
        assertThat(model.calls()).hasSize(1);
    }

    @Test
    void doubtOfTheProvider_approved_letsTheConversationGoOn() throws Exception {
        var fill = fill(EVERYTHING);
        script(fill).calls(doubted(CLICK)).replies(DONE);

        run(fill).requireComplete();

        assertThat(screen.performed()).containsExactly(CLICKED);
    }

    @Test
    void doubtedAction_thatFails_isNotAnsweredFor() throws Exception {
        screen.failing(CLICKED::equals);
        var fill = fill(EVERYTHING);
        script(fill).calls(doubted(CLICK));

        assertThat(failure(run(fill)).message()).contains("NOT_APPROVED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"fly\"} | error: bad arguments: there is no action 'fly'",
                "{\"type\":\"click\",\"x\":1} | error: bad arguments: $.y: missing",
                "{\"type\":\"drag\",\"path\":[{\"x\":1,\"y\":1}]} | error: bad arguments: path: a drag needs at least 2 points",
                "{\"type\":\"click\",\"x\":320,\"y\":0,\"button\":\"left\"} | error: Click[at=320,0, button=LEFT, held=[]] is outside the screen of 320 by 200 pixels; nothing after it was done",
                "{\"type\":\"keypress\",\"keys\":[\"ENTER\"]} | error: Press[keys=[ENTER]] failed; nothing after it was done"
            })
    void action_thatCannotBeDone_isToldWithAPicture(String action, String text) throws Exception {
        screen.failing(Action.Press.class::isInstance);
        var fill = fill(EVERYTHING);
        script(fill).calls(call(action)).replies(DONE);

        run(fill).requireComplete();

        assertThat(screen.performed()).isEmpty();
        assertThat(results().getLast().text()).isEqualTo(text);
        assertThat(results().getLast().attachments()).hasSize(1);
    }

    @Test
    void type_thatMayRunOnNano_isRefusedBeforeAnythingIsPaid() {
        var onNano = SubtaskType.model("fill", Page.class, Filled.class, "Fill in the form.")
                .tools(computer(EVERYTHING));
        String reason =
                "subtask type 'fill' needs COMPUTER_USE, and may run on tier NANO, whose model gpt-5.4-nano lacks"
                        + " it: choose other tiers with startingAt, notBelow and upTo, or a"
                        + " pool that has it with ModelPools.Builder.behind or onPool";

        assertThatIllegalStateException().isThrownBy(() -> run(onNano)).withMessage(reason);
        assertThatIllegalStateException()
                .isThrownBy(() -> run(fill(EVERYTHING).notBelow(Tier.NANO)))
                .withMessage(reason);
        assertThatIllegalStateException()
                .isThrownBy(() -> Coordinator.of(model.pools()).bulk(onNano))
                .withMessage(reason);
        assertThatIllegalStateException()
                .isThrownBy(() -> Coordinator.builder(model.pools())
                        .plansWith(onNano)
                        .build()
                        .run(Goal.of("Fill it in.", Filled.class), Budget.usd("1.00")))
                .withMessage(reason);
        assertThat(model.calls()).isEmpty();
        assertThat(screen.opened()).isZero();
    }

    @Test
    void sameCall_again_isNoLoop_butRoundsAreBounded() throws Exception {
        var fill = fill(EVERYTHING);
        var down = "{\"type\":\"scroll\",\"x\":1,\"y\":1,\"scroll_x\":0,\"scroll_y\":300}";
        script(fill)
                .calls(call(down))
                .calls(call(down))
                .calls(call(down))
                .calls(call(down))
                .calls(call(down));

        Failure failure = failure(run(
                fill,
                Limits.DEFAULT.withTools(new Limits.ToolLimits(4, 50, 64 * 1024, Duration.ofSeconds(20))),
                Budget.usd("1.00")));

        assertThat(failure.message()).startsWith("TOOL_LIMIT: more than 4 turns with tool calls");
        assertThat(screen.performed()).hasSize(4);
    }

    @Test
    void picture_thatTheBudgetCannotPay_isNotSent() throws Exception {
        var fill = fill(EVERYTHING);
        Money firstCall = SubtaskWorker.of(model.pools())
                .firstCall(fill, fill.tiers().start(), Limits.DEFAULT)
                .orElseThrow();
        script(fill).calls(call(CLICK)).replies(DONE);

        // the first call costs $0.0012, its words in the second less than $0.0003; a picture may be 4,050 tokens:
        // $0.0030375
        RunResult<Filled> result = run(fill, Limits.DEFAULT, Budget.of(firstCall.plus(Money.usd("0.0042"))));

        assertThat(failure(result).message()).startsWith("BUDGET").contains("may have run before");
        assertThat(model.calls()).hasSize(1);
    }

    @Test
    void rung_thatHasUsedTheScreen_isNotEscalated() throws Exception {
        var fill = fill(EVERYTHING).upTo(Tier.FLAGSHIP).accept("never", (page, filled) -> false);
        script(fill).calls(call(CLICK)).replies(DONE);

        Failure failure = failure(run(fill));

        assertThat(failure.message())
                .isEqualTo(
                        "NOT_ACCEPTED: the answer breaks the rule 'never'; the writing tool computer may have run before: see what it did, then tell UnknownEffect");
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void session_closedBeforeItsScreenIsOpen_closesThatToo() throws Exception {
        var session = computer(EVERYTHING).open();
        session.close();

        assertThatThrownBy(
                        () -> session.call("{\"actions\":[]}", new WorkerContext("run", "fill", Duration.ofMinutes(1))))
                .isInstanceOf(InterruptedException.class);
        assertThat(screen.opened()).isEqualTo(1);
        assertThat(screen.stillOpen()).isZero();
    }

    @Test
    void screenshot_beyondTheSizeThatIsPriced_isRefused() {
        assertThat(Screenshot.png(PlainPng.of(1_536, 1_024, 0)).width()).isEqualTo(1_536);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Screenshot.png(PlainPng.of(1_537, 1_024, 0)))
                .withMessage("a screen of 1537 by 1024 pixels, more than 1572864 in all");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Screenshot.png(new byte[100]))
                .withMessage("a screenshot of 100 bytes that is no PNG");
    }
}
