// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Programs 1 and 3: a graph written by hand, run and tested without a model. */
class GraphByHandTest {
    record Topic(String name) {}

    record Note(String text) {}

    record Notes(List<Note> notes) {}

    record Brief(String headline) {}

    static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");
    static final SubtaskType<Notes, Brief> BRIEF = SubtaskType.model(
                    "brief", Notes.class, Brief.class, "Write one brief from the notes.")
            .startingAt(Tier.MINI);

    final ScriptedModel model = new ScriptedModel();

    @Test
    void graph_allSucceed_isComplete() throws Exception {
        model.on(NOTE, new Topic("cats")).costing(1_000, 500).replies(new Note("They purr."));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 500).replies(new Note("They bark."));
        model.on(BRIEF).costing(1_000, 500).replies(new Brief("Pets make noise."));

        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var dogs = graph.add("dogs", NOTE, new Topic("dogs"));
        var brief = graph.add("brief", BRIEF, from(cats, dogs, (c, d) -> new Notes(List.of(c, d))));
        var result = Coordinator.of(model.pools()).run(graph.answering(brief), Budget.usd("0.05"));

        assertThat(result.requireComplete().headline()).isEqualTo("Pets make noise.");
        Outcome<Note> aboutCats = result.outcome(cats);
        assertThat(aboutCats).isEqualTo(new Outcome.Succeeded<>(new Note("They purr.")));
        assertThat(result).spent("0.00465").leftNothingBehind(); // 2 x $0.000825 on nano, $0.003 on mini
    }

    @Test
    void graph_oneRefused_skipsItsDependentAndNamesIt() throws Exception {
        model.on(NOTE, new Topic("cats")).costing(1_000, 500).replies(new Note("They purr."));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 0).refuses("no dogs");

        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var dogs = graph.add("dogs", NOTE, new Topic("dogs"));
        var brief = graph.add("brief", BRIEF, from(cats, dogs, (c, d) -> new Notes(List.of(c, d))));
        var result = Coordinator.of(model.pools()).run(graph.answering(brief), Budget.usd("0.05"));

        assertThat(result).outcome(brief).isSkippedBecauseOf(dogs);
        assertThat(result).outcome(cats).hasValue(new Note("They purr."));
        assertThat(result).spent("0.001025").leftNothingBehind();
    }
}
