// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.docs.Pets.Brief;
import dev.cadre.docs.Pets.Note;
import dev.cadre.docs.Pets.Notes;
import dev.cadre.task.Input;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.CadreExtension;
import dev.cadre.testing.Dollars;
import dev.cadre.testing.EventLog;
import dev.cadre.testing.ScriptedModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

// region testing-extension
@ExtendWith(CadreExtension.class)
class SessionTest {
    @Test
    void brief_waitsForItsNotes(ScriptedModel model, EventLog log, @Dollars("0.25") BudgetGuard session)
            throws Exception {
        model.on(Pets.NOTE).replies(new Note("noted"));
        model.on(Pets.BRIEF).replies(new Brief("noted twice"));
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", Pets.NOTE, "cats");
        var dogs = graph.add("dogs", Pets.NOTE, "dogs");
        var brief = graph.add("brief", Pets.BRIEF, Input.from(cats, dogs, Notes::new));

        var result = Coordinator.builder(model.pools())
                .listener(log)
                .build()
                .run(graph.answering(brief), Budget.usd("0.05").under(session));

        assertThat(result).isCompleteWith(new Brief("noted twice"));
        assertThat(log).ended("cats").before("brief").ended("dogs").before("brief");
    }
}
// endregion
