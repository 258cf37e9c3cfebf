// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.event.RunEvent;
import dev.cadre.merge.Merged;
import dev.cadre.model.Tier;
import dev.cadre.schedule.RunRig.In;
import dev.cadre.schedule.RunRig.Out;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.worker.RungEnd;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Conditions, races, quorums, repetition and fan-outs over fan-outs, decided by a machine that is fed by hand. */
class FlowTest {
    private static final SubtaskType<In, Out> NOTE = RunRig.NOTE;

    private final TaskGraph.Builder graph = TaskGraph.builder();

    private SubtaskRef<Out> note(String id) {
        return graph.add(id, NOTE, new In(id));
    }

    private SubtaskRef<Out> of(String id, SubtaskRef<Out> from) {
        return graph.add(id, NOTE, Input.from(from, out -> new In(id + " of " + out.text())));
    }

    private static RunRig run(RunRig rig, TaskGraph<?> made) {
        return rig.on(new RunInput.Admitted(made.nodes())).on(new RunInput.PlanEnded(List.of()));
    }

    private RunRig run(SubtaskRef<?> answer) {
        return run(RunRig.answeredBy(answer.id()), graph.answering(answer));
    }

    private static RunRig say(RunRig rig, String label, String text) {
        return rig.end(label, new RungEnd.Accepted(new Out(text)));
    }

    private static Skip.Kind skipped(Outcome<?> outcome) {
        return ((Outcome.Skipped<?>) outcome).skip().kind();
    }

    private static Object value(RunRig rig, String id) {
        return ((Outcome.Succeeded<?>) rig.ended(id)).value();
    }

    private static List<String> dropped(RunRig rig) {
        return rig.only(RunCommand.DropWork.class).stream()
                .flatMap(drop -> drop.rungs().stream())
                .map(RungId::label)
                .toList();
    }

    /** Subtasks that an earlier session ended. */
    private static EarlierOutcomes ended(String... labels) {
        Set<String> known = Set.of(labels);
        return (id, item, type, input) -> known.contains(new RungId(id, item, 0).label())
                ? Optional.of(EarlierOutcome.recorded(new Outcome.Succeeded<>(new Out("earlier " + id))))
                : Optional.empty();
    }

    /** An earlier session did without it. */
    private static EarlierOutcomes needless(String id, Outcome<Object> end) {
        return new EarlierOutcomes() {
            @Override
            public Optional<EarlierOutcome> outcome(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
                return Optional.empty();
            }

            @Override
            public Optional<Outcome<Object>> needless(String subtaskId) {
                return subtaskId.equals(id) ? Optional.of(end) : Optional.empty();
            }
        };
    }

    @Test
    void endOfAnEarlierSession_doesNotFailThisOneFast() {
        SubtaskRef<Out> lost = note("lost");
        SubtaskRef<Out> end = note("end");
        graph.after(end, lost.ifSucceeded());
        var rig = run(
                RunRig.failingFast().recalling(needless("lost", Outcome.failed(Failure.Kind.REFUSED, "in session 1"))),
                graph.answering(end));

        assertThat(rig.labelsRunning()).containsExactly("end");
    }

    @Test
    void loserThatIsCutOff_isNotPutOnRecord_ifOthersWantToKnowOfIt() {
        SubtaskRef<Out> first = note("first");
        SubtaskRef<Out> cut = note("cut");
        SubtaskRef<Out> lost = note("lost");
        SubtaskRef<Out> race = graph.race("race", first, cut, lost);
        SubtaskRef<Out> end = of("end", race);
        graph.after(end, cut.ifSucceeded());
        var rig = run(RunRig.answeredBy("end"), graph.answering(end)).accept("first");
        assertThat(dropped(rig)).containsExactly("lost");

        rig.on(new RunInput.WorkTimeUp());
        rig.end("cut", new RungEnd.Cancelled()).end("lost", new RungEnd.Cancelled());

        assertThat(rig.events(RunEvent.Joined.class))
                .extracting(RunEvent.Joined::without)
                .containsExactly(List.of("lost"));
    }

    @Test
    void deadlineOfAnEarlierSession_isNotTheCauseNow() {
        SubtaskRef<Out> lost = note("lost");
        SubtaskRef<Out> end = note("end");
        graph.after(end, lost.ifSucceeded());
        var rig = run(
                RunRig.answeredBy("end")
                        .recalling(needless("lost", Outcome.skipped(Skip.Kind.DEADLINE, "in session 1"))),
                graph.answering(end));
        rig.fail("end");

        assertThat(rig.ending().failure().kind()).isEqualTo(RunFailure.Kind.ANSWER_MISSING);
    }

