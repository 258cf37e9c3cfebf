// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static dev.cadre.worker.RungScript.ECHO;
import static dev.cadre.worker.RungScript.NOTE;
import static dev.cadre.worker.RungScript.NOTE_JSON;
import static dev.cadre.worker.RungScript.SEND;
import static dev.cadre.worker.RungScript.begun;
import static dev.cadre.worker.RungScript.call;
import static dev.cadre.worker.RungScript.echo;
import static dev.cadre.worker.RungScript.end;
import static dev.cadre.worker.RungScript.failed;
import static dev.cadre.worker.RungScript.rejected;
import static dev.cadre.worker.RungScript.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits;
import dev.cadre.task.Limits.ToolLimits;
import dev.cadre.task.McpApproval;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.worker.RungScript.Note;
import dev.cadre.worker.RungScript.Topic;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RungToolsTest {
    record Nothing() {}

    private static final SubtaskType<Topic, Note> WITH_ECHO = NOTE.tools(ECHO);
    private static final Tool NOW = Tool.of("now", "The time.", Nothing.class, (nothing, context) -> "noon");
    private static final ToolEnd OK = new ToolEnd.Returned("ok");
    private static final ToolCall SEND_X = new ToolCall("c1", "send", "{\"word\":\"x\"}");

    @Test
    void toolCalls_areRunAndAnsweredInTheirOrder() {
        var rung = begun(WITH_ECHO);

        RungCommand run = rung.asks(echo("c1", "a"), echo("c2", "b"));
        RungCommand.Call next = call(rung.ended(new ToolEnd.Returned("A"), new ToolEnd.Returned("B")));

        assertThat(run)
                .isEqualTo(new RungCommand.RunTools(List.of(
                        new RungCommand.ToolRun(echo("c1", "a"), ECHO),
                        new RungCommand.ToolRun(echo("c2", "b"), ECHO))));
        assertThat(next.kind()).isEqualTo(CallPurpose.Kind.REPAIR);
        assertThat(turns(next).subList(1, 4))
                .containsExactly(
                        new Turn.Assistant("", List.of(echo("c1", "a"), echo("c2", "b")), ""),
                        new Turn.ToolResult("c1", "A"),
                        new Turn.ToolResult("c2", "B"));
        assertThat(end(rung.answers(NOTE_JSON))).isEqualTo(new RungEnd.Accepted(new Note("They purr.")));
    }

    @Test
    void toolOutsideTheType_isNeverRun() {
        var rung = begun(WITH_ECHO);

        RungCommand next = rung.asks(new ToolCall("c1", "delete_everything", "{}"));

        assertThat(results(next))
                .containsExactly(new Turn.ToolResult("c1", "error: there is no tool of this name; the tools are echo"));
    }

    @Test
    void toolCall_ofAModelWithoutTools_endsTheRung() {
        var rung = begun(NOTE);

        RungEnd end = end(rung.asks(new ToolCall("c1", "echo", "{\"word\":\"a\"}")));

        assertThat(end)
                .isInstanceOfSatisfying(
                        RungEnd.Rejected.class,
                        rejected -> assertThat(rejected.failure())
                                .isEqualTo(new Failure(
                                        Failure.Kind.TOOL_LIMIT, "the model called tools that it was not given")));
    }

    /** A server that loses arguments must not have a tool run with none. */
    @Test
    void argumentsWithoutWhatTheToolRequires_areAnsweredWithoutARun() {
        var rung = begun(WITH_ECHO);

        RungCommand run = rung.asks(
                new ToolCall("c1", "echo", ""), new ToolCall("c2", "echo", "{\"words\":\"a\"}"), echo("c3", "a"));

        assertThat(((RungCommand.RunTools) run).runs()).containsExactly(new RungCommand.ToolRun(echo("c3", "a"), ECHO));
        List<Turn.ToolResult> results = results(rung.ended(OK));
        assertThat(results.get(0).text()).isEqualTo("error: the arguments lack word");
        assertThat(results.get(1).text()).isEqualTo("error: the arguments lack word");
    }

    @Test
    void malformedArguments_areAnsweredWithoutARun() {
        var rung = begun(WITH_ECHO);

        RungCommand run =
                rung.asks(new ToolCall("c1", "echo", "{\"word\":"), new ToolCall("c2", "echo", "[1]"), echo("c3", "a"));

        assertThat(((RungCommand.RunTools) run).runs()).containsExactly(new RungCommand.ToolRun(echo("c3", "a"), ECHO));
        List<Turn.ToolResult> results = results(rung.ended(OK));
        assertThat(results.get(0).text()).startsWith("error: the arguments are not valid JSON: ");
        assertThat(results.get(1).text()).isEqualTo("error: the arguments must be a JSON object");
        assertThat(results.get(2)).isEqualTo(new Turn.ToolResult("c3", "ok"));
    }

    @Test
    void blankArguments_areAnEmptyObject() {
        RungCommand run = begun(NOTE.tools(NOW)).asks(new ToolCall("c1", "now", " "));

        assertThat(((RungCommand.RunTools) run).runs())
                .containsExactly(new RungCommand.ToolRun(new ToolCall("c1", "now", "{}"), NOW));
    }

    @Test
    void failures_reachTheModelWithoutTheirInsides() {
        var rung = begun(WITH_ECHO);
        rung.asks(echo("c1", "a"), echo("c2", "b"), echo("c3", "c"));

        RungCommand next = rung.ended(
                new ToolEnd.Declined("no such word"),
                new ToolEnd.Broke(new IllegalStateException("disk gone")),
                new ToolEnd.TimedOut(Duration.ofMillis(1_500)));

        assertThat(results(next))
                .extracting(Turn.ToolResult::text)
                .containsExactly("error: no such word", "error: the tool failed", "error: timed out after 1500 ms");
    }

    @Test
    void longResult_isCutBetweenCharactersAndMarked() {
        var rung = begun(NOTE.tools(NOW), limits(new ToolLimits(20, 50, 10, Duration.ofSeconds(1))));
        rung.asks(new ToolCall("c1", "now", "{}"));

        // 4 bytes each: the third would end beyond 10
        RungCommand next = rung.ended(new ToolEnd.Returned("😀😀😀😀"));

        assertThat(results(next).getFirst().text()).isEqualTo("😀😀\n[cut here: 8 of 16 bytes shown]");
    }

    @Test
    void resultOfExactlyTheLimit_isWhole() {
        var rung = begun(NOTE.tools(NOW), limits(new ToolLimits(20, 50, 8, Duration.ofSeconds(1))));
        rung.asks(new ToolCall("c1", "now", "{}"));

        assertThat(results(rung.ended(new ToolEnd.Returned("😀😀"))).getFirst().text())
                .isEqualTo("😀😀");
    }

    @Test
    void roundsBeyondTheLimit_stopTheLoop() {
        var rung = begun(WITH_ECHO, limits(new ToolLimits(2, 50, 100, Duration.ofSeconds(1))));
        rung.asks(echo("c1", "a"));
        rung.ended(OK);
        // a round in which nothing could be run counts, too
        rung.asks(new ToolCall("c2", "nothing", "{}"));

        assertThat(rejected(rung.asks(echo("c3", "c"))).failure())
                .isEqualTo(new Failure(Failure.Kind.TOOL_LIMIT, "more than 2 turns with tool calls"));
    }

    @Test
    void callsBeyondTheLimit_stopTheLoopBeforeAnyOfTheReplyIsRun() {
        var rung = begun(WITH_ECHO);
        ToolCall[] calls =
                IntStream.range(0, 51).mapToObj(i -> echo("c" + i, "w" + i)).toArray(ToolCall[]::new);

        assertThat(rejected(rung.asks(calls)).failure())
                .isEqualTo(new Failure(Failure.Kind.TOOL_LIMIT, "51 tool calls, more than 50"));
    }

    @Test
    void callsAndArguments_ofExactlyTheirLimit_areRun() {
        var many = begun(WITH_ECHO);
        ToolCall[] calls =
                IntStream.range(0, 50).mapToObj(i -> echo("c" + i, "w" + i)).toArray(ToolCall[]::new);
        var large = begun(WITH_ECHO, limits(new ToolLimits(20, 50, 100, Duration.ofSeconds(1))));

        assertThat(((RungCommand.RunTools) many.asks(calls)).runs()).hasSize(50);
        // {"word":"…"} is 11 bytes longer than the word
        assertThat(((RungCommand.RunTools) large.asks(echo("c1", "x".repeat(89)))).runs())
                .hasSize(1);
    }

    @Test
    void sameCallForTheThirdTime_stopsTheLoop() {
        var rung = begun(WITH_ECHO);
        rung.asks(new ToolCall("c1", "echo", "{\"word\":\"a\",\"n\":1}"));
        rung.ended(OK);
        rung.asks(new ToolCall("c2", "echo", "{ \"n\": 1, \"word\": \"a\" }"), echo("c3", "other"));
        rung.ended(OK, OK);

        assertThat(rejected(rung.asks(new ToolCall("c4", "echo", "{\"n\":1,\"word\":\"a\"}")))
                        .failure())
                .isEqualTo(new Failure(Failure.Kind.TOOL_LIMIT, "the same call of the tool \"echo\" for the 3rd time"));
    }

    @Test
    void hugeArguments_stopTheLoop() {
        var rung = begun(WITH_ECHO);

        assertThat(rejected(rung.asks(echo("c1", "x".repeat(70_000)))).failure())
                .isEqualTo(new Failure(Failure.Kind.TOOL_LIMIT, "arguments of 70011 bytes, more than 65536"));
    }

    @Test
    void twoCallsOfOneId_areRefusedBeforeEitherIsRun() {
        var rung = begun(WITH_ECHO);

        assertThat(rejected(rung.asks(echo("c1", "a"), echo("c1", "b"))).failure())
                .isEqualTo(new Failure(Failure.Kind.INVALID_OUTPUT, "two tool calls share the id \"c1\""));
    }

    @Test
    void toolEnds_thatAreNotOneForEachRun_areRefused() {
        var rung = begun(WITH_ECHO);
        rung.asks(echo("c1", "a"));

        assertThatThrownBy(() -> rung.ended(OK, OK))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("1 tools were run, 2 ended");
    }

    @Test
    void rejection_afterAWritingTool_isEffectUnknown() {
        var rung = afterSending(
                NOTE.accept("never", (topic, note) -> false).tools(SEND).upTo(Tier.MINI));

        assertThat(failed(rung.answers(NOTE_JSON)).failure())
                .isEqualTo(
                        new Failure(
                                Failure.Kind.EFFECT_UNKNOWN,
                                "NOT_ACCEPTED: the answer breaks the rule 'never'; the writing tool send may have run before: see what it did, then tell UnknownEffect"));
    }

    @Test
    void failedCall_afterAWritingTool_isEffectUnknownWithItsCause() {
        var cause = new ModelException.QuotaExhausted("no money left");

        RungEnd.Failed end = failed(afterSending(NOTE.tools(SEND)).on(new RungEvent.CallFailed(cause)));

        assertThat(end.failure().kind()).isEqualTo(Failure.Kind.EFFECT_UNKNOWN);
        assertThat(end.cause()).containsSame(cause);
    }

    @Test
    void writingTool_thatThrowsOrTakesTooLong_isEffectUnknown_andTheModelIsNotAskedAgain() {
        var lost = new IllegalStateException("connection reset");
        var rung = begun(NOTE.tools(SEND));
        rung.asks(SEND_X);
        Failure broke = failed(rung.ended(new ToolEnd.Broke(lost))).failure();
        rung = begun(NOTE.tools(SEND));
        rung.asks(SEND_X);
        Failure late = failed(rung.ended(new ToolEnd.TimedOut(Duration.ofMillis(1_500))))
                .failure();

        assertThat(broke.kind()).isEqualTo(Failure.Kind.EFFECT_UNKNOWN);
        assertThat(broke.cause()).containsSame(lost);
        assertThat(broke.message())
                .startsWith(
                        "CODE_FAILED: IllegalStateException: connection reset, thrown by tool 'send'; the writing tool"
                                + " send may have run before");
        assertThat(late)
                .isEqualTo(
                        new Failure(
                                Failure.Kind.EFFECT_UNKNOWN,
                                "TIMED_OUT: tool 'send' did not end in 1500 ms; the writing tool send may have run before: see what it did, then tell UnknownEffect"));
    }

    @Test
    void toolThatApproves_hasApprovedNothing_whenItBreaks() {
        Tool approval = McpApproval.by(call -> true);
        var rung = begun(NOTE.tools(approval));
        rung.asks(new ToolCall("c1", approval.name(), "{\"server\":\"s\",\"tool\":\"t\",\"arguments\":\"{}\"}"));

        assertThat(results(rung.ended(new ToolEnd.Broke(new IllegalStateException("nobody is there")))))
                .extracting(Turn.ToolResult::text)
                .containsExactly("error: the tool failed");
    }

    @Test
    void writingToolOfAScreen_thatBreaks_isSeenByItsModel() {
        Tool screen = Tool.stateful(
                        new ToolSpec("screen", "Shows a screen.", "{\"type\":\"object\"}"),
                        () -> (arguments, context) -> new Tool.Shown("seen", List.of()))
                .writing(Tool.Effect.WRITES);
        var rung = begun(NOTE.tools(screen));
        rung.asks(new ToolCall("c1", "screen", "{}"));

        assertThat(results(rung.ended(new ToolEnd.TimedOut(Duration.ofMillis(1_500)))))
                .extracting(Turn.ToolResult::text)
                .containsExactly("error: timed out after 1500 ms");
    }

    @Test
    void writingTool_thatDeclines_hasDoneNothing_andTheModelReadsWhy() {
        var rung = begun(NOTE.tools(SEND));
        rung.asks(SEND_X);

        assertThat(results(rung.ended(new ToolEnd.Declined("no such address"))))
                .extracting(Turn.ToolResult::text)
                .containsExactly("error: no such address");
    }

    @Test
    void interrupt_whileAWritingToolRuns_isEffectUnknown() {
        var rung = begun(NOTE.tools(SEND));
        rung.asks(SEND_X);

        assertThat(failed(rung.on(new RungEvent.Interrupted(false))).failure())
                .isEqualTo(
                        new Failure(
                                Failure.Kind.EFFECT_UNKNOWN,
                                "CANCELLED: interrupted; the writing tool send may have run before: see what it did, then tell UnknownEffect"));
    }

    @Test
    void answer_afterAWritingTool_isAccepted() {
        assertThat(end(afterSending(NOTE.tools(SEND)).answers(NOTE_JSON)))
                .isEqualTo(new RungEnd.Accepted(new Note("They purr.")));
    }

    @Test
    void writingTool_thatWasAskedForButNotRun_hasNoEffect() {
        var rung = begun(NOTE.tools(SEND));

        rung.asks(new ToolCall("c1", "send", "not JSON"));

        assertThat(end(rung.on(new RungEvent.Interrupted(false)))).isEqualTo(new RungEnd.Cancelled());
    }

    @Test
    void rejection_afterAnIdempotentTool_mayBeEscalated() {
        Tool put = SEND.writing(Tool.Effect.WRITES_IDEMPOTENTLY);
        var rung = afterSending(NOTE.accept("never", (topic, note) -> false).tools(put));

        assertThat(rejected(rung.answers(NOTE_JSON)).failure().kind()).isEqualTo(Failure.Kind.NOT_ACCEPTED);
    }

    private static RungScript afterSending(SubtaskType<Topic, Note> type) {
        var rung = begun(type);
        rung.asks(SEND_X);
        rung.ended(new ToolEnd.Returned("sent"));
        return rung;
    }

    private static Limits limits(ToolLimits tools) {
        return Limits.DEFAULT.withTools(tools);
    }

    private static List<Turn.ToolResult> results(RungCommand next) {
        return turns(next).stream()
                .filter(Turn.ToolResult.class::isInstance)
                .map(Turn.ToolResult.class::cast)
                .toList();
    }
}
