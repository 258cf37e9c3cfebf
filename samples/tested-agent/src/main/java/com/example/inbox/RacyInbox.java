// SPDX-License-Identifier: Apache-2.0
package com.example.inbox;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** With a planted bug: teams are gathered in a shared list, in the order in which the labels happen to arrive. */
public final class RacyInbox implements Inbox {
    private final Coordinator coordinator;
    private final BudgetGuard day;

    public RacyInbox(Coordinator coordinator, BudgetGuard day) {
        this.coordinator = coordinator;
        this.day = day;
    }

    @Override
    public RunResult<Digest> read(List<Ticket> tickets) throws InterruptedException {
        var teams = new CopyOnWriteArrayList<String>();
        var note = SubtaskType.code("note", Label.class, Label.class, (label, context) -> {
            teams.add(label.team()); // what a subtask brings should be its value, not a side effect
            return label;
        });
        var digest = SubtaskType.code(
                "digest", Labels.class, Digest.class, (in, context) -> new Digest(String.join(", ", teams)));
        var graph = TaskGraph.builder();
        var notes = new ArrayList<SubtaskRef<Label>>();
        for (Ticket ticket : tickets) {
            var label = graph.add(ticket.id(), LABEL, ticket);
            notes.add(graph.add("note-" + ticket.id(), note, Input.from(label, found -> found)));
        }
        var all = graph.add("digest", digest, Input.fromAll(notes, Labels::new));
        return coordinator.run(graph.answering(all), Budget.usd("0.05").under(day));
    }
}
