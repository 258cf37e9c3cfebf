// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.model.CallPurpose;

/**
 * Where in a run a call belongs: what a recorded reply is found by, together with its ordinal there. The request is no part
 * of it, so that a reply is still found when a prompt has other words.
 */
final class Place {
    private Place() {}

    /** {@code plan}, {@code merge}, or {@code work ID} with the id of the subtask or item. */
    static String of(CallPurpose purpose) {
        return switch (purpose.kind()) {
            case PLAN -> "plan";
            case MERGE -> "merge";
            case WORK, REPAIR, ESCALATION, CODE ->
                purpose.subtaskType().equals("merger") ? "merge" : "work " + purpose.subtaskId();
        };
    }
}
