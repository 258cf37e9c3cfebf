// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static dev.cadre.schedule.RunRig.CODE;
import static dev.cadre.schedule.RunRig.answeredBy;
import static dev.cadre.schedule.RunRig.failingFast;
import static dev.cadre.schedule.RunRig.fanOut;
import static dev.cadre.schedule.RunRig.merged;
import static dev.cadre.schedule.RunRig.node;
import static dev.cadre.schedule.RunRig.optional;
import static dev.cadre.schedule.RunRig.softly;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cadre.event.RunEvent;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.ModelException;
import dev.cadre.schedule.RunRig.In;
import dev.cadre.schedule.RunRig.Out;
import dev.cadre.task.Binding;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import dev.cadre.task.Skip;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readiness, skips, fan-out and the end of a run; tiers and money have {@link RunMachineMoneyTest}. */
class RunMachineTest {
    private static final Outcome<Object> CANCELLED = Outcome.failed(Failure.Kind.CANCELLED, "the run was cancelled");

    private static Outcome<Object> value(String label) {
        return new Outcome.Succeeded<>(new Out(label + " done"));
    }

    private static Outcome<Object> refused(String label) {
        return Outcome.failed(Failure.Kind.REFUSED, label + " refused");
    }

    private static Outcome<Object> skippedBecauseOf(String... culprits) {
        String reasons = Stream.of(culprits)
                .map(id -> "REFUSED: %s refused (subtask '%s')".formatted(id, id))
                .collect(Collectors.joining("; "));
        return new Outcome.Skipped<>(new Skip(Skip.Kind.DEPENDENCY, reasons, List.of(culprits)));
    }

    // --- readiness

    @Test
    void subtask_ownDependencySucceeded_startsWhileOthersRun() {
        var rig = merged().plan(node("a"), node("b"), node("c", "a"));
        assertThat(rig.started()).containsExactly("a@NANO", "b@NANO");

        rig.accept("a");

        assertThat(rig.started()).containsExactly("c@NANO");
        assertThat(rig.labelsRunning()).containsExactly("b", "c");
    }

    @Test
    void subtask_twoDependencies_waitsForBoth() {
        var rig = merged().plan(node("a"), node("b"), node("c", "a", "b"));

        rig.accept("b");
        assertThat(rig.started()).doesNotContain("c@NANO");
        rig.accept("a");

        assertThat(rig.started()).containsExactly("c@NANO");
    }

    @Test
    void subtask_admittedWhileThePlanIsOpen_startsAtOnce() {
        var rig = merged().admit(node("a"));
        assertThat(rig.started()).containsExactly("a@NANO");

        rig.accept("a").admit(node("b", "a"));
        assertThat(rig.started()).containsExactly("b@NANO");
        rig.accept("b");

        assertThat(rig.only(RunCommand.StartMerge.class))
                .as("the plan may still grow")
                .isEmpty();
        assertThat(rig.on(new RunInput.PlanEnded(List.of())).merging()).hasSize(2);
    }

    @Test
    void subtask_admittedBeforeItsDependency_waitsForIt() {
        var rig = merged().admit(node("late", "early"), node("early"));
        assertThat(rig.started()).containsExactly("early@NANO");

        assertThat(rig.accept("early").started()).containsExactly("late@NANO");
    }

    @Test
    void subtask_admittedAfterItsDependencyFailed_isSkipped() {
        var rig = merged().admit(node("a")).fail("a").admit(node("b", "a"));

        assertThat(rig.ended("b")).isEqualTo(skippedBecauseOf("a"));
    }

    @Test
    void events_ofARun_comeInOrder() {
        var rig = answeredBy("b").plan(node("a"), node("b", "a")).accept("a").accept("b");

        assertThat(rig.only(RunCommand.Tell.class))
                .extracting(tell -> tell.event().getClass().getSimpleName())
                .containsExactly(
                        "SubtaskAdmitted",
                        "RungStarted",
                        "SubtaskAdmitted",
                        "PlanEnded",
                        "RungEnded",
                        "SubtaskEnded",
                        "RungStarted",
                        "RungEnded",
                        "SubtaskEnded");
    }

