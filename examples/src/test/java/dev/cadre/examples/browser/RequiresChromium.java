// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips a test class with one line where there is no Chromium. */
final class RequiresChromium implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (Chromium.isInstalled()) {
            return ConditionEvaluationResult.enabled("there is a Chromium");
        }
        if (context.getTestMethod().isEmpty()) {
            System.out.println(context.getDisplayName() + ": skipped, because there is no Chromium on the path");
        }
        return ConditionEvaluationResult.disabled("there is no Chromium on the path");
    }
}
