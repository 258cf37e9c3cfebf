// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

// region readme
import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.openai.OpenAi;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.*;

public final class Pets {
    record Note(String text) {}

    record Notes(Note cats, Note dogs) {}

    record Brief(String headline) {}

    static final SubtaskType<String, Note> NOTE = SubtaskType.model("note", String.class, Note.class, "State facts.");
    static final SubtaskType<Notes, Brief> BRIEF = SubtaskType.model("brief", Notes.class, Brief.class, "Sum it up.");

    static Brief brief(ModelPools models) throws InterruptedException {
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, "cats");
        var dogs = graph.add("dogs", NOTE, "dogs");
        var brief = graph.add("brief", BRIEF, Input.from(cats, dogs, Notes::new));
        var result = Coordinator.of(models).run(graph.answering(brief), Budget.usd("0.05"));
        return result.requireComplete();
    }

    public static void main(String[] args) throws InterruptedException {
        try (var models = OpenAi.fromEnv()) { // reads OPENAI_API_KEY
            System.out.println(brief(models).headline());
        }
    }
}
// endregion
