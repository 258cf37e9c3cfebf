// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Role;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import java.util.List;
import java.util.Optional;

/** The answer of a run, or why there is none. A bulk has none: its results are in a file. */
final class RunAnswer {
    private RunAnswer() {}

    /** @param told the answer in paragraphs, as the caller knows it; empty if it is to be found in the journal */
    static void write(Page page, RunView view, List<String> told) {
        Optional<SubtaskHistory> answering = answering(view.run());
        if (!told.isEmpty()) {
            page.element("div", () -> told.forEach(text -> page.element("p", text)), "class", "answer");
        } else if (answering.isPresent() && answering.get().end() != null) {
            String json = answering.get().end().text();
            page.element("div", () -> ReadableJson.write(page, json), "class", "answer");
        } else {
            page.element("p", missing(view, answering));
        }
    }

    /** Who made the answer: the merger, or in a graph by hand the subtask that the run is named after. */
    private static Optional<SubtaskHistory> answering(RunHistory run) {
        boolean isPlanned = run.subtasks().stream().anyMatch(each -> each.role() == Role.PLANNER);
        return run.subtasks().stream()
                .filter(each -> each.role() == Role.MERGER
                        || (!isPlanned
                                && each.role() == Role.SUBTASK
                                && each.label().equals(run.subject())))
                .filter(each -> each.end() == null || each.end().isSucceeded())
                .findFirst();
    }

    private static String missing(RunView view, Optional<SubtaskHistory> answering) {
        String status = view.run().status().orElse("");
        if (status.isEmpty()) {
            return "There is no answer yet: no end of the run is on record.";
        }
        if (status.equals("failed")) {
            return "There is no answer: the run failed.";
        }
        return answering.filter(view::isWhole).isPresent()
                ? "The answer is the list of the outputs of " + view.run().subject() + ", which are below."
                : "The answer is not on record, because plain code made it; what it was made of is below.";
    }
}
