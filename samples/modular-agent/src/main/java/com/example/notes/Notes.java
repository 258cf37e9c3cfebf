// SPDX-License-Identifier: Apache-2.0
package com.example.notes;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;

/** Writes a note about a topic. */
final class Notes {
    record Topic(String name) {}

    record Note(String text) {}

    static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State one fact about the topic.");

    private Notes() {}

    static RunResult<Note> write(ModelPools pools, Topic topic) throws InterruptedException {
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, topic);
        return Coordinator.of(pools).run(graph.answering(note), Budget.usd("0.05"));
    }
}
