// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static dev.cadre.schedule.RunRig.node;
import static dev.cadre.schedule.RunRig.optional;
import static dev.cadre.schedule.RunRig.replanning;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.task.Missing;
import dev.cadre.task.RunStatus;
import dev.cadre.worker.RungEnd;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A machine goes through the rounds that earlier sessions added, before it merges. */
class RoundsOnRecordTest {
    private static final RunInput ACCEPTED = new RunInput.MergeEnded(Merged.of("answer"));

    private static RunCommand.StartRound round(RunRig rig, int number) {
        return rig.only(RunCommand.StartRound.class).get(number - 1);
    }

    @Test
    void roundsOnRecord_areGoneThroughInOrder_thoughNothingIsWrong() {
        var rig = replanning(0, "", "it is long").plan(node("a")).accept("a");

        assertThat(round(rig, 1).isNeeded()).isFalse();
        rig.plan(node("b")).accept("b");
        assertThat(round(rig, 2).rejected()).isEqualTo("it is long");
        assertThat(round(rig, 2).isNeeded()).isTrue();
        rig.plan(node("c")).accept("c");
        assertThat(rig.merging()).extracting(SubtaskOutcome::id).containsExactly("a", "b", "c");

        assertThat(rig.on(ACCEPTED).ending().status()).isEqualTo(RunStatus.COMPLETE);
    }

    @Test
    void roundOnRecord_isGoneThrough_afterOneThatAddsNothingNow() {
        var rig = replanning(2, "", "").plan(node("a")).accept("a");

        rig.on(new RunInput.PlanEnded(List.of())).plan(node("c")).accept("c").on(ACCEPTED);

        assertThat(rig.ending().outcomes().keySet()).containsExactly("a", "c");
    }

    @Test
    void ruleOfARoundOnRecord_isKnownInTheNextRound() {
        var rig = replanning(2, "it is long").plan(node("a")).accept("a");

        rig.plan(node("b")).fail("b");

        assertThat(round(rig, 2).rejected()).isEqualTo("it is long");
    }

    @Test
    void roundOnRecord_thatThereIsNoTimeFor_isADoubt() {
        var rig = replanning(1, "").plan(node("a"), optional(node("b"))).accept("a");

        rig.on(new RunInput.WorkTimeUp()).end("b", new RungEnd.Cancelled()).on(ACCEPTED);

        assertThat(rig.only(RunCommand.StartRound.class)).isEmpty();
        assertThat(rig.ending().status()).isEqualTo(RunStatus.PARTIAL);
        assertThat(rig.ending().missing())
                .containsExactly(new Missing("planner", "there was no time for what it had added in further rounds"));
    }
}