    // --- skips

    @Test
    void failure_skipsDependents_namingTheRootCulprits() {
        var rig = merged().plan(node("a"), node("e"), node("b", "a"), node("c", "b"), node("d", "b", "e"), node("free"))
                .fail("a");
        assertThat(rig.ended("b")).isEqualTo(skippedBecauseOf("a"));
        assertThat(rig.ended("c")).isEqualTo(skippedBecauseOf("a"));

        rig.fail("e").accept("free").on(new RunInput.MergeEnded(Merged.of("answer")));

        assertThat(rig.ending().outcomes())
                .containsExactly(
                        Map.entry("a", refused("a")),
                        Map.entry("e", refused("e")),
                        Map.entry("b", skippedBecauseOf("a")),
                        Map.entry("c", skippedBecauseOf("a")),
                        Map.entry("d", skippedBecauseOf("a", "e")),
                        Map.entry("free", value("free")));
    }

    @Test
    void skip_namesEveryCulpritInTheOrderOfItsDependencies_whoeverFailsFirst() {
        var rig = merged().plan(node("a"), node("b"), node("c", "b", "a")).fail("a");
        assertThat(rig.hasEnded()).isFalse();
        assertThat(rig.events(RunEvent.SubtaskEnded.class)).hasSize(1);

        rig.fail("b");

        assertThat(rig.ended("c")).isEqualTo(skippedBecauseOf("b", "a"));
    }

    @Test
    void skip_saysWhyOfThreeCulprits_andCountsTheOthers() {
        var rig = merged().plan(
                        node("a"),
                        node("b"),
                        node("c"),
                        node("d"),
                        node("e", "a", "b", "c"),
                        node("f", "a", "b", "c", "d"))
                .fail("a")
                .fail("b")
                .fail("c")
                .fail("d");

        String three =
                "REFUSED: a refused (subtask 'a'); REFUSED: b refused (subtask 'b'); REFUSED: c refused (subtask 'c')";
        assertThat(rig.outcome("e").reason()).endsWith(three);
        assertThat(rig.outcome("f").reason()).endsWith(three + "; and 1 more");
    }

    @Test
    void softEdge_failed_startsWithoutItsOutput() {
        var rig = merged().plan(node("a"), node("b"), softly("c", "a", "b"));

        rig.fail("a");
        assertThat(rig.labelsRunning()).as("a soft edge waits all the same").containsExactly("b");
        rig.accept("b");

        assertThat(rig.running.get(rig.rung("c")).input()).isEqualTo(new In("[nothing of a, Out[text=b done]]"));
    }

    @Test
    void optionalSubtask_failed_leavesTheRunComplete() {
        var rig = merged().plan(node("a"), optional(node("b")))
                .fail("b")
                .accept("a")
                .on(new RunInput.MergeEnded(Merged.of("answer")));

        assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        assertThat(rig.outcome("b")).isEqualTo(refused("b"));
        assertThat(rig.ending().missing()).isEmpty();
    }

    @Test
    void plan_endsWithADependencyNobodyBrought_skipsItAndItsDependents() {
        var rig = merged().plan(node("a"), node("b", "ghost"), node("c", "b"))
                .accept("a")
                .on(new RunInput.MergeEnded(Merged.of("x")));

        assertThat(rig.outcome("b"))
                .isEqualTo(Outcome.skipped(Skip.Kind.PLAN, "depends on [ghost], which the plan lacks"));
        assertThat(rig.outcome("c"))
                .isEqualTo(new Outcome.Skipped<>(new Skip(
                        Skip.Kind.DEPENDENCY,
                        "PLAN: depends on [ghost], which the plan lacks (subtask 'b')",
                        List.of("b"))));
        assertThat(rig.ending().status()).isEqualTo(RunStatus.PARTIAL);
        assertThat(rig.ending().missing()).extracting(Missing::subtaskId).containsExactly("b", "c");
    }

    // --- inputs

