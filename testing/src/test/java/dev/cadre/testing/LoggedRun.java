// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;

/** A run in which whatever can throw throws a key and what a model said; for a process of its own. */
final class LoggedRun {
    static final String KEY = "sk-proj-canary0123456789";
    static final String MODEL_TEXT = "They purr at night.";

    private static final Tool BROKEN = Tool.raw(
            new ToolSpec(
                    "look",
                    "Looks",
                    "{\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false}"),
            (arguments, context) -> {
                throw new IllegalStateException(MODEL_TEXT + " " + KEY);
            });

    private LoggedRun() {}

    public static void main(String... arguments) throws InterruptedException {
        var model = new ScriptedModel();
        var looking =
                SubtaskType.model("looking", Topic.class, Note.class, "Look.").tools(BROKEN);
        model.on(looking).calls(new ToolCall("1", "look", "{}")).replies(new Note(MODEL_TEXT));
        model.on(NOTE).refuses(MODEL_TEXT + " " + KEY);
        var graph = TaskGraph.builder();
        graph.add("refused", NOTE, new Topic("dogs"));
        var coordinator =
                Coordinator.builder(model.pools()).listener(LoggedRun::fail).build();
        coordinator.run(graph.answering(graph.add("looking", looking, new Topic("cats"))), Budget.usd("0.5"));
    }

    private static void fail(RunEvent event) {
        throw new IllegalArgumentException(MODEL_TEXT, new IllegalStateException("key " + KEY));
    }
}
