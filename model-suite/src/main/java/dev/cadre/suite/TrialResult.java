// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import java.time.Duration;

/** A trial that has ended. */
record TrialResult(Conversation conversation, Duration took) {
    Trial trial() {
        return conversation.trial();
    }

    Verdict verdict() {
        return conversation.verdict();
    }

    boolean passed() {
        return verdict().passed();
    }

    /** One line for people. */
    @Override
    public String toString() {
        return "%-6s %-40s %4d s  %s"
                .formatted(passed() ? "passed" : "FAILED", trial(), took.toSeconds(), passed() ? "" : verdict())
                .stripTrailing();
    }
}