    @Test
    void inputFunction_throws_failsItsSubtaskAlone() {
        var broken = new GraphNode(
                "b",
                RunRig.NOTE,
                new Binding.One(outputs -> {
                    throw new IllegalArgumentException("no such page");
                }),
                List.of(),
                false);
        var asserting = new GraphNode(
                "c",
                RunRig.NOTE,
                new Binding.One(outputs -> {
                    throw new AssertionError("never null");
                }),
                List.of(),
                false);
        var rig = merged().plan(node("a"), broken, asserting);

        assertThat(rig.started()).containsExactly("a@NANO");
        assertThat(rig.ended("b"))
                .isEqualTo(
                        Outcome.failed(
                                Failure.Kind.INVALID_INPUT,
                                "IllegalArgumentException: no such page, thrown by the code that makes the input of subtask 'b'"));
        assertThat(rig.ended("c"))
                .isEqualTo(Outcome.failed(
                        Failure.Kind.INVALID_INPUT,
                        "AssertionError: never null, thrown by the code that makes the input of subtask 'c'"));
    }

    @Test
    void input_ofAnotherType_failsItsSubtask() {
        var rig = merged().plan(new GraphNode("b", RunRig.NOTE, new Binding.One(outputs -> "text"), List.of(), false));

        assertThat(rig.outcome("b"))
                .isEqualTo(Outcome.failed(
                        Failure.Kind.INVALID_INPUT,
                        "IllegalArgumentException: subtask type 'note' takes %s, not java.lang.String, thrown by the code that makes the input of subtask 'b'"
                                .formatted(In.class.getName())));
    }

    // --- fan-out

    @Test
    void fanOut_someItemsFail_bringsAllByIndexInListOrder() {
        var rig = merged().plan(fanOut("f", 3, Binding.MinSuccess.ONE), node("after", "f"));
        assertThat(rig.started()).containsExactly("f#0@NANO", "f#1@NANO", "f#2@NANO");

        rig.accept("f#2").fail("f#1").accept("f#0");
        assertThat(rig.ended("f"))
                .isEqualTo(new Outcome.Succeeded<>(new Items<>(List.of(value("f#0"), refused("f#1"), value("f#2")))));
        rig.accept("after").on(new RunInput.MergeEnded(Merged.of("x")));

        assertThat(rig.ending().status()).isEqualTo(RunStatus.PARTIAL);
        assertThat(rig.ending().missing()).containsExactly(new Missing("f#1", "failed: REFUSED: f#1 refused"));
    }

    @Test
    void fanOut_tooFewItemsSucceed_failsAndSaysWhy() {
        var rig = merged().plan(fanOut("f", 3, items -> 2))
                .accept("f#0")
                .fail("f#1")
                .fail("f#2");

        assertThat(rig.outcome("f"))
                .isEqualTo(Outcome.failed(
                        Failure.Kind.TOO_FEW_ITEMS,
                        "1 of 3 items succeeded, 2 needed; first: failed: REFUSED: f#1 refused"));
    }

    @Test
    void fanOut_emptyList_succeedsWithoutItems() {
        var rig = merged().plan(fanOut("f", 0, Binding.MinSuccess.ONE), node("after", "f"));

        assertThat(rig.ended("f")).isEqualTo(new Outcome.Succeeded<>(new Items<>(List.of())));
        assertThat(rig.started()).containsExactly("after@NANO");
    }

    @Test
    void fanOut_emptyListThoughItemsAreNeeded_fails() {
        var rig = merged().plan(fanOut("f", 0, items -> 1));

        assertThat(rig.outcome("f"))
                .isEqualTo(Outcome.failed(Failure.Kind.TOO_FEW_ITEMS, "0 of 0 items succeeded, 1 needed"));
    }

    @Test
    void fanOut_ofAsManyAsTheLimit_startsAll() {
        assertThat(merged().plan(fanOut("f", 4, items -> 1)).labelsRunning()).hasSize(4);
    }

