// SPDX-License-Identifier: Apache-2.0
package dev.cadre.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.journal.Fingerprint;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PromptTest {
    /**
     * A journal says which versions a session used, so a changed text needs a higher version. If this is red: raise the
     * version of the text, write the new line here, and say in docs/prompts.md why it changed.
     */
    @Test
    void changedText_hasAHigherVersion() {
        String versions = Arrays.stream(Prompt.values())
                .map(each -> each + " "
                        + Fingerprint.of(each.with("a", "b", "c", "d")).hex().substring(0, 8))
                .collect(Collectors.joining("\n"));

        assertThat(versions).isEqualTo("""
                PLAN c5fc8710
                PLAN_TIER 317c4488
                PLAN_WHEN 58372cf5
                PLAN_OPTIONAL 024af5bb
                PLAN_AFTER c4b3e534
                PLAN_INPUTS d3032bb4
                PLAN_EARLIER 29d9de25
                PLAN_ATTACHED 172e3b5a
                PLAN_SHOWING c3a9263c
                PLAN_INSTRUCTIONS f88b75d4
                PLAN_CONTINUATION 428dfe51
                PLAN_ROUND 2d38cb36
                PLAN_REPAIR 5003730c
                WORK 51c94178
                WORK_PACK 85e76ce9
                WORK_CONTEXT 4a304202
                WORK_SHOWN c28d769f
                WORK_ARTIFACTS 141dd263
                READ_ARTIFACT c16098e7
                WORK_EARLIER_ATTEMPT 3146605d
                WORK_REPAIR 541eb978
                MERGE 72d4618f
                MERGE_REPAIR 3a18eedc
                MERGE_NOTES f0a69e79
                MERGE_INSTRUCTIONS 7509ccec
                JUDGE_BEST 609a7e56
                JUDGE 9b32b76b""");
        assertThat(Prompt.versions())
                .isEqualTo(
                        "plan 1, plan-tier 1, plan-when 1, plan-optional 1, plan-after 1, plan-inputs 1, plan-earlier 1, plan-attached 1, plan-showing 1, plan-instructions 1, plan-continuation 1,"
                                + " plan-round 1, plan-repair 1, work 1, work-pack 1, work-context 1, work-shown 1, work-artifacts 1, read-artifact 1,"
                                + " work-earlier-attempt 1, work-repair 1, merge 1, merge-repair 1, merge-notes 1,"
                                + " merge-instructions 1, judge-best 1, judge 1");
    }

    @Test
    void values_areNotLookedIntoForPlaces() {
        assertThat(Prompt.JUDGE.with("100 % of %s")).endsWith("Say whether the other answer is good. 100 % of %s");
    }
}