    @Nested
    class Conditions {
        private final SubtaskRef<Out> kind = note("kind");
        private final SubtaskRef<Out> complaint = of("complaint", kind);
        private final SubtaskRef<Out> praise = of("praise", kind);

        Conditions() {
            graph.when(complaint, kind, "it is a complaint", out -> out.text().equals("complaint"));
            graph.when(praise, kind, "it is praise", out -> out.text().equals("praise"));
        }

        @Test
        void branch_whoseConditionDoesNotHold_isNotNeededAndTheRunLacksNothing() {
            SubtaskRef<Out> reply = graph.race("reply", complaint, praise);
            var rig = say(run(reply), "kind", "praise");

            assertThat(rig.labelsRunning()).containsExactly("praise");
            assertThat(rig.ended("complaint"))
                    .isEqualTo(new Outcome.Skipped<>(new Skip(
                            Skip.Kind.NOT_NEEDED,
                            "a condition does not hold: it is a complaint (of 'kind')",
                            List.of("kind"))));
            rig.accept("praise");
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
            assertThat(rig.ending().answer()).isEqualTo(new Out("praise done"));
        }

        @Test
        void dependentsOfABranch_areNotNeededEither() {
            SubtaskRef<Out> more = of("more", complaint);
            var rig = say(run(RunRig.merged(), graph.answering(more)), "kind", "praise");

            assertThat(skipped(rig.ended("more"))).isEqualTo(Skip.Kind.NOT_NEEDED);
            rig.accept("praise").on(new RunInput.MergeEnded(Merged.of("answer")));
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void dependentOfABranchAndOfAFailure_isMissing() {
            SubtaskRef<Out> other = note("other");
            SubtaskRef<Out> both = graph.add("both", NOTE, Input.from(complaint, other, (a, b) -> new In("both")));
            var rig = say(run(RunRig.merged(), graph.answering(both)), "kind", "praise");
            rig.fail("other").accept("praise").on(new RunInput.MergeEnded(Merged.of("answer")));

            assertThat(skipped(rig.ended("both"))).isEqualTo(Skip.Kind.DEPENDENCY);
            assertThat(rig.ending().missing()).extracting(Missing::subtaskId).containsExactly("other", "both");
        }

        @Test
        void decider_fails_skipsBothBranchesForItsSake() {
            SubtaskRef<Out> reply = graph.race("reply", complaint, praise);
            var rig = run(reply).fail("kind");

            assertThat(skipped(rig.outcome("complaint"))).isEqualTo(Skip.Kind.DEPENDENCY);
            assertThat(rig.outcome("reply"))
                    .isEqualTo(new Outcome.Skipped<>(
                            new Skip(Skip.Kind.DEPENDENCY, "REFUSED: kind refused (subtask 'kind')", List.of("kind"))));
            assertThat(rig.ending().status()).isEqualTo(RunStatus.FAILED);
        }

        @Test
        void answer_thatIsNotNeeded_failsTheRunAndSaysWhy() {
            var rig = say(run(complaint), "kind", "praise").accept("praise");

            assertThat(rig.ending().failure().message())
                    .isEqualTo(
                            "NOT_NEEDED: a condition does not hold: it is a complaint (of 'kind'), so subtask 'complaint', which brings the answer, was skipped");
        }

        @Test
        void condition_thatThrows_failsItsSubtaskAlone() {
            graph.when(praise, kind, "it is short", out -> {
                throw new IllegalStateException("no length");
            });
            var rig = say(run(RunRig.merged(), graph.answering(complaint)), "kind", "praise");

            assertThat(((Outcome.Failed<?>) rig.ended("praise")).failure().kind())
                    .isEqualTo(Failure.Kind.INVALID_INPUT);
            assertThat(rig.ended("praise").reason())
                    .contains("no length, thrown by the test of 'it is short', a condition of subtask 'praise'");
        }

        @Test
        void softCondition_letsWorkBeDoneBecauseOtherWorkFailed() {
            SubtaskRef<Out> first = note("first");
            SubtaskRef<Out> instead = note("instead");
            graph.when(instead, first.ifSucceeded(), "the first failed", Optional::isEmpty);
            SubtaskRef<Out> either = graph.race("either", first, instead);
            var rig = run(either);
            assertThat(rig.labelsRunning()).doesNotContain("instead");

            rig.fail("first").accept("instead");
            say(rig, "kind", "other");
            assertThat(rig.ending().answer()).isEqualTo(new Out("instead done"));
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }
    }