    @Test
    void fanOut_beyondTheLimit_failsAndStartsNothing() {
        var rig = merged().plan(fanOut("f", 5, Binding.MinSuccess.ONE));

        assertThat(rig.started()).isEmpty();
        assertThat(rig.outcome("f"))
                .isEqualTo(Outcome.failed(
                        Failure.Kind.TOO_MANY_ITEMS, "a list of 5 to fan out over exceeds the limit of 4 items"));
    }

    @Test
    @Timeout(60)
    void fanOut_overAListThatNeverEnds_failsAtTheLimit() {
        var endless = new AbstractList<Object>() {
            @Override
            public Object get(int index) {
                return new In("item " + index);
            }

            @Override
            public int size() {
                return 0;
            }

            @Override
            public Iterator<Object> iterator() {
                return Stream.<Object>generate(() -> get(0)).iterator();
            }
        };
        var each = new Binding.Each(outputs -> endless, Binding.MinSuccess.ONE);

        var rig = merged().plan(new GraphNode("f", CODE, each, List.of(), false));

        assertThat(rig.outcome("f"))
                .isEqualTo(Outcome.failed(
                        Failure.Kind.TOO_MANY_ITEMS, "a list of 5 to fan out over exceeds the limit of 4 items"));
    }

    // --- the end

    @Test
    void merge_begins_withOutcomesInPlanOrderWhateverTheOrderOfArrival() {
        var rig = merged().plan(node("a"), node("b"), node("c"))
                .accept("c")
                .fail("b")
                .accept("a");

        assertThat(rig.merging())
                .containsExactly(
                        new SubtaskOutcome("a", RunRig.NOTE, value("a")),
                        new SubtaskOutcome("b", RunRig.NOTE, refused("b")),
                        new SubtaskOutcome("c", RunRig.NOTE, value("c")));
        assertThat(rig.events(RunEvent.MergeStarted.class))
                .extracting(RunEvent.MergeStarted::succeeded, RunEvent.MergeStarted::total)
                .containsExactly(tuple(2, 3));
    }

    @Test
    void mergedRun_allSucceeded_isComplete() {
        var rig = merged().plan(node("a")).accept("a").on(new RunInput.MergeEnded(Merged.of("answer")));

        assertThat(rig.ending())
                .isEqualTo(new RunEnding(
                        RunStatus.COMPLETE,
                        Merged.of("answer"),
                        null,
                        Map.of("a", value("a")),
                        Map.of(),
                        List.of(),
                        List.of()));
    }

    @Test
    void mergedRun_oneFailed_isPartialAndNamesIt() {
        var rig = merged().plan(node("a"), node("b"))
                .accept("a")
                .fail("b")
                .on(new RunInput.MergeEnded(Merged.of("answer")));

        assertThat(rig.ending().status()).isEqualTo(RunStatus.PARTIAL);
        assertThat(rig.ending().answer()).isEqualTo("answer");
        assertThat(rig.ending().missing()).containsExactly(new Missing("b", "failed: REFUSED: b refused"));
    }

    @Test
    void mergedRun_noneSucceeded_failsWithoutAMerge() {
        var rig = merged().plan(node("a"), optional(node("b"))).fail("a").fail("b");

        assertThat(rig.only(RunCommand.StartMerge.class)).isEmpty();
        assertThat(rig.ending().status()).isEqualTo(RunStatus.FAILED);
        assertThat(rig.ending().failure())
                .hasToString(
                        "NOTHING_SUCCEEDED: REFUSED: a refused (subtask 'a'); 0 of 2 subtasks succeeded [a failed: REFUSED: a refused, "
                                + "b failed: REFUSED: b refused]");
    }

    @Test
    void mergedRun_noneSucceeded_namesTheFirstThatNoOtherIsToBlameFor() {
        var rig = merged().plan(node("b", "a"), node("a")).fail("a");

        assertThat(rig.ending().failure().message())
                .isEqualTo("REFUSED: a refused (subtask 'a'); 0 of 2 subtasks succeeded");
    }

