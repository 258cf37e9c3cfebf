// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import java.io.PrintStream;

/** The lines of {@code cadre doctor}, each flushed at once; with {@code --json} there are none, but a document at the end. */
record DoctorLines(PrintStream out, Output output) {
    void print(DoctorFindings.Finding finding) {
        print(finding.verdict().label(), finding.subject(), finding.message());
    }

    void print(String verdict, String subject, String message) {
        String head = "%-13s %s".formatted(verdict, subject.isEmpty() ? "  " : subject + ": ");
        print(TextOutput.visible(head + message));
    }

    void print(String line) {
        if (output == Output.TEXT) {
            out.println(line);
            out.flush();
        }
    }
}
