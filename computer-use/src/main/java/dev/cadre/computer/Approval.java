// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

/** What an {@link ApprovalRule} says. */
public enum Approval {
    /** Do it; the provider's doubts about it, if there are any, are answered for. */
    APPROVE,
    /**
     * Do not do it. The model is told, and sees the screen; but where the provider has doubts the subtask ends, because it
     * can only go on if they are approved.
     */
    REFUSE
}
