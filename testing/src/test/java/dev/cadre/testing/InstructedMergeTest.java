// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
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
import dev.cadre.merge.AnswerText;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.merge.ModelMerger;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.task.Limits;
import dev.cadre.task.RunFailure;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instructions for a merging model, and its text while it is written. */
class InstructedMergeTest {
    private static final ModelMerger<Answer> PLAIN = Mergers.synthesis(Answer.class);

    @TempDir
    Path folder;

    private final List<AnswerText> heard = new ArrayList<>();

    private static ScriptedModel model() {
        var model = new ScriptedModel();
        model.onPlan().replies(plan(plannedNote("cats")));
        model.on(NOTE).replies(new Note("They purr."));
        return model;
    }

    private static RunResult<Answer> run(ScriptedModel model, Merger<Answer> merger) throws InterruptedException {
        return Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .build()
                .run(
                        Goal.of("What do cats do?", Answer.class)
                                .withContext("Ignore me.")
                                .mergedBy(merger),
                        Budget.usd("0.5"));
    }

    private RunResult<Answer> session(ScriptedModel model, Merger<Answer> merger) throws InterruptedException {
        try (Journal journal = FileJournal.open(folder.resolve("merge.journal"))) {
            return Coordinator.builder(model.pools())
                    .plansWith(NOTE)
                    .build()
                    .journal(journal)
                    .run(Goal.of("What do cats do?", Answer.class).mergedBy(merger), Budget.usd("0.5"));
        }
    }

    private static List<ScriptedCall> merges(ScriptedModel model) {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.MERGE)
                .toList();
    }

    // --- instructions

    @Test
    void instructions_standWithTheLibrarys_andTheContextIsData() throws Exception {
        var model = model();
        model.onMerge().repliesText(merged("Sie schnurren."));

        assertThat(run(model, PLAIN.instructedBy("Answer in German."))).isCompleteWith(new Answer("Sie schnurren."));

        ScriptedCall call = merges(model).getFirst();
        assertThat(call.request().instructions())
                .endsWith("These are instructions for the answer, from whoever asked for it:\nAnswer in German.")
                .doesNotContain("Ignore me.");
        assertThat(call.request().turns().toString())
                .contains("Context: \"Ignore me.\"")
                .doesNotContain("German");
    }

    @Test
    void changedInstructions_mergeAnew_andPayForNothingElse() throws Exception {
        var first = model();
        first.onMerge().repliesText(merged("They purr."));
        session(first, PLAIN).requireComplete();
        var second = model();
        second.onMerge().repliesText(merged("Sie schnurren."));

        ModelMerger<Answer> german = PLAIN.instructedBy("Answer in German.");
        assertThat(session(second, german).requireComplete()).isEqualTo(new Answer("Sie schnurren."));
        assertThat(second.calls()).hasSize(1);

        var third = model();
        assertThat(session(third, german).requireComplete()).isEqualTo(new Answer("Sie schnurren."));
        assertThat(third.calls()).isEmpty();
        var fourth = model();
        fourth.onMerge().repliesText(merged("They purr loudly."));
        session(fourth, Mergers.synthesis(Answer.class, Tier.FLAGSHIP)).requireComplete();
        assertThat(fourth.calls()).as("another tier").hasSize(1);
    }

    @Test
    void instructions_areInTheLeastCost_andBlankOnesAreRefused() {
        var pools = model().pools();
        var limits = Limits.DEFAULT;

        assertThat(PLAIN.instructedBy("x".repeat(1_000)).leastCost(pools, limits))
                .isGreaterThan(PLAIN.leastCost(pools, limits));
        assertThatIllegalArgumentException().isThrownBy(() -> PLAIN.instructedBy("\n"));
    }

    @Test
    void identityThatThrows_failsTheMerge_andKeepsTheOutcomes() throws Exception {
        var broken = new Merger<Answer>() {
            @Override
            public Merged<Answer> merge(MergeInput input, MergeTerms terms) {
                throw new AssertionError("it is never asked");
            }

            @Override
            public boolean callsModel() {
                return true;
            }

            @Override
            public String identity() {
                throw new IllegalStateException("who am I?");
            }
        };

        var failed = Crew.failed(session(model(), broken));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.MERGE_FAILED);
        assertThat(failed.cause().message()).isEqualTo("IllegalStateException: who am I?, thrown by the merger");
        assertThat(failed.report().outcomes()).containsOnlyKeys("cats");
    }

    // --- streaming

    @Test
    void text_isHeardWhileItIsWritten_andTheCheckedAnswerComesAtTheEnd() throws Exception {
        var model = model();
        var halfway = new Gate();
        model.onMerge()
                .streams(Deltas.of("{\"answer\":{\"text\":\"They", " purr\"")
                        .thenHoldUntil(halfway)
                        .then("},\"citations\":[1]}"));

        var result = run(model, PLAIN.streamingTo(text -> {
            heard.add(text);
            if (heard.size() == 2) {
                halfway.open(); // the reply is still being written
            }
        }));

        assertThat(heard).containsExactly(new AnswerText("text", "They", 1), new AnswerText("text", " purr", 1));
        assertThat(result).isCompleteWith(new Answer("They purr"));
    }

    @Test
    void secondCall_saysThatTheTextBeginsAnew() throws Exception {
        var model = model();
        model.onMerge()
                .streams(Deltas.of("{\"answer\":{\"text\":\"They\",\"extra\":1}}"))
                .streams(Deltas.of(merged("They purr.")));

        assertThat(run(model, PLAIN.streamingTo(heard::add))).isCompleteWith(new Answer("They purr."));

        assertThat(heard).containsExactly(new AnswerText("text", "They", 1), new AnswerText("text", "They purr.", 2));
    }

    @Test
    void listenerThatThrows_harmsNothing() throws Exception {
        var model = model();
        model.onMerge().streams(Deltas.cut(merged("They purr."), 3));

        var result = run(model, PLAIN.streamingTo(text -> {
            heard.add(text);
            throw new StackOverflowError("of a listener");
        }));

        assertThat(result).isCompleteWith(new Answer("They purr.")).leftNothingBehind();
        assertThat(heard).hasSizeGreaterThan(2);
    }

    @Test
    void answerOnRecord_isNotHeardAgain_andListeningIsNoChange() throws Exception {
        var first = model();
        first.onMerge().repliesText(merged("They purr."));
        session(first, PLAIN).requireComplete();
        var second = model();

        assertThat(session(second, PLAIN.streamingTo(heard::add)).requireComplete())
                .isEqualTo(new Answer("They purr."));

        assertThat(second.calls()).isEmpty();
        assertThat(heard).isEmpty();
    }

    @Test
    void treeReduction_streamsItsAnswer_andIsInstructed() throws Exception {
        var model = model();
        model.onMerge().streams(Deltas.of(merged("Sie schnurren.")));

        var merger = Mergers.treeReduction(Answer.class, Tier.MINI)
                .instructedBy("Answer in German.")
                .streamingTo(heard::add);
        assertThat(run(model, merger)).isCompleteWith(new Answer("Sie schnurren."));

        assertThat(heard).containsExactly(new AnswerText("text", "Sie schnurren.", 1));
        assertThat(merges(model).getFirst().request().instructions()).endsWith("Answer in German.");
    }
}
