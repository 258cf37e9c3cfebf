// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ModelException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunFailureTest {
    private static final RunFailure REJECTED =
            RunFailure.of(RunFailure.Kind.PLAN_REJECTED, "nothing was admitted", List.of("no id", "no type"));

    @Test
    void failure_isItsKindItsMessageAndItsDetailsInALine() {
        assertThat(REJECTED).hasToString("PLAN_REJECTED: nothing was admitted [no id, no type]");
        assertThat(REJECTED.message()).isEqualTo("nothing was admitted");
        assertThat(REJECTED.details()).containsExactly("no id", "no type");
        assertThat(REJECTED.cause()).isEmpty();
        assertThat(REJECTED.outage()).isEmpty();
        assertThat(RunFailure.of(RunFailure.Kind.CANCELLED, "it was cancelled"))
                .hasToString("CANCELLED: it was cancelled");
    }

    @Test
    void cause_isTheExceptionItself_withoutKeys() {
        var plain = new IllegalStateException("broken");
        var telling = new IllegalStateException("key sk-abcdefghijklmnopqrstuvwxyz0123456789 was refused");

        assertThat(REJECTED.causedBy(plain).cause()).containsSame(plain);
        assertThat(REJECTED.causedBy(null)).isSameAs(REJECTED);
        assertThat(REJECTED.causedBy(telling).cause().orElseThrow().getMessage())
                .doesNotContain("sk-abc");
    }

    @Test
    void outage_isTheModelsFailureThatOtherRunsMeetToo() {
        var outage = new ModelException.AuthFailed("bad key");

        assertThat(REJECTED.sharedBy(outage).outage()).containsSame(outage);
        assertThat(REJECTED.sharedBy(outage).cause()).containsSame(outage);
        assertThat(REJECTED.sharedBy(null)).isSameAs(REJECTED);
    }

    @Test
    void missing_saysWhatAndWhy() {
        assertThat(new Missing("a#1", "failed: REFUSED")).hasToString("a#1 (failed: REFUSED)");
    }
}
