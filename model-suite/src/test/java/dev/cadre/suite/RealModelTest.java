// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs the suite against the server that {@code -Dcadre.local} names; only in {@code -Plocal-model}. */
@Tag("local-model")
class RealModelTest {
    /** How good the model is judges nobody here: the table says it. That the server answers is asserted. */
    @Test
    void suite_runsToItsEnd() throws Exception {
        List<TrialResult> results =
                Suite.run(Settings.of(System::getProperty, System.getenv("CADRE_LOCAL_KEY")), System.out);

        assertThat(results)
                .isNotEmpty()
                .noneMatch(result -> result.verdict().cause() == Cause.SERVER_FAILED
                        || result.verdict().cause() == Cause.THREW);
    }
}