    @Test
    void mergedRun_noneSucceededForWantOfAKey_carriesTheModelsFailure() {
        var badKey = new ModelException.AuthFailed("bad key");
        var rig = merged().plan(node("a"), node("b"));

        rig.end("a", RungEnd.Failed.of(new Failure(Failure.Kind.MODEL_FAILED, "bad key").causedBy(badKey)))
                .fail("b");

        assertThat(rig.ending().failure().cause()).containsSame(badKey);
    }

    @Test
    void run_thatLosesItsPool_saysSoWhateverEndsIt() {
        var badKey = new ModelException.AuthFailed("bad key");
        var paused = new Skip(Skip.Kind.BUDGET, "the pool is stopped", List.of());

        var failed = answeredBy("a").plan(node("a"));
        failed.end("a", RungEnd.Failed.of(new Failure(Failure.Kind.MODEL_FAILED, "bad key").causedBy(badKey)));
        var refused = answeredBy("a").plan(node("a")).end("a", new RungEnd.Refused(paused, badKey));

        var escalated = answeredBy("a").plan(node("a", RunRig.RISING)).reject("a");
        escalated.end("a", new RungEnd.Refused(paused, badKey));

        assertThat(failed.ending().failure().outage()).containsSame(badKey);
        assertThat(refused.ending().failure().outage()).containsSame(badKey);
        assertThat(escalated.ending().failure().outage()).containsSame(badKey);
        assertThat(refused.outcome("a")).isEqualTo(new Outcome.Skipped<>(paused));
    }

    @Test
    void events_ofRungs_sayWhyTheyBroughtNothing() {
        var rig = merged().plan(node("a"), node("b"), node("c"), node("d"), node("e"));

        rig.accept("a").fail("b").reject("c").unaffordable("d", 7).end("e", new RungEnd.Cancelled());

        assertThat(rig.events(RunEvent.RungEnded.class))
                .extracting(RunEvent.RungEnded::result)
                .containsExactly(
                        "accepted",
                        "REFUSED: b refused",
                        "NOT_ACCEPTED: c is poor",
                        "BUDGET: its first call needs up to $0.000000000007",
                        "CANCELLED: it was interrupted");
    }

    @Test
    void subtask_itsOwnRequestRefused_isNoOutage() {
        var tooLong = new ModelException.ContextTooLong("too long");
        var rig = answeredBy("a").plan(node("a"));

        rig.end("a", RungEnd.Failed.of(new Failure(Failure.Kind.MODEL_FAILED, "too long").causedBy(tooLong)));

        assertThat(rig.ending().failure().kind()).isEqualTo(RunFailure.Kind.ANSWER_MISSING);
        assertThat(rig.ending().failure().outage()).isEmpty();
        assertThat(rig.ending().failure().cause()).containsSame(tooLong);
    }

    @Test
    void merge_failed_failsTheRunWithEveryOutcome() {
        var failure = RunFailure.of(RunFailure.Kind.MERGE_FAILED, "wrong shape");
        var rig = merged().plan(node("a")).accept("a").on(new RunInput.MergeFailed(failure));

        assertThat(rig.ending().failure()).isSameAs(failure);
        assertThat(rig.ending().outcomes()).isEqualTo(Map.of("a", value("a")));
    }

    @Test
    void answeredRun_answerSucceeded_isPartialIfAnotherFailed() {
        var rig = answeredBy("a").plan(node("a"), node("b")).accept("a");
        assertThat(rig.hasEnded()).as("the rest is waited for").isFalse();
        rig.fail("b");

        assertThat(rig.ending().status()).isEqualTo(RunStatus.PARTIAL);
        assertThat(rig.ending().answer()).isEqualTo(new Out("a done"));
    }

    @Test
    void answeredRun_callThatCouldNotBeMadeInTime_isADeadline() {
        var late = RungEnd.Failed.of(new Failure(Failure.Kind.DEADLINE, "it cannot be sent in time"));
        var rig = answeredBy("b").plan(node("a"), node("b", "a")).end("a", late);

        assertThat(rig.ending().failure().kind()).isEqualTo(RunFailure.Kind.DEADLINE);
    }

