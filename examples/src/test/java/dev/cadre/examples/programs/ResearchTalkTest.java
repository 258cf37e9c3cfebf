// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.examples.programs.ResearchTalk.Answer;
import dev.cadre.examples.programs.ResearchTalk.Doubt;
import dev.cadre.examples.programs.ResearchTalk.Finding;
import dev.cadre.examples.programs.ResearchTalk.Paper;
import dev.cadre.examples.programs.ResearchTalk.ToRead;
import dev.cadre.model.CallPurpose.Kind;
import dev.cadre.task.RunFailure;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResearchTalkTest {
    private static final String FIRST = "What is known about bees?";
    private static final String SECOND = "How many hives did the second of these watch?";
    private static final Paper DANCES = new Paper("Dances", "Bees dance to show where food is.");
    private static final Paper SLEEP = new Paper("Sleep", "Bees sleep up to eight hours. Twelve hives were watched.");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();

    @BeforeEach
    void script() {
        model.onPlan().costing(1_000, 100).repliesText("""
                        {"subtasks":[
                         {"type":"find","id":"papers","input":{"name":"bees"}},
                         {"type":"read","id":"findings","input":{"paper":{"from":"papers","field":"papers"}}}]}""").costing(1_500, 60).repliesText("""
                        {"subtasks":[{"type":"examine","id":"hives","input":{
                          "paper":{"from":"turn1.papers","field":"papers"},
                          "question":"How many hives were watched?"}}]}""");
        model.on(ResearchTalk.READ, new ToRead(DANCES)).costing(200, 40).replies(new Finding("Dances", "They dance."));
        model.on(ResearchTalk.READ, new ToRead(SLEEP)).costing(200, 40).replies(new Finding("Sleep", "They sleep."));
        model.on(ResearchTalk.EXAMINE, new Doubt(SLEEP, "How many hives were watched?"))
                .costing(200, 40)
                .replies(new Answer("Twelve."));
        model.on(ResearchTalk.EXAMINE, new Doubt(DANCES, "How many hives were watched?"))
                .costing(200, 40)
                .replies(new Answer(""));
        model.onMerge()
                .costing(600, 60)
                .repliesText("{\"answer\":{\"text\":\"Bees dance and sleep.\"},\"citations\":[]}")
                .costing(600, 60)
                .repliesText("{\"answer\":{\"text\":\"Twelve hives.\"},\"citations\":[]}");
    }

    private List<RunResult<Answer>> ask(ScriptedModel asked, String session) throws InterruptedException {
        return ResearchTalk.ask(
                asked.pools(), folder.resolve("talk.journal"), List.of(FIRST, SECOND), Budget.usd(session));
    }

    @Test
    void secondQuestion_worksOnWhatTheFirstFound() throws Exception {
        List<RunResult<Answer>> answers = ask(model, "1.00");

        // planner $0.0040, two findings at $0.00009, merger $0.00072
        assertThat(answers.getFirst())
                .isCompleteWith(new Answer("Bees dance and sleep."))
                .hasShape("papers: find", "findings: read <- papers")
                .spent("0.0049");
        // planner $0.00465, two examinations at $0.00009, merger $0.00072: nothing is found or read again
        assertThat(answers.getLast())
                .isCompleteWith(new Answer("Twelve hives."))
                .hasShape("hives: examine")
                .spent("0.00555")
                .leftNothingBehind();
        assertThat(model.calls().get(4).request().turns().toString())
                .contains("- turn1: \"What is known about bees?\"")
                .contains("answer: {\"text\":\"Bees dance and sleep.\"}");
    }

    @Test
    void sameQuestions_onAnotherDay_costNothing() throws Exception {
        ask(model, "1.00");
        var silent = new ScriptedModel();

        List<RunResult<Answer>> again = ask(silent, "1.00");

        assertThat(again.getLast()).isCompleteWith(new Answer("Twelve hives."));
        assertThat(silent.calls()).isEmpty();
    }

    @Test
    void secondQuestion_isRefused_whenTheSessionIsSpent() throws Exception {
        List<RunResult<Answer>> answers = ask(model, "0.09");

        assertThat(answers.getFirst()).isCompleteWith(new Answer("Bees dance and sleep."));
        assertThat(answers.getLast()).isFailedBecause(RunFailure.Kind.BUDGET_TOO_SMALL);
        assertThat(model.calls())
                .filteredOn(call -> call.purpose().kind() == Kind.PLAN)
                .hasSize(1);
    }
}
