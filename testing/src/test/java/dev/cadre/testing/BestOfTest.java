// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.model.Turn;
import dev.cadre.task.RunFailure;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goals whose answer a judge chooses. */
class BestOfTest {
    private static final Merger<Note> BEST = Mergers.bestOf(NOTE, Tier.MINI, "It names a number.");
    private static final Goal<Note> GOAL = Goal.of("Describe cats", Note.class).mergedBy(BEST);
    private static final Pattern CANDIDATE = Pattern.compile("(?m)^## (\\d+)\\n\\{\"text\":\"(.*)\"}$");

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();

    private static void work(ScriptedModel model, String... notes) {
        var planned = new String[notes.length];
        for (int i = 0; i < notes.length; i++) {
            planned[i] = plannedNote("t" + i);
            if (notes[i].isEmpty()) {
                model.on(NOTE, new Topic("t" + i)).refuses("no");
            } else {
                model.on(NOTE, new Topic("t" + i)).replies(new Note(notes[i]));
            }
        }
        model.onPlan().replies(plan(planned));
    }

    private RunResult<Note> run(Budget budget) throws InterruptedException {
        return Coordinator.builder(model.pools()).plansWith(NOTE).build().run(GOAL, budget);
    }

    private static List<ScriptedCall> judged(ScriptedModel model) {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.MERGE)
                .toList();
    }

    private static String text(ScriptedCall call) {
        return ((Turn.User) call.request().turns().getFirst()).text();
    }

    /** The candidates of a call in their order. */
    private static List<String> order(ScriptedCall call) {
        return CANDIDATE
                .matcher(text(call))
                .results()
                .map(each -> each.group(2))
                .toList();
    }

    /** A judge that looks for a text, wherever it stands. */
    private static String choice(ScriptedCall call, String best) {
        return "{\"why\":\"It names two.\",\"best\":%d}".formatted(order(call).indexOf(best) + 1);
    }

    @Test
    void best_isChosenInTwoOppositeOrders_andTheReportSaysWhy() throws Exception {
        work(model, "cats purr", "cats have 9 lives", "");
        model.onMerge().costing(1_000, 100).answers(call -> choice(call, "cats have 9 lives"));

        var partial = Crew.partial(run(Budget.usd("0.50")));

        assertThat(partial.answer()).isEqualTo(new Note("cats have 9 lives"));
        assertThat(partial.report().notes()).containsExactly("the judge chose 't1' in both orders: It names two.");
        List<List<String>> orders =
                judged(model).stream().map(BestOfTest::order).toList();
        assertThat(orders).hasSize(2);
        assertThat(orders.get(0))
                .isEqualTo(orders.get(1).reversed())
                .containsExactlyInAnyOrder("cats purr", "cats have 9 lives");
        assertThat(judged(model)).allSatisfy(call -> {
            assertThat(call.request().instructions()).contains("It names a number.");
            assertThat(text(call)).doesNotContain("t0").doesNotContain("t1");
        });
        assertThat(partial.report().merger().spend().total().toUsd()).isEqualTo("0.0024");
        assertThat(partial).leftNothingBehind();
    }

    @Test
    void judgeThatAlwaysTakesTheFirst_makesATie_whichIsShown() throws Exception {
        work(model, "cats purr", "cats have 9 lives", "cats sleep");
        model.onMerge().repliesText("{\"why\":\"It is first.\",\"best\":1}");

        var result = run(Budget.usd("0.50"));

        List<String> order = order(judged(model).getFirst());
        List<String> notes = List.of("cats purr", "cats have 9 lives", "cats sleep");
        int earlier = Math.min(notes.indexOf(order.getFirst()), notes.indexOf(order.getLast()));
        assertThat(result).isCompleteWith(new Note(notes.get(earlier)));
        assertThat(result.report().notes())
                .singleElement()
                .asString()
                .startsWith("the judge chose 't")
                .endsWith("a tie, of which the answer is 't%d', the first in plan order".formatted(earlier));
    }

    @Test
    void orders_dependOnTheCandidatesAlone_andFavourNoPlace() throws Exception {
        var first = new ArrayList<Integer>();
        for (int run = 0; run < 12; run++) {
            var fresh = new ScriptedModel();
            work(fresh, "a" + run, "b" + run);
            fresh.onMerge().repliesText("{\"why\":\"?\",\"best\":1}");
            Coordinator coordinator =
                    Coordinator.builder(fresh.pools()).plansWith(NOTE).build();
            coordinator.run(GOAL, Budget.usd("0.50"));
            coordinator.run(GOAL, Budget.usd("0.50"));

            List<String> asked = judged(fresh).stream()
                    .filter(call -> call.purpose().subtaskId().equals("@merger#0"))
                    .map(BestOfTest::text)
                    .toList();
            assertThat(asked).hasSize(2);
            assertThat(asked.get(0)).isEqualTo(asked.get(1));
            first.add(asked.getFirst().indexOf("\"a" + run) < asked.getFirst().indexOf("\"b" + run) ? 0 : 1);
        }
        assertThat(first).contains(0, 1);
    }

    @Test
    void candidateThatIsAlone_orEqualToAllOthers_needsNoJudge() throws Exception {
        work(model, "cats purr", "cats purr", "");

        assertThat(Crew.partial(run(Budget.usd("0.50"))).answer()).isEqualTo(new Note("cats purr"));
        assertThat(judged(model)).isEmpty();
    }

    @Test
    void numberThatNoCandidateHas_isAskedForOnceMore_andThenFailsTheMerge() throws Exception {
        work(model, "cats purr", "cats sleep");
        model.onMerge().repliesText("{\"why\":\"?\",\"best\":3}");

        var failed = Crew.failed(run(Budget.usd("0.50")));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.MERGE_FAILED);
        assertThat(failed.cause().message())
                .isEqualTo("the answer of gpt-5.4-mini has the wrong shape, also when asked again:"
                        + " $.best: 3 is no number of a candidate, which are 1 to 2");
    }

    @Test
    void candidatesThatTheMoneyDoesNotBear_failTheMergeBeforeAnyCall() throws Exception {
        work(model, "x".repeat(40_000), "y".repeat(40_000));

        var failed = Crew.failed(run(Budget.usd("0.30")));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.MERGE_FAILED);
        assertThat(failed.cause().message())
                .matches(
                        "judging 800\\d\\d bytes of candidates may cost \\S+, and \\S+ is set aside for it: nothing was sent");
        assertThat(judged(model)).isEmpty();
    }

    @Test
    void candidatesThatNoCallCanRead_areNotCut() throws Exception {
        work(model, "x".repeat(150_000), "y".repeat(150_000));

        var failed = Crew.failed(run(Budget.usd("30")));

        assertThat(failed.cause().message())
                .matches(
                        "2 candidates have 3000\\d\\d bytes, and a judge on gpt-5.4-mini reads at most \\d+: none is cut");
        assertThat(judged(model)).isEmpty();
    }

    @Test
    void judgeThatRefuses_failsTheMerge() throws Exception {
        work(model, "cats purr", "cats sleep");
        model.onMerge().refuses("I do not judge cats");

        assertThat(Crew.failed(run(Budget.usd("0.50"))).cause().message())
                .isEqualTo("gpt-5.4-mini did not merge (REFUSED): \"I do not judge cats\"");
    }

    @Test
    void cancel_interruptsBothCalls() throws Exception {
        var never = new Gate();
        work(model, "cats purr", "cats sleep");
        model.onMerge().holdUntil(never).repliesText("{}");
        var run = Crew.start(() -> run(Budget.usd("0.50")));
        assertThat(model.awaitInFlight(2)).isTrue();

        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(model.inFlight()).isZero();
    }

    @Test
    void resumedRun_paysForNoChoiceAgain_andAChangedCriterionDoes() throws Exception {
        var first = new ScriptedModel();
        work(first, "cats purr", "cats have 9 lives");
        first.onMerge().answers(call -> choice(call, "cats have 9 lives"));
        first.when("second order", call -> call.purpose().subtaskId().equals("@merger#1"))
                .fails(() -> new ModelException.InvalidRequest("not now", 400));
        Crew.failed(session(first, BEST));
        long kept = judged(first).size() - 1;

        var second = new ScriptedModel();
        second.onMerge().answers(call -> choice(call, "cats have 9 lives"));
        assertThat(session(second, BEST).requireComplete()).isEqualTo(new Note("cats have 9 lives"));
        assertThat(judged(second)).hasSize((int) (2 - kept));
        var third = new ScriptedModel();
        assertThat(session(third, BEST).requireComplete()).isEqualTo(new Note("cats have 9 lives"));
        assertThat(third.calls()).isEmpty();

        var fourth = new ScriptedModel();
        fourth.onMerge().answers(call -> choice(call, "cats purr"));
        Merger<Note> other = Mergers.bestOf(NOTE, Tier.MINI, "It names a sound.");
        assertThat(session(fourth, other).requireComplete()).isEqualTo(new Note("cats purr"));
        assertThat(judged(fourth)).hasSize(2);
    }

    private RunResult<Note> session(ScriptedModel model, Merger<Note> merger) throws InterruptedException {
        try (Journal journal = FileJournal.open(folder.resolve("best.journal"))) {
            return Coordinator.builder(model.pools())
                    .plansWith(NOTE)
                    .build()
                    .journal(journal)
                    .run(GOAL.mergedBy(merger), Budget.usd("0.50"));
        }
    }

    @Test
    void criterionThatIsBlank_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Mergers.bestOf(NOTE, Tier.MINI, " "));
    }
}
