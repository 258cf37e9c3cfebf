// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips a test class where there is no Chromium, with one line for all of them. */
final class RequiresChromium implements ExecutionCondition {
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (Chromium.isInstalled()) {
            return ConditionEvaluationResult.enabled("there is a Chromium");
        }
        if (TOLD.compareAndSet(false, true)) {
            System.out.println("tests of computer use are skipped, because there is no Chromium on the path");
        }
        return ConditionEvaluationResult.disabled("there is no Chromium on the path");
    }
}
