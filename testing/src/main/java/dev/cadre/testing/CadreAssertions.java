// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.RunResult;

/** Where the assertions of Cadre begin; import statically beside AssertJ's own. */
public final class CadreAssertions {
    private CadreAssertions() {}

    /** Asserts on a run's result. */
    public static <R> RunResultAssert<R> assertThat(RunResult<R> actual) {
        return new RunResultAssert<>(actual);
    }
}
