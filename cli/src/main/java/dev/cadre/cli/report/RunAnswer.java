// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Role;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.json.JsonException;
import dev.cadre.merge.Citation;
import dev.cadre.record.MergeRecord;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The answer of a run, or why there is none. A bulk has none: its results are in a file. */
final class RunAnswer {
    private static final int MOST_CITED = 2_000;

    private RunAnswer() {}

    /** @param told the answer in paragraphs, as the caller knows it; empty if it is to be found in the journal */
    static void write(Page page, RunView view, List<String> told) {
        Optional<SubtaskHistory> answering = answering(view.run());
        if (!told.isEmpty()) {
            page.element("div", () -> told.forEach(text -> page.element("p", text)), "class", "answer");
        } else if (answering.isPresent() && answering.get().end() != null) {
            String json = answering.get().end().text();
            if (answering.get().role() == Role.MERGER) {
                merged(page, json);
            } else {
                answer(page, json);
            }
        } else {
            page.element("p", missing(view, answering));
        }
    }

    private static void answer(Page page, String json) {
        page.element("div", () -> ReadableJson.write(page, json), "class", "answer");
    }

    private static void merged(Page page, String json) {
        MergeRecord.Written merged;
        try {
            merged = MergeRecord.Written.parse(json);
        } catch (JsonException another) {
            answer(page, json);
            return;
        }
        answer(page, merged.answer());
        String cited =
                merged.citations().stream().map(Citation::subtaskId).distinct().collect(Collectors.joining(", "));
        if (!cited.isEmpty()) {
            page.element("p", Page.cut("It rests on " + cited + ".", MOST_CITED));
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
        if (status.equals("suspended")) {
            return "There is no answer yet: the run is suspended, and waits for what is named below.";
        }
        return answering.filter(view::isWhole).isPresent()
                ? "The answer is the list of the outputs of " + view.run().subject() + ", which are below."
                : "The answer is not on record, because plain code made it; what it was made of is below.";
    }
}