    @Nested
    class Races {
        private final SubtaskRef<Out> quick = note("quick");
        private final SubtaskRef<Out> half = note("half");
        private final SubtaskRef<Out> slow = of("slow", half);
        private final SubtaskRef<Out> race = graph.race("race", quick, slow);

        @Test
        void firstToSucceed_wins_andTheRestIsGivenUp() {
            var rig = run(race).accept("quick");

            assertThat(dropped(rig)).containsExactly("half");
            assertThat(skipped(rig.ended("slow"))).isEqualTo(Skip.Kind.NOT_NEEDED);
            rig.end("half", new RungEnd.Cancelled());
            assertThat(skipped(rig.outcome("half"))).isEqualTo(Skip.Kind.NOT_NEEDED);
            assertThat(rig.ending().answer()).isEqualTo(new Out("quick done"));
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void loser_thatIsLeftBehind_doesNotHoldUpTheRun() {
            var rig = run(race).accept("quick").on(new RunInput.RungAbandoned(new RungId("half", -1, 0), "thread"));

            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void loser_thatFailedBefore_isNotMissing() {
            var rig = run(race).fail("quick").accept("half").accept("slow");

            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
            assertThat(rig.outcome("quick").isSucceeded()).isFalse();
        }

        @Test
        void loserOfAFailFastRun_failsNobodyElse_butARaceWithoutAWinnerDoes() {
            var graph = TaskGraph.builder();
            SubtaskRef<Out> a = graph.add("a", NOTE, new In("a"));
            SubtaskRef<Out> b = graph.add("b", NOTE, new In("b"));
            graph.add("other", NOTE, new In("other"));
            var made = graph.answering(graph.race("race", a, b));
            var rig = run(RunRig.failingFast(), made).fail("a");
            assertThat(rig.labelsRunning()).containsExactly("b", "other");
            rig.fail("b");
            assertThat(rig.stopped()).containsExactly("other");
        }

        @Test
        void noRunner_succeeds_skipsTheRaceForTheirSake() {
            var rig = run(race).fail("quick").fail("half");

            assertThat(rig.outcome("race"))
                    .isEqualTo(new Outcome.Skipped<>(new Skip(
                            Skip.Kind.DEPENDENCY,
                            "REFUSED: quick refused (subtask 'quick'); REFUSED: half refused (subtask 'half')",
                            List.of("quick", "half"))));
        }

        @Test
        void runner_thatOthersNeedToo_goesOn() {
            SubtaskRef<Out> report = of("report", half);
            var rig = run(RunRig.merged(), graph.answering(report)).accept("quick");

            assertThat(dropped(rig)).isEmpty();
            assertThat(rig.labelsRunning()).containsExactly("half");
        }

        @Test
        void race_thatDependsOnOthersToo_takesNoneOfThemForARunner() {
            SubtaskRef<Out> kind = note("kind");
            graph.when(race, kind, "it matters", out -> out.text().equals("yes"));
            graph.after(race, note("before"));
            var rig = say(run(race), "kind", "yes").accept("before");

            assertThat(rig.labelsRunning()).containsExactly("quick", "half");
            rig.accept("quick").end("half", new RungEnd.Cancelled());
            assertThat(rig.ending().answer()).isEqualTo(new Out("quick done"));
        }

        @Test
        void race_whoseConditionDoesNotHold_isNotNeeded() {
            SubtaskRef<Out> kind = note("kind");
            graph.when(race, kind, "it matters", out -> out.text().equals("yes"));
            var rig = say(run(RunRig.merged(), graph.answering(race)), "kind", "no");
            rig.accept("quick").end("half", new RungEnd.Cancelled());

            assertThat(skipped(rig.ended("race"))).isEqualTo(Skip.Kind.NOT_NEEDED);
        }

        @Test
        void race_behindSomethingThatFailed_isSkippedForItsSake() {
            graph.after(race, note("before"));
            var rig = run(race)
                    .accept("quick")
                    .end("half", new RungEnd.Cancelled())
                    .fail("before");

            assertThat(((Outcome.Skipped<?>) rig.outcome("race")).skip().because())
                    .containsExactly("before");
        }

        @Test
        void race_inARoundOfALoop_hasItsOwnWinner() {
            SubtaskRef<Out> draft = note("draft");
            SubtaskRef<Out> result = graph.repeat(
                    "loop",
                    draft,
                    2,
                    "fine",
                    out -> out.text().equals("fine"),
                    last -> graph.race("either", of("one", last), of("other", last)));
            var rig = say(run(result), "draft", "poor");
            say(rig, "loop.1.other", "fine").end("loop.1.one", new RungEnd.Cancelled());
            rig.accept("quick").end("half", new RungEnd.Cancelled());

            assertThat(rig.ending().answer()).isEqualTo(new Out("fine"));
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void loser_thatTwoRacesHave_isGivenUpWhenBothAreDecided() {
            SubtaskRef<Out> both = graph.race("both", slow, quick);
            SubtaskRef<Out> pair = graph.add("pair", NOTE, Input.from(race, both, (a, b) -> new In("pair")));
            var rig = run(pair).accept("quick");

            assertThat(dropped(rig)).containsExactly("half");
            rig.end("half", new RungEnd.Cancelled()).accept("pair");
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void loserThatWaits_andThatOthersNeed_suspendsTheRun() {
            SubtaskRef<Out> detail = of("detail", half);
            var waits = new RungEnd.Refused(new Skip(Skip.Kind.AWAITED, "Mia", List.of()), null);
            var rig = run(RunRig.merged(), graph.answering(detail))
                    .accept("quick")
                    .end("half", waits);

            assertThat(rig.ending().status()).isEqualTo(RunStatus.SUSPENDED);
            assertThat(rig.events(RunEvent.Joined.class).getFirst().without()).doesNotContain("half");
        }

        @Test
        void loserThatFailed_andThatOthersNeed_isTriedAgainByTheNextSession() {
            SubtaskRef<Out> detail = of("detail", quick);
            var rig = run(RunRig.merged(), graph.answering(detail))
                    .fail("quick")
                    .accept("half")
                    .accept("slow")
                    .on(new RunInput.MergeEnded(Merged.of("answer")));

            assertThat(rig.ending().missing()).extracting(Missing::subtaskId).containsExactly("quick", "detail");
            assertThat(rig.events(RunEvent.Joined.class).getFirst().without()).isEmpty();
        }

        @Test
        void loopThatLosesARace_doesNotWinItWithWhatItsRuleRejected() {
            SubtaskRef<Out> loop =
                    graph.repeat("loop", quick, 2, "fine", out -> out.text().equals("fine"), last -> of("more", last));
            SubtaskRef<Out> other = note("other");
            var rig = run(graph.race("won", loop, other)).accept("quick");
            rig.accept("other").end("loop.1.more", new RungEnd.Cancelled());
            rig.end("half", new RungEnd.Cancelled());

            assertThat(rig.ending().answer()).isEqualTo(new Out("other done"));
            assertThat(skipped(rig.outcome("loop"))).isEqualTo(Skip.Kind.NOT_NEEDED);
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void loopWhoseRuleNeverHeld_isNotMissingIfOthersWin() {
            SubtaskRef<Out> other = note("other");
            SubtaskRef<Out> loop = graph.repeat(
                    "loop", note("draft"), 1, "fine", out -> out.text().equals("fine"), last -> of("more", last));
            SubtaskRef<Out> behind = of("behind", loop);
            var rig = run(graph.race("won", other, behind)).accept("quick").end("half", new RungEnd.Cancelled());
            rig.accept("draft").accept("loop.1.more").fail("behind").accept("other");

            assertThat(rig.ending().missing()).isEmpty();
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void deadline_whileTheLosersEnd_leavesTheWinner() {
            var rig = run(race).accept("quick").on(new RunInput.WorkTimeUp());
            rig.end("half", new RungEnd.Cancelled());

            assertThat(rig.ending().answer()).isEqualTo(new Out("quick done"));
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void rejectedLoser_doesNotEscalate() {
            var graph = TaskGraph.builder();
            SubtaskRef<Out> a = graph.add("a", NOTE, new In("a"));
            SubtaskRef<Out> b = graph.add("b", RunRig.RISING, new In("b"));
            var rig = run(RunRig.answeredBy("race"), graph.answering(graph.race("race", a, b)))
                    .accept("a")
                    .reject("b");

            assertThat(rig.labelsRunning()).isEmpty();
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void loser_thatSucceedsAllTheSame_hasNotWon() {
            var graph = TaskGraph.builder();
            SubtaskRef<Out> a = graph.add("a", NOTE, new In("a"));
            SubtaskRef<Out> b = graph.add("b", NOTE, new In("b"));
            var rig = run(RunRig.answeredBy("race"), graph.answering(graph.race("race", a, b)))
                    .accept("b")
                    .accept("a");

            assertThat(rig.ending().answer()).isEqualTo(new Out("b done"));
            assertThat(rig.outcome("a").isNotNeeded()).isTrue();
        }

        @Test
        void resumedRun_whoseRaceIsDecided_startsNobody() {
            // "half" was cancelled in the earlier session: nothing of it is on record
            var rig = run(RunRig.answeredBy("race").recalling(ended("quick")), graph.answering(race));

            assertThat(rig.started()).isEmpty();
            assertThat(rig.ending().answer()).isEqualTo(new Out("earlier quick"));
        }

        @Test
        void resumedRun_whoseWinnerComesLaterInTheGraph_startsNobody() {
            var rig = run(RunRig.answeredBy("race").recalling(ended("half", "slow")), graph.answering(race));

            assertThat(rig.started()).isEmpty();
            assertThat(rig.ending().answer()).isEqualTo(new Out("earlier slow"));
        }

        @Test
        void raceThatWasCancelled_endsLikeAnyOther() {
            var rig = run(race).on(new RunInput.Cancelled());
            rig.end("quick", new RungEnd.Cancelled()).end("half", new RungEnd.Cancelled());

            assertThat(rig.ending().status()).isEqualTo(RunStatus.FAILED);
            assertThat(rig.running).isEmpty();
        }

        @Test
        void runnerThatWaitsForSomebody_doesNotSuspendADecidedRace() {
            var waits = new RungEnd.Refused(new Skip(Skip.Kind.AWAITED, "Mia", List.of()), null);
            var rig = run(race).end("half", waits).accept("quick");

            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void runnerThatWaitsForSomebody_suspendsARaceThatNobodyWon() {
            var waits = new RungEnd.Refused(new Skip(Skip.Kind.AWAITED, "Mia", List.of()), null);
            var rig = run(race).end("half", waits).fail("quick");

            assertThat(rig.ending().status()).isEqualTo(RunStatus.SUSPENDED);
        }
    }

    @Nested
    class Quorums {
        private final List<SubtaskRef<Out>> members =
                IntStream.range(0, 4).mapToObj(i -> note("m" + i)).toList();

        @Test
        void soManyAsAreEnough_endTheRest() {
            var rig = run(graph.quorum("q", 2, members)).accept("m3").fail("m0").accept("m1");

            assertThat(dropped(rig)).containsExactly("m2");
            rig.end("m2", new RungEnd.Cancelled());
            assertThat(rig.ending().answer()).isEqualTo(List.of(new Out("m1 done"), new Out("m3 done")));
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void tooFew_skipTheQuorumForTheirSake() {
            var rig = run(graph.quorum("q", 3, members))
                    .accept("m3")
                    .fail("m0")
                    .fail("m1")
                    .accept("m2");

            assertThat(skipped(rig.outcome("q"))).isEqualTo(Skip.Kind.DEPENDENCY);
        }

        @Test
        void fanOut_ofWhichSoManyItemsAreEnough_endsTheRest() {
            var some = graph.add(
                    "f",
                    NOTE,
                    Input.forEach(List.of(new In("0"), new In("1"), new In("2")))
                            .enough(1));
            var rig = run(RunRig.answeredBy("f"), graph.answering(some))
                    .fail("f#0")
                    .accept("f#2");

            assertThat(dropped(rig)).containsExactly("f#1");
            members.forEach(each -> rig.accept(each.id()));
            rig.end("f#1", new RungEnd.Cancelled());
            var items = (Items<?>) rig.ending().answer();
            assertThat(items.values()).isEqualTo(List.of(new Out("f#2 done")));
            assertThat(skipped(items.outcomes().get(1))).isEqualTo(Skip.Kind.NOT_NEEDED);
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void resumedFanOut_thatHadEnough_startsNothing() {
            var graph = TaskGraph.builder();
            var some = graph.add(
                    "f",
                    NOTE,
                    Input.forEach(List.of(new In("0"), new In("1"), new In("2")))
                            .enough(1));
            var rig = run(RunRig.answeredBy("f").recalling(ended("f#2")), graph.answering(some));

            assertThat(rig.started()).isEmpty();
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        }

        @Test
        void fanOut_thatNeverHasEnough_fails() {
            var graph = TaskGraph.builder();
            var some = graph.add(
                    "f", NOTE, Input.forEach(List.of(new In("0"), new In("1"))).enough(2));
            var rig = run(RunRig.answeredBy("f"), graph.answering(some))
                    .accept("f#0")
                    .fail("f#1");

            assertThat(((Outcome.Failed<?>) rig.outcome("f")).failure().kind()).isEqualTo(Failure.Kind.TOO_FEW_ITEMS);
        }
    }

    @Nested
    class Repetition {
        private final SubtaskRef<Out> draft = note("draft");

        private SubtaskRef<Out> polish(int most) {
            return graph.repeat(
                    "polish",
                    draft,
                    most,
                    "the critic has no objection",
                    out -> out.text().equals("fine"),
                    last -> of("revised", of("critique", last)));
        }

        @Test
        void rule_thatHoldsOfTheFirst_needsNoRound() {
            var rig = say(run(polish(2)), "draft", "fine");

            assertThat(rig.ending().answer()).isEqualTo(new Out("fine"));
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
            assertThat(skipped(rig.outcome("polish.2.revised"))).isEqualTo(Skip.Kind.NOT_NEEDED);
        }

        @Test
        void rule_thatHoldsAfterARound_endsTheRepetition() {
            var rig = say(run(polish(3)), "draft", "poor").accept("polish.1.critique");
            say(rig, "polish.1.revised", "fine");

            assertThat(rig.ending().answer()).isEqualTo(new Out("fine"));
            assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
            assertThat(rig.outcome("polish.2.critique").reason())
                    .isEqualTo(
                            "skipped: NOT_NEEDED: the rule 'the critic has no objection' holds (of 'polish.1.revised')");
        }

        @Test
        void rule_thatNeverHolds_leavesTheLastOneAndMakesTheRunPartial() {
            var rig = say(run(polish(2)), "draft", "poor")
                    .accept("polish.1.critique")
                    .accept("polish.1.revised")
                    .accept("polish.2.critique")
                    .accept("polish.2.revised");

            assertThat(rig.ending().answer()).isEqualTo(new Out("polish.2.revised done"));
            assertThat(rig.ending().missing())
                    .containsExactly(new Missing(
                            "polish", "its rule 'the critic has no objection' does not hold after 2 rounds"));
        }

        @Test
        void round_thatFails_leavesTheOneBefore() {
            var rig = say(run(polish(3)), "draft", "poor")
                    .accept("polish.1.critique")
                    .accept("polish.1.revised")
                    .fail("polish.2.critique");

            assertThat(rig.ending().answer()).isEqualTo(new Out("polish.1.revised done"));
            assertThat(rig.ending().status()).isEqualTo(RunStatus.PARTIAL);
            assertThat(rig.ending().missing())
                    .contains(new Missing(
                            "polish",
                            "its rule 'the critic has no objection' does not hold, and round 2 did not succeed"));
        }

        @Test
        void first_thatFails_skipsEverything() {
            var rig = run(polish(2)).fail("draft");

            assertThat(rig.ending().status()).isEqualTo(RunStatus.FAILED);
            assertThat(skipped(rig.outcome("polish"))).isEqualTo(Skip.Kind.DEPENDENCY);
        }

        @Test
        void rounds_withoutDataOfTheLast_waitForItAllTheSame() {
            SubtaskRef<Out> result =
                    graph.repeat("again", draft, 2, "fine", out -> out.text().equals("fine"), last -> note("retry"));
            var rig = run(result);

            assertThat(rig.labelsRunning()).containsExactly("draft");
            say(rig, "draft", "poor");
            assertThat(rig.labelsRunning()).containsExactly("again.1.retry");
        }

        @Test
        void repetitionWithinARepetition_hasItsOwnRounds() {
            SubtaskRef<Out> result = graph.repeat(
                    "outer",
                    draft,
                    2,
                    "best",
                    out -> out.text().equals("best"),
                    last -> graph.repeat(
                            "inner",
                            of("start", last),
                            1,
                            "good",
                            out -> out.text().equals("good"),
                            inner -> of("better", inner)));
            var rig = say(say(run(result), "draft", "poor"), "outer.1.start", "poor");
            say(rig, "outer.1.inner.1.better", "best");

            assertThat(rig.ending().answer()).isEqualTo(new Out("best"));
            assertThat(rig.ending().missing())
                    .extracting(Missing::subtaskId)
                    .as("the inner rule did not hold of what the outer one takes")
                    .containsExactly("outer.1.inner");
        }
    }

    @Nested
    class Nesting {
        @Test
        void fanOutOverAFanOut_isFlatAndInGroups() {
            var outer = graph.add("o", NOTE, Input.forEach(List.of(new In("0"), new In("1"), new In("2"))));
            var inner = graph.add(
                    "i",
                    NOTE,
                    Input.forEachOf(
                            outer,
                            out -> out.text().equals("two")
                                    ? List.of(new In("a"), new In("b"))
                                    : List.of(new In("c"))));
            var rig = run(RunRig.answeredBy("i"), graph.answering(inner)).fail("o#1");
            say(say(rig, "o#0", "two"), "o#2", "one");

            assertThat(rig.labelsRunning()).containsExactly("i#0", "i#1", "i#2");
            rig.accept("i#2").accept("i#0").fail("i#1");
            var items = (Items<?>) rig.ending().answer();
            assertThat(items.values()).isEqualTo(List.of(new Out("i#0 done"), new Out("i#2 done")));
            assertThat(items.groupSizes()).containsExactly(2, 0, 1);
            assertThat(items.groups().get(0).values()).isEqualTo(List.of(new Out("i#0 done")));
            assertThat(items.groups().get(1).outcomes()).isEmpty();
            assertThat(items.groups().get(2).values()).isEqualTo(List.of(new Out("i#2 done")));
            assertThat(rig.ending().missing()).extracting(Missing::subtaskId).containsExactly("o#1", "i#1");
        }

        @Test
        void tooManyItemsAltogether_failAndStartNothing() {
            var outer = graph.add("o", NOTE, Input.forEach(List.of(new In("0"), new In("1"))));
            var inner =
                    graph.add("i", NOTE, Input.forEachOf(outer, out -> List.of(new In("a"), new In("b"), new In("c"))));
            var rig = run(RunRig.answeredBy("i"), graph.answering(inner))
                    .accept("o#0")
                    .accept("o#1");

            assertThat(rig.outcome("i"))
                    .isEqualTo(Outcome.failed(
                            Failure.Kind.TOO_MANY_ITEMS, "a list of 6 to fan out over exceeds the limit of 4 items"));
        }
    }

    @Test
    void graph_ofHundredsOfRaces_decidesEachOnce() {
        var seen = new HashSet<String>();
        SubtaskRef<Out> last = note("n");
        for (int i = 0; i < 300; i++) {
            last = graph.race("r" + i, of("a" + i, last), of("b" + i, last));
        }
        var rig = run(last).accept("n");
        while (!rig.hasEnded()) {
            String next = rig.labelsRunning().getFirst();
            assertThat(seen.add(next)).isTrue();
            rig.accept(next);
            rig.end(rig.labelsRunning().getFirst(), new RungEnd.Cancelled());
        }
        assertThat(rig.ending().status()).isEqualTo(RunStatus.COMPLETE);
        assertThat(rig.ending().answer()).isEqualTo(new Out("a299 done"));
    }

    @Test
    void optionalWork_waitsForTheMoneyOfBranchesUntilTheyAreNotNeeded() {
        SubtaskRef<Out> kind = note("kind");
        SubtaskRef<Out> dear = graph.add("dear", RunRig.BEST, Input.from(kind, out -> new In("dear")));
        graph.when(dear, kind, "it is hard", out -> out.text().equals("hard"));
        SubtaskRef<Out> extra = note("extra");
        graph.optional(extra);
        var rig = RunRig.merged();
        rig.money = RunRig.money(101, 0, 0);
        run(rig, graph.answering(kind));

        assertThat(rig.labelsRunning()).containsExactly("kind");
        say(rig, "kind", "easy");
        assertThat(rig.labelsRunning()).containsExactly("extra");
        assertThat(rig.started()).contains("extra@" + Tier.NANO);
    }
}