    @Test
    void answeredRun_answerFailed_says_why() {
        var rig = answeredBy("b").plan(node("a"), node("b", "a")).fail("a");

        assertThat(rig.ending().failure())
                .hasToString(
                        "ANSWER_MISSING: REFUSED: a refused (subtask 'a'), so subtask 'b', which brings the answer, was skipped");
    }

    @Test
    void planner_failedBeforeAnything_failsTheRun() {
        var failure = RunFailure.of(RunFailure.Kind.PLAN_REJECTED, "nothing fits", List.of("a: unknown type"));
        var rig = merged().on(new RunInput.PlanFailed(failure));

        assertThat(rig.ending())
                .isEqualTo(new RunEnding(RunStatus.FAILED, null, failure, Map.of(), Map.of(), List.of(), List.of()));
    }

    @Test
    void planner_failedAfterSomething_leavesTheRunPartial() {
        var rig = merged().admit(node("a"))
                .accept("a")
                .on(new RunInput.PlanFailed(RunFailure.of(RunFailure.Kind.PLANNER_FAILED, "lost")))
                .on(new RunInput.MergeEnded(Merged.of("answer")));

        assertThat(rig.ending().status()).isEqualTo(RunStatus.PARTIAL);
        assertThat(rig.ending().missing()).containsExactly(new Missing("planner", "PLANNER_FAILED: lost"));
    }

    @Test
    void plan_thatLostSomething_leavesTheRunPartial() {
        var rig = merged().admit(node("a"))
                .accept("a")
                .on(new RunInput.PlanEnded(List.of("b: unknown type"), List.of("b: unknown type")))
                .on(new RunInput.MergeEnded(Merged.of("answer")));

        assertThat(rig.ending().status()).isEqualTo(RunStatus.PARTIAL);
        assertThat(rig.ending().missing()).containsExactly(new Missing("planner", "b: unknown type"));
        assertThat(rig.events(RunEvent.PlanEnded.class).getFirst().defects()).containsExactly("b: unknown type");
    }

    @Test
    void machine_afterTheEnd_wantsNothing() {
        var rig = answeredBy("a").plan(node("a")).accept("a");
        int before = rig.commands.size();

        rig.admit(node("b")).on(new RunInput.Cancelled());

        assertThat(rig.commands).hasSize(before);
    }

    // --- stops

    @Test
    void failFast_firstFailure_interruptsTheRestAndEndsWithoutAMerge() {
        var rig = failingFast()
                .plan(node("a"), node("b"), node("c", "b"), node("d", "a"))
                .fail("a");

        assertThat(rig.stopped()).containsExactly("b");
        assertThat(rig.hasEnded()).as("what runs is waited for").isFalse();
        rig.end("b", new RungEnd.Cancelled());

        String why = "subtask 'a' failed in a run that fails fast";
        assertThat(rig.ending().outcomes())
                .containsExactly(
                        Map.entry("a", refused("a")),
                        Map.entry("b", Outcome.failed(Failure.Kind.CANCELLED, why)),
                        Map.entry("c", Outcome.skipped(Skip.Kind.FAIL_FAST, why)),
                        Map.entry("d", Outcome.skipped(Skip.Kind.FAIL_FAST, why)));
        assertThat(rig.ending().failure()).hasToString("FAILED_FAST: " + why);
    }

    @Test
    void failFast_optionalFailure_stopsNothing() {
        var rig = failingFast().plan(node("a"), optional(node("b"))).fail("b");

        assertThat(rig.stopped()).isEmpty();
        assertThat(rig.labelsRunning()).containsExactly("a");
    }

    @Test
    void failFast_inputThatCannotBeMade_startsNothingAfterIt() {
        var rig = failingFast().plan(fanOut("f", 5, Binding.MinSuccess.ONE), node("a"));

        assertThat(rig.started()).isEmpty();
        assertThat(rig.ending().failure().kind()).isEqualTo(RunFailure.Kind.FAILED_FAST);
    }

