// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import org.junit.jupiter.api.Test;

/** Runs the snippet of docs/flow.md. */
class FlowGuideTest {
    enum Tone {
        ANGRY,
        KIND
    }

    record Mail(String text) {}

    record Sorted(Tone tone) {}

    record Reply(String text, boolean polite) {}

    private static final SubtaskType<Mail, Sorted> SORT =
            SubtaskType.model("sort", Mail.class, Sorted.class, "What is the tone of the mail?");
    private static final SubtaskType<Mail, Reply> APOLOGIZE =
            SubtaskType.model("apologize", Mail.class, Reply.class, "Apologize, and say whether it is polite.");
    private static final SubtaskType<Mail, Reply> THANK =
            SubtaskType.model("thank", Mail.class, Reply.class, "Thank, and say whether it is polite.");
    private static final SubtaskType<Reply, Reply> POLISH =
            SubtaskType.model("polish", Reply.class, Reply.class, "Write it more politely.");

    @Test
    void mail_isAnsweredByItsTone() throws Exception {
        var model = new ScriptedModel();
        model.on(SORT).costing(1_000, 10).replies(new Sorted(Tone.ANGRY));
        model.on(APOLOGIZE).costing(1_000, 100).replies(new Reply("Sorry.", false));
        model.on(POLISH).costing(1_000, 100).replies(new Reply("We are very sorry.", true));
        ModelPools models = model.pools();
        var mail = new Mail("Where is my parcel?");

        // region flow
        var graph = TaskGraph.builder();
        var sorted = graph.add("sorted", SORT, mail);
        var sorry = graph.add("sorry", APOLOGIZE, mail);
        var thanks = graph.add("thanks", THANK, mail);
        graph.when(sorry, sorted, "the mail is angry", each -> each.tone() == Tone.ANGRY);
        graph.when(thanks, sorted, "the mail is kind", each -> each.tone() == Tone.KIND);

        var reply = graph.race("reply", sorry, thanks); // the one that is run
        var polite = graph.repeat(
                "polite",
                reply,
                3,
                "the reply is polite",
                Reply::polite,
                last -> graph.add("polish", POLISH, Input.from(last, each -> each)));

        RunResult<Reply> result = Coordinator.of(models).run(graph.answering(polite), Budget.usd("0.10"));
        // endregion

        assertThat(result).isCompleteWith(new Reply("We are very sorry.", true));
        assertThat(model.calls()).hasSize(3);
        model.assertFullyUsed();
    }
}
