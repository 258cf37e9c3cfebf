// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.forEach;
import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.BRIEF;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.task.Failure;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What the assertions accept, and what they say when they do not. */
class AssertionsTest {
    private static final Budget BUDGET = Budget.usd("0.05");
    private static final SubtaskType<Topic, Note> JUDGED = NOTE.upTo(Tier.MINI)
            .accept("it is long", (topic, note) -> note.text().length() > 3);

    final ScriptedModel model = new ScriptedModel();
    final EventLog log = new EventLog();
    final TaskGraph.Builder graph = TaskGraph.builder();
    final SubtaskRef<Note> cats = graph.add("cats", JUDGED, new Topic("cats"));
    final SubtaskRef<Note> dogs = graph.add("dogs", NOTE, new Topic("dogs"));
    final SubtaskRef<Brief> brief = graph.add("brief", BRIEF, from(cats, dogs, (a, b) -> new Notes(List.of(a, b))));

    private static final String ROOT = "REFUSED: the model refused: \"no dogs\" (subtask 'dogs')";

    private static final String STATES = """
            the run was failed: ANSWER_MISSING: %s, so subtask 'brief', which brings the answer, was skipped
            it spent $0.003475 of $0.05
              [succeeded] cats: note                 NANO MINI $0.00325
              [failed]    dogs: note                 NANO $0.000225 | REFUSED: the model refused: "no dogs"
              [skipped]   brief: brief <- cats, dogs | DEPENDENCY: %s""".formatted(ROOT, ROOT);

