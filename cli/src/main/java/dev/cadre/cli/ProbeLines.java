// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.probe.Finding;
import dev.cadre.probe.Finding.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Prints what a probe finds as soon as it is found. Checks that were not tried for the same reason share a line; a note that
 * several checks have in common stands once.
 */
final class ProbeLines implements Consumer<Finding> {
    private final DoctorLines lines;
    private final ProbeAdvice advice;
    private final List<ProbeDocument.Row> untried = new ArrayList<>();
    private final Set<String> told = new HashSet<>();

    ProbeLines(DoctorLines lines, ProbeAdvice advice) {
        this.lines = lines;
        this.advice = advice;
    }

    @Override
    public void accept(Finding finding) {
        ProbeDocument.Row row = advice.row(finding);
        boolean isUntried = finding.verdict() == Verdict.NOT_TRIED;
        if (!isUntried || (!untried.isEmpty() && !untried.getLast().message().equals(row.message()))) {
            printUntried();
        }
        if (isUntried) {
            untried.add(row);
        } else {
            print(row.verdict(), row.check(), row);
        }
    }

    private void printUntried() {
        if (!untried.isEmpty()) {
            var checks = untried.stream().map(ProbeDocument.Row::check).toList();
            print(untried.getFirst().verdict(), String.join(", ", checks), untried.getFirst());
            untried.clear();
        }
    }

    private void print(String verdict, String subject, ProbeDocument.Row row) {
        lines.print(verdict, subject, row.message());
        row.notes().stream().filter(told::add).forEach(note -> lines.print("", "", note));
        advise(row.advice());
    }

    private void advise(String advice) {
        if (!advice.isEmpty() && told.add(advice)) {
            lines.print("", "", "-> " + advice);
        }
    }

    /** Ends with what is known only when all has been asked. */
    void end(ProbeDocument probed) {
        printUntried();
        lines.print("");
        for (ProbeDocument.Row row : probed.checks()) {
            if (!row.advice().isEmpty() && told.add(row.advice())) {
                lines.print("-> %s: %s".formatted(row.check(), TextOutput.visible(row.advice())));
            }
        }
        lines.print("%s was asked over %s for $%s"
                .formatted(TextOutput.visible(probed.model()), name(probed.api()), probed.usd()));
    }

    private static String name(String api) {
        return switch (api) {
            case "responses" -> "the Responses API";
            case "chat-max-tokens" -> "Chat Completions with max_tokens";
            default -> "Chat Completions";
        };
    }
}
