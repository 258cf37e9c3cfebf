// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.event.RunEvent;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.Tier;
import dev.cadre.price.Spend;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunTallyTest {
    private final RunTally tally = new RunTally();

    private void replied(String... notes) {
        tally.on(new RunEvent.AttemptEnded(
                "run",
                Duration.ZERO,
                new RunEvent.Call(CallPurpose.Kind.WORK, "a", Tier.NANO, "small", "small"),
                new RunEvent.CallEnd.Replied(Finish.COMPLETE, List.of(notes)),
                Spend.NONE,
                new RunEvent.CallTimes(Duration.ZERO, Duration.ZERO)));
    }

    @Test
    void notesOfReplies_areListedOnce_withTheirNumber() {
        replied("the tool has no id");
        replied();
        for (int i = 0; i < 1_200; i++) {
            replied("the schema was ignored");
        }

        assertThat(tally.notes()).containsExactly("the tool has no id", "the schema was ignored (1,200 replies)");
    }

    @Test
    void notesThatAllDiffer_areKeptUpToALimit_andThoseKnownAreStillCounted() {
        for (int i = 0; i < 2 * RunTally.MOST_NAMED; i++) {
            replied("note " + i);
        }
        replied("note 7");

        assertThat(tally.notes()).hasSize(RunTally.MOST_NAMED).contains("note 7 (2 replies)");
    }
}
