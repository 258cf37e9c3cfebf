// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private static final long MILLIS = 1_000_000;
    private static final Deadlines MINUTE = new Deadlines(60_000 * MILLIS, 60_000 * MILLIS);

    private static final RunDriver.Work NOTHING = new RunDriver.Work(() -> () -> {}, thrown -> () -> {}, thread -> {});

    @Test
    void codeThatIgnoresItsInterrupt_isLeftBehindAfterTheGrace() {
        assertThat(MINUTE.leaveAt(1_000 * MILLIS)).isEqualTo(1_700 * MILLIS);
    }

    @Test
    void grace_endsWithTheOvertime_butLastsAMoment() {
        assertThat(MINUTE.leaveAt(60_500 * MILLIS)).isEqualTo(60_950 * MILLIS);
        assertThat(MINUTE.leaveAt(61_000 * MILLIS)).isEqualTo(61_050 * MILLIS);
    }

    @Test
    void grace_goesOnWhileOthersEndOneByOne() {
        var strand = new ThreadedWork("a/0", "cadre-run-a/0", NOTHING);
        strand.beginGrace(MINUTE, 60_000 * MILLIS);
        strand.beginGrace(MINUTE, 60_900 * MILLIS); // again, which changes nothing

        assertThat(MINUTE.leaveAt(strand, Long.MIN_VALUE)).isEqualTo(60_700 * MILLIS);
        assertThat(MINUTE.leaveAt(strand, 60_100 * MILLIS)).isEqualTo(60_700 * MILLIS);
        assertThat(MINUTE.leaveAt(strand, 60_690 * MILLIS)).isEqualTo(60_740 * MILLIS);
        assertThat(MINUTE.leaveAt(strand, 60_940 * MILLIS)).as("at the latest").isEqualTo(60_950 * MILLIS);
    }

    @Test
    void mergeThatBeginsLate_hasAMoment() {
        assertThat(MINUTE.mergeUntil(0)).isEqualTo(60_000 * MILLIS);
        assertThat(MINUTE.mergeUntil(59_900 * MILLIS)).isEqualTo(60_050 * MILLIS);
    }

    @Test
    void cancelGrace_ofANestedRun_endsBeforeThatOfTheOneAroundIt() {
        for (int depth = 0; depth < 4; depth++) {
            assertThat(MINUTE.nested(depth + 1).cancelGraceNanos())
                    .isLessThan(MINUTE.nested(depth).cancelGraceNanos());
        }
        assertThat(MINUTE.nested(0)).isEqualTo(MINUTE);
        assertThat(MINUTE.nested(50).cancelGraceNanos()).isEqualTo(Deadlines.LEAST_GRACE_NANOS);
    }
}
