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
import java.util.stream.Collectors;

/** As it should be: the digest is made of what it depends on, and every run is paid from what is left of the day. */
public final class CarefulInbox implements Inbox {
    private static final SubtaskType<Labels, Digest> DIGEST = SubtaskType.code(
            "digest",
            Labels.class,
            Digest.class,
            (in, context) -> new Digest(in.labels().stream().map(Label::team).collect(Collectors.joining(", "))));

    private final Coordinator coordinator;
    private final BudgetGuard day;

    public CarefulInbox(Coordinator coordinator, BudgetGuard day) {
        this.coordinator = coordinator;
        this.day = day;
    }

    @Override
    public RunResult<Digest> read(List<Ticket> tickets) throws InterruptedException {
        var graph = TaskGraph.builder();
        var labels = new ArrayList<SubtaskRef<Label>>();
        for (Ticket ticket : tickets) {
            labels.add(graph.add(ticket.id(), LABEL, ticket));
        }
        var digest = graph.add("digest", DIGEST, Input.fromAll(labels, Labels::new));
        return coordinator.run(graph.answering(digest), Budget.usd("0.05").under(day));
    }
}
