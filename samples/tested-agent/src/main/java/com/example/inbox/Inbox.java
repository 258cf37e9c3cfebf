// SPDX-License-Identifier: Apache-2.0
package com.example.inbox;

import dev.cadre.RunResult;
import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import java.util.List;

/** Finds the team for each ticket of an inbox and writes a digest of them, in the order of the tickets. */
public interface Inbox {
    record Ticket(String id, String text) {}

    record Label(String team, String why) {}

    record Labels(List<Label> labels) {}

    record Digest(String text) {}

    SubtaskType<Ticket, Label> LABEL = SubtaskType.model(
                    "label", Ticket.class, Label.class, "Which team must look at this ticket, and why?")
            .upTo(Tier.MINI)
            .accept("a label gives its reason", (ticket, label) -> !label.why().isBlank());

    /** Reads an inbox. Blocks; spends money. */
    RunResult<Digest> read(List<Ticket> tickets) throws InterruptedException;
}
