// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.task.Missing;
import java.util.List;
import org.junit.jupiter.api.Test;

class MissingNotesTest {
    @Test
    void sameReasons_areOneLine_withoutCodes() {
        String broken = "failed: NOT_ACCEPTED: the answer breaks the rule 'every claim cites lines of a passage'";
        String few = "failed: TOO_FEW_ITEMS: 0 of 10 items succeeded, 1 needed; first: failed: TIMED_OUT: no answer";

        assertThat(MissingNotes.of(List.of(
                        new Missing("say#1", broken),
                        new Missing("say", few),
                        new Missing("say#2", broken),
                        new Missing("say#3", broken),
                        new Missing("say#4", broken),
                        new Missing("late", "skipped: DEADLINE: the time was up"))))
                .containsExactly(
                        "missing: say#1, say#2, say#3 and 1 more: the answer breaks the rule"
                                + " 'every claim cites lines of a passage'",
                        "missing: say: 0 of 10 items succeeded, 1 needed; first: no answer",
                        "missing: late: the time was up");
    }
}
