// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/** What is worth knowing about a test that failed, shown beneath its failure; it is no failure of its own. */
final class TestFacts extends Exception {
    private TestFacts(String text) {
        super(text, null, false, false);
    }

    /** The facts and what followed from the failure; empty if there is nothing to say. */
    static Optional<TestFacts> of(Map<String, String> facts, Optional<? extends Throwable> consequence) {
        var lines = new StringJoiner("\n");
        facts.forEach((name, fact) -> lines.add(name + ": " + fact));
        consequence.ifPresent(leak -> lines.add("perhaps as a consequence, " + leak.getMessage()));
        return lines.length() == 0 ? Optional.empty() : Optional.of(new TestFacts(lines.toString()));
    }
}
