// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.merge.Vote;
import dev.cadre.task.RunFailure;
import dev.cadre.task.TypeRef;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Goals whose answer is a vote of their subtasks. */
class VotingTest {
    private static final Budget BUDGET = Budget.usd("0.05");

    private final ScriptedModel model = new ScriptedModel();

    /** Subtasks t0, t1 … that return these notes; an empty one refuses. */
    private <R> RunResult<R> run(Goal<R> goal, String... notes) throws InterruptedException {
        var planned = new String[notes.length];
        for (int i = 0; i < notes.length; i++) {
            planned[i] = plannedNote("t" + i);
            var script = model.on(NOTE, new Topic("t" + i));
            if (notes[i].isEmpty()) {
                script.refuses("no");
            } else {
                script.replies(new Note(notes[i]));
            }
        }
        model.onPlan().replies(plan(planned));
        return Coordinator.builder(model.pools()).plansWith(NOTE).build().run(goal, BUDGET);
    }

    private static Goal<Note> goal(Merger<Note> merger) {
        return Goal.of("Which is it?", Note.class).mergedBy(merger);
    }

    @Test
    void majority_isTheAnswer_andOnlyTheWorkIsPaid() throws InterruptedException {
        var result = run(goal(Mergers.majority(NOTE, Note::text)), "bug", "idea", "bug");

        assertThat(result).isCompleteWith(new Note("bug")).leftNothingBehind();
        assertThat(model.calls()).hasSize(4); // the plan and three notes
    }

    @Test
    void tie_failsTheRunWithTheCount_andKeepsTheOutcomes() throws InterruptedException {
        var failed = Crew.failed(run(goal(Mergers.majority(NOTE, Note::text)), "bug", "idea"));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.MERGE_FAILED);
        assertThat(failed.cause().message())
                .isEqualTo("the vote is a tie: {\"text\":\"bug\"} 1 (t0); {\"text\":\"idea\"} 1 (t1)");
        assertThat(failed.report().outcomes()).hasSize(2);
    }

    @Test
    void voteBelowTheQuorum_failsTheRun() throws InterruptedException {
        var merger = Mergers.vote(NOTE, Note::text).withQuorum(2).majority();

        var failed = Crew.failed(run(goal(merger), "bug", ""));

        assertThat(failed.cause().message())
                .isEqualTo("1 votes were cast, the quorum is 2; 0 abstained, 1 returned nothing");
    }

    @Test
    void wholeCount_isAnAnswerOfAType() throws InterruptedException {
        var goal = Goal.of("Which is it?", new TypeRef<Vote<Note>>() {})
                .mergedBy(Mergers.vote(NOTE, Note::text)
                        .withWeight(note -> note.text().length()));

        var partial = Crew.partial(run(goal, "bug", "idea", ""));

        assertThat(partial.answer().candidates())
                .containsExactly(
                        new Vote.Candidate<>(new Note("bug"), 3, List.of("t0")),
                        new Vote.Candidate<>(new Note("idea"), 4, List.of("t1")));
        assertThat(partial.answer().missing()).containsExactly("t2");
    }

    @Test
    void firstGood_isTheAnswer_orTheRuleIsTheFailure() throws InterruptedException {
        var result = run(
                goal(Mergers.firstGood(NOTE, "it is long", note -> note.text().length() > 3)), "bug", "idea");
        assertThat(result).isCompleteWith(new Note("idea"));

        var failed = Crew.failed(run(goal(Mergers.firstGood(NOTE, "it is empty", note -> false)), "bug", "idea"));
        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.MERGE_FAILED);
        assertThat(failed.cause().message()).isEqualTo("none of 2 values of 'note' passes the rule 'it is empty'");
    }
}
