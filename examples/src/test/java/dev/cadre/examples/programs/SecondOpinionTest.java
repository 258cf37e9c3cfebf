// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.examples.programs.SecondOpinion.Opinion;
import dev.cadre.examples.programs.SecondOpinion.Source;
import dev.cadre.examples.programs.SecondOpinion.ToJudge;
import dev.cadre.examples.programs.SecondOpinion.Verdict;
import dev.cadre.model.CallPurpose.Kind;
import dev.cadre.task.Missing;
import dev.cadre.testing.ScriptedModel;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SecondOpinionTest {
    private static final String QUESTION = "Can we afford the machine at 8,000 a year?";
    private static final String RULE = "it rests on the reports of two sources at least";
    private static final String HASTY =
            "{\"answer\":{\"affordable\":true,\"text\":\"4,000 a year.\",\"sources\":[\"SELLER\"]},\"citations\":[]}";
    private static final String SOUND =
            "{\"answer\":{\"affordable\":false,\"text\":\"13,000 a year.\",\"sources\":[\"SELLER\",\"WORKSHOP\"]},\"citations\":[]}";

    final ScriptedModel model = new ScriptedModel();

    private static String look(String source) {
        return """
                {"subtasks":[
                 {"type":"fetch","id":"%1$s","input":{"source":"%3$s"}},
                 {"type":"judge","id":"%1$s-opinion","input":{
                  "question":"%2$s","report":{"from":"%1$s","field":"text"}}}]}""".formatted(source, QUESTION, source.toUpperCase(Locale.ROOT));
    }

    @BeforeEach
    void script() {
        model.onPlan()
                .costing(1_000, 100)
                .repliesText(look("seller"))
                .costing(1_200, 100)
                .repliesText(look("workshop"))
                .costing(1_400, 10)
                .repliesText("{\"subtasks\":[]}");
        model.on(SecondOpinion.JUDGE, new ToJudge(QUESTION, "The machine costs 40,000 and runs for ten years."))
                .costing(200, 40)
                .replies(new Opinion(true, "It is 4,000 a year."));
        model.on(SecondOpinion.JUDGE, new ToJudge(QUESTION, "Each year it needs parts for 9,000."))
                .costing(200, 40)
                .replies(new Opinion(false, "Its parts alone are 9,000 a year."));
    }

    private RunResult<Verdict> ask() throws InterruptedException {
        return SecondOpinion.ask(model.pools(), QUESTION, Budget.usd("0.50"));
    }

    private List<Kind> kinds() {
        return model.calls().stream().map(call -> call.purpose().kind()).toList();
    }

    @Test
    void answerThatTheCriticRejects_isPlannedAgain() throws Exception {
        model.onMerge().costing(600, 60).repliesText(HASTY).costing(900, 60).repliesText(SOUND);

        var result = ask();

        // planner $0.0040 and $0.0045, two opinions at $0.00009, mergers $0.00072 and $0.000945
        assertThat(result)
                .isCompleteWith(new Verdict(false, "13,000 a year.", List.of(Source.values())))
                .hasShape(
                        "seller: fetch",
                        "seller-opinion: judge <- seller",
                        "workshop: fetch",
                        "workshop-opinion: judge <- workshop")
                .spent("0.010345")
                .leftNothingBehind();
        assertThat(kinds()).containsExactly(Kind.PLAN, Kind.WORK, Kind.MERGE, Kind.PLAN, Kind.WORK, Kind.MERGE);
        assertThat(model.calls().get(3).request().turns().toString()).contains(RULE);
    }

    @Test
    void answerThatTheCriticRejectsAgain_isPartial() throws Exception {
        model.onMerge().costing(600, 60).repliesText(HASTY);

        var result = ask();

        // the last round adds nothing, so nothing is merged again: $0.01012 and a planner's $0.00365
        assertThat(result).isPartial().spent("0.01377").leftNothingBehind();
        if (result instanceof RunResult.Partial<Verdict> partial) {
            assertThat(partial.answer().sources()).containsExactly(Source.SELLER);
            assertThat(partial.missing()).extracting(Missing::subtaskId).containsExactly("answer");
            assertThat(partial.missing().getFirst().toString()).contains(RULE);
        }
        assertThat(kinds())
                .containsExactly(Kind.PLAN, Kind.WORK, Kind.MERGE, Kind.PLAN, Kind.WORK, Kind.MERGE, Kind.PLAN);
    }
}