    @Test
    void cancel_interruptsPlannerAndRungs_skipsTheRest() {
        var rig = merged().admit(node("a"), node("b", "a")).on(new RunInput.Cancelled());

        assertThat(rig.only(RunCommand.StopWork.class))
                .extracting(RunCommand.StopWork::planner)
                .containsExactly(true);
        assertThat(rig.stopped()).containsExactly("a");
        rig.admit(node("c"))
                .end("a", new RungEnd.Cancelled())
                .on(new RunInput.PlanFailed(RunFailure.of(RunFailure.Kind.PLANNER_FAILED, "interrupted")));

        Outcome<Object> skipped = Outcome.skipped(Skip.Kind.CANCELLED, "the run was cancelled");
        assertThat(rig.ending().outcomes())
                .containsExactly(Map.entry("a", CANCELLED), Map.entry("b", skipped), Map.entry("c", skipped));
        assertThat(rig.ending().failure()).hasToString("CANCELLED: the run was cancelled");
    }

    @Test
    void workTime_upWithSomethingDone_mergesIt() {
        var rig =
                merged().plan(node("a"), node("b"), node("c", "b")).accept("a").on(new RunInput.WorkTimeUp());
        assertThat(rig.stopped()).containsExactly("b");

        rig.end("b", new RungEnd.Cancelled());
        assertThat(rig.merging()).hasSize(3);
        rig.on(new RunInput.MergeEnded(Merged.of("answer")));

        assertThat(rig.ending().status()).isEqualTo(RunStatus.PARTIAL);
        assertThat(rig.outcome("b")).isEqualTo(Outcome.failed(Failure.Kind.DEADLINE, "the time for workers ran out"));
        assertThat(rig.outcome("c")).isEqualTo(Outcome.skipped(Skip.Kind.DEADLINE, "the time for workers ran out"));
    }

    @Test
    void workTime_upThoughTheRungEndedInTime_keepsItsValue() {
        var rig = merged().plan(node("a"))
                .on(new RunInput.WorkTimeUp())
                .accept("a")
                .on(new RunInput.MergeEnded(Merged.of("answer")));

        assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
    }

    @Test
    void workTime_upWhileThePlanIsWritten_isPartialThoughEverySubtaskSucceeded() {
        var rig = merged().admit(node("a"))
                .accept("a")
                .on(new RunInput.WorkTimeUp())
                .on(new RunInput.PlanFailed(RunFailure.of(RunFailure.Kind.CANCELLED, "the planner was interrupted")))
                .on(new RunInput.MergeEnded(Merged.of("answer")));

        assertThat(rig.ending().status()).isEqualTo(RunStatus.PARTIAL);
        assertThat(rig.ending().missing())
                .containsExactly(new Missing("planner", "DEADLINE: the time for workers ran out"));
    }

    @Test
    void workTime_upWithNothingDone_failsForTheDeadline() {
        var rig = merged().plan(node("a")).on(new RunInput.WorkTimeUp()).end("a", new RungEnd.Cancelled());

        assertThat(rig.ending().failure()).hasToString("DEADLINE: the time for workers ran out");
    }

    @Test
    void cancel_afterTheWorkTimeWasUp_leavesNothingToMerge() {
        var rig = merged().plan(node("a"), node("b"))
                .accept("a")
                .on(new RunInput.WorkTimeUp())
                .on(new RunInput.Cancelled())
                .end("b", new RungEnd.Cancelled());

        assertThat(rig.ending().failure()).hasToString("CANCELLED: the run was cancelled");
    }

    @Test
    void rung_abandoned_endsItsSubtaskAndItsLateEndCountsNoMore() {
        var rig = merged().plan(node("a"), node("b")).accept("b").on(new RunInput.WorkTimeUp());
        RungId late = rig.rung("a");

        rig.on(new RunInput.RungAbandoned(late, "thread-7")).end(late, new RungEnd.Accepted(new Out("late")));
        rig.on(new RunInput.MergeEnded(Merged.of("answer")));

        assertThat(rig.events(RunEvent.WorkAbandoned.class))
                .extracting(RunEvent.WorkAbandoned::subtaskId, RunEvent.WorkAbandoned::thread)
                .containsExactly(tuple("a", "thread-7"));
        assertThat(rig.outcome("a")).isEqualTo(Outcome.failed(Failure.Kind.DEADLINE, "the time for workers ran out"));
    }