    private RunResult<Brief> run() throws InterruptedException {
        model.on(NOTE, new Topic("cats")).onlyOn(Tier.NANO).costing(1_000, 400).replies(new Note("no"));
        model.on(NOTE, new Topic("cats")).onlyOn(Tier.MINI).costing(1_000, 400).replies(new Note("They purr."));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 20).refuses("no dogs");
        return Coordinator.builder(model.pools()).listener(log).build().run(graph.answering(brief), BUDGET);
    }

    private static void assertFails(ThrowingCallable assertion, String message) {
        assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessage(message);
    }

    @Test
    void run_asItWas_passes() throws Exception {
        assertThat(run())
                .isFailedBecause(RunFailure.Kind.ANSWER_MISSING)
                .hasShape("cats: note", "dogs: note", "brief: brief <- cats, dogs")
                .outcome(cats)
                .hasValue(new Note("They purr."))
                .outcome(cats)
                .usedTiers(Tier.NANO, Tier.MINI)
                .outcome(cats)
                .tookCalls(2)
                .outcome(cats)
                .spent("0.00325")
                .outcome(dogs)
                .isFailedBecause(Failure.Kind.REFUSED)
                .outcome("brief")
                .isSkippedBecause(Skip.Kind.DEPENDENCY)
                .outcome(brief)
                .isSkippedBecauseOf(dogs)
                .spent("0.003475")
                .spentAtMost("0.003475")
                .leftNothingBehind();
    }

    @Test
    void failedAssertion_printsTheGraphWithItsStates() throws Exception {
        var result = run();

        assertFails(
                () -> assertThat(result).isCompleteWith(new Brief("x")),
                "expected a complete run with the answer <Brief[headline=x]>\n" + STATES);
        assertFails(() -> assertThat(result).isPartial(), "expected a partial run\n" + STATES);
        assertFails(
                () -> assertThat(result).spent("0.01"), "expected $0.01 to be spent, but it was $0.003475\n" + STATES);
        assertFails(
                () -> assertThat(result).spentAtMost("0.003474"),
                "expected at most $0.003474 to be spent, but it was $0.003475\n" + STATES);
        assertFails(
                () -> assertThat(result).outcome(dogs).hasValue(new Note("x")),
                "expected subtask 'dogs' to succeed with <Note[text=x]>, but it"
                        + " failed: REFUSED: the model refused: \"no dogs\"\n" + STATES);
        assertFails(
                () -> assertThat(result).outcome(brief).isSkippedBecauseOf(cats),
                "expected subtask 'brief' to be skipped because of [cats]," + " but it skipped: DEPENDENCY: " + ROOT
                        + "\n" + STATES);
        assertFails(
                () -> assertThat(result).outcome(cats).usedTiers(Tier.NANO),
                "expected subtask 'cats' to use [NANO], but it used [NANO, MINI]\n" + STATES);
        assertFails(
                () -> assertThat(result).outcome(cats).spent("0.001"),
                "expected subtask 'cats' to cost $0.001, but it cost $0.00325\n" + STATES);
        assertFails(
                () -> assertThat(result).outcome(cats).tookCalls(1),
                "expected subtask 'cats' to take 1 calls, but it took 2\n" + STATES);
        assertFails(() -> assertThat(result).hasShape("cats: note", "brief: brief <- cats"), """
                expected the graph
                  cats: note
                  brief: brief <- cats
                but it is
                  cats: note
                  dogs: note
                  brief: brief <- cats, dogs
                """ + STATES);
    }

    @Test
    void graph_beforeItRuns_hasAShape() {
        var whole = graph.answering(brief);

        assertThat(whole).hasShape("cats: note", "dogs: note", "brief: brief <- cats, dogs");
        assertFails(() -> assertThat(whole).hasShape("cats: note"), """
                expected the graph
                  cats: note
                but it is
                  cats: note
                  dogs: note
                  brief: brief <- cats, dogs""");
    }

    @Test
    void plan_hasAShape_andItemsAreShownBelowTheirSubtask() throws Exception {
        var fan = TaskGraph.builder();
        var each = fan.add("each", NOTE, forEach(List.of(new Topic("a"), new Topic("b"))));
        model.on(NOTE).costing(1_000, 400).replies(new Note("noted"));

        var result = Coordinator.of(model.pools()).run(fan.answering(each), BUDGET);

        assertThat(result)
                .hasShape("each: note")
                .outcome("each")
                .usedTiers()
                .outcome("each#1")
                .hasValue(new Note("noted"))
                .outcome("each#1")
                .usedTiers(Tier.NANO);
        assertFails(() -> assertThat(result).isPartial(), """
                expected a partial run
                the run was complete: Items[2 of 2 succeeded]
                it spent $0.0014 of $0.05
                  [succeeded] each: note $0.0014
                  [succeeded]   each#0   NANO $0.0007
                  [succeeded]   each#1   NANO $0.0007""");
    }

    @Test
    void plannedGraph_showsWiresAndOrders() throws Exception {
        model.onPlan()
                .replies(Crew.plan(
                        Crew.plannedNote("a"),
                        Crew.planned("note", "b", "{\"name\":null}", Crew.wire("name", "a", "text"), "a")));
        model.on(NOTE).replies(new Note("noted"));
        model.onMerge().replies(Crew.merged("done"));

        var result = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .listener(log)
                .build()
                .run(Goal.of("What is there?", Answer.class), Budget.usd("1.00"));

        assertThat(result).isCompleteWith(new Answer("done")).hasShape("a: note", "b: note <- a");
        assertThat(log).ended("a").before("b");
    }

    // --- order

    @Test
    void order_asItWas_passes() throws Exception {
        var gate = new Gate();
        model.on(NOTE).holdUntil(gate).replies(new Note("noted"));
        model.on(BRIEF).replies(new Brief("done"));

        var run = start(
                () -> Coordinator.builder(model.pools()).listener(log).build().run(graph.answering(brief), BUDGET));
        assertThat(model.awaitInFlight(2)).isTrue();
        gate.open();
        run.result();

        assertThat(log)
                .started("cats")
                .before("dogs")
                .started("dogs")
                .before("brief")
                .ended("cats")
                .before("brief")
                .ranTogether("cats", "dogs")
                .neverStarted("birds");
    }

    @Test
    void order_asItWasNot_fails() throws Exception {
        run();

        assertOrderFails(
                () -> assertThat(log).started("dogs").before("cats"),
                "expected the start of 'dogs' before the start of 'cats', but it came behind");
        assertOrderFails(
                () -> assertThat(log).ended("cats").before("brief"),
                "expected the end of 'cats' before that of 'brief', which never started");
        assertOrderFails(
                () -> assertThat(log).started("brief").before("cats"),
                "expected the start of 'brief' before that of 'cats', but there was none");
        assertOrderFails(() -> assertThat(log).neverStarted("cats"), "expected 'cats' never to start");
        assertOrderFails(() -> assertThat(log).ranTogether("cats", "brief"), "expected 'brief' to start");
    }

    @Test
    void ranTogether_ofAChain_fails() throws Exception {
        var chain = TaskGraph.builder();
        var first = chain.add("first", NOTE, new Topic("first"));
        var second = chain.add("second", NOTE, from(first, note -> new Topic(note.text())));
        model.on(NOTE).replies(new Note("noted"));
        Coordinator.builder(model.pools()).listener(log).build().run(chain.answering(second), BUDGET);

        assertOrderFails(
                () -> assertThat(log).ranTogether("first", "second"),
                "expected [first, second] to run together, but 'first' ended before the last of them started");
    }

    private void assertOrderFails(ThrowingCallable assertion, String message) {
        assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessage(message + "\n" + log);
    }
}
