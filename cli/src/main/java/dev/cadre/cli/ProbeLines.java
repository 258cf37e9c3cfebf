// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.probe.Finding;
import dev.cadre.probe.Finding.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Prints what a probe finds as soon as it is found. Checks that were not tried for the same reason share a line. */
final class ProbeLines implements Consumer<Finding> {
    private final DoctorLines lines;
    private final ProbeAdvice advice;
    private final List<ProbeDocument.Row> untried = new ArrayList<>();

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
        row.notes().forEach(note -> lines.print("", "", note));
    }

    /** @param hint what to do about a server that answered nothing */
    void end(ProbeDocument probed, Optional<String> hint) {
        printUntried();
        hint.ifPresent(line -> lines.print("", "", line));
        lines.print("");
        lines.print("%s was asked for $%s".formatted(TextOutput.visible(probed.model()), probed.usd()));
    }
}
