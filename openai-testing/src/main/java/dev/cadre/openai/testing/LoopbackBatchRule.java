// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import java.util.function.Predicate;

/** What befalls which batches. Without a rule a batch completes. */
public final class LoopbackBatchRule {
    /** How a batch ends. */
    sealed interface Fate {
        record Completes() implements Fate {}

        record Expires(int afterRequests) implements Fate {}

        record Rejected(String code, String message) implements Fate {}
    }

    private final Predicate<LoopbackBatch> condition;
    private volatile Fate fate = new Fate.Completes();

    LoopbackBatchRule(Predicate<LoopbackBatch> condition) {
        this.condition = condition;
    }

    /** Its window closes after so many requests were answered; the others are in the error file as expired. */
    public void expiresAfter(int requests) {
        fate = new Fate.Expires(requests);
    }

    /** It fails its validation with this error; nothing of it is billed. */
    public void isRejected(String code, String message) {
        fate = new Fate.Rejected(code, message);
    }

    boolean matches(LoopbackBatch batch) {
        return condition.test(batch);
    }

    Fate fate() {
        return fate;
    }
}
