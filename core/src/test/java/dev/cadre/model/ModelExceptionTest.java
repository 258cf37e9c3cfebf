// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ModelException.Charge;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ModelExceptionTest {
    @Test
    void keys_inMessageAndCause_areTakenOut() {
        var failure = new ModelException.ConnectionFailed(
                "sent with sk-proj-canary0123456789", Charge.UNKNOWN, new IOException("Bearer canary0123456789"));

        assertThat(failure).hasMessage("sent with [redacted]");
        assertThat(failure.getCause()).hasMessage("java.io.IOException: [redacted]");
    }

    @Test
    void cause_withoutKey_staysItself() {
        var cause = new IOException("reset");

        assertThat(new ModelException.ConnectionFailed("lost", Charge.UNKNOWN, cause))
                .hasCause(cause);
    }
}