    @Test
    void rung_cancelledByItsOwnCode_doesNotBlameTheRun() {
        var rig = answeredBy("a").plan(node("a", CODE)).end("a", new RungEnd.Cancelled());

        assertThat(rig.outcome("a")).isEqualTo(Outcome.failed(Failure.Kind.CANCELLED, "it was interrupted"));
    }

    @Test
    void rung_cancelledBeforeItsFirstCall_neverBegan_unlessARungBeforeItDid() {
        var stopped = answeredBy("a").plan(node("a", RunRig.RISING));
        stopped.end("a", new RungEnd.Cancelled(false));
        var escalated = answeredBy("a").plan(node("a", RunRig.RISING)).reject("a");
        escalated.end("a", new RungEnd.Cancelled(false));

        assertThat(stopped.outcome("a")).isEqualTo(Outcome.skipped(Skip.Kind.CANCELLED, "it was interrupted"));
        assertThat(escalated.outcome("a")).isEqualTo(Outcome.failed(Failure.Kind.CANCELLED, "it was interrupted"));
    }

    @Test
    void optionalSubtask_thatWaits_isLookedAtAgainWhenARungIsAbandoned() {
        var rig = merged();
        rig.money = RunRig.money(1_000, 0, 950);
        rig.plan(node("first"), optional(node("extra", RunRig.BEST)));
        assertThat(rig.started()).containsExactly("first@NANO");

        rig.money = RunRig.money(1_000, 0, 0);
        rig.on(new RunInput.RungAbandoned(rig.rung("first"), "thread-7"));

        assertThat(rig.started()).containsExactly("extra@FLAGSHIP");
    }

    @Test
    void events_haveTheTimeSinceTheStartOfTheRun() {
        var second = Duration.ofSeconds(1);
        var rig = merged().later(second)
                .admit(node("a", RunRig.RISING), node("b"))
                .later(second)
                .on(new RunInput.PlanEnded(List.of()))
                .later(second)
                .reject("a")
                .later(second)
                .accept("a")
                .later(second)
                .on(new RunInput.RungAbandoned(new RungId("b", -1, 0), "thread-7"));

        assertThat(rig.only(RunCommand.Tell.class))
                .extracting(tell -> "%s %d s"
                        .formatted(
                                tell.event().getClass().getSimpleName(),
                                tell.event().at().toSeconds()))
                .containsExactly(
                        "SubtaskAdmitted 1 s",
                        "RungStarted 1 s",
                        "SubtaskAdmitted 1 s",
                        "RungStarted 1 s",
                        "PlanEnded 2 s",
                        "RungEnded 3 s",
                        "RungStarted 3 s",
                        "RungEnded 4 s",
                        "SubtaskEnded 4 s",
                        "WorkAbandoned 5 s",
                        "SubtaskEnded 5 s",
                        "MergeStarted 5 s");
    }

    // --- purity

    @Test
    void sameInputs_sameCommands() {
        var runs = new ArrayList<List<String>>();
        for (int i = 0; i < 2; i++) {
            var rig = merged().plan(
                            node("a"), fanOut("f", 3, items -> 2, "a"), softly("s", "f"), node("b", RunRig.RISING))
                    .reject("b")
                    .accept("a")
                    .accept("f#1")
                    .fail("f#0")
                    .fail("f#2")
                    .accept("s")
                    .reject("b")
                    .accept("b")
                    .on(new RunInput.MergeEnded(Merged.of("answer")));
            runs.add(rig.commands.stream().map(String::valueOf).toList());
        }

        assertThat(runs.get(0)).isEqualTo(runs.get(1)).hasSizeGreaterThan(20);
    }
}
