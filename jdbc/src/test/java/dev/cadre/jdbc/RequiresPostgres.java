// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips a test class where there is no PostgreSQL, with one line for all of them. */
final class RequiresPostgres implements ExecutionCondition {
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (TestPostgres.isInstalled()) {
            return ConditionEvaluationResult.enabled("there is a PostgreSQL");
        }
        if (TOLD.compareAndSet(false, true)) {
            System.out.println(
                    "tests of PostgreSQL are skipped, because it is not installed (Debian: apt-get install postgresql)");
        }
        return ConditionEvaluationResult.disabled("there is no PostgreSQL");
    }
}
