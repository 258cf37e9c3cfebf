// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import java.util.List;
import java.util.Set;

/** Decides whether an action is done; asked before each one, so it may also ask a person. */
@FunctionalInterface
public interface ApprovalRule {
    /**
     * Decides; the pointer is where the action needs it by then. All texts of action and scene are one line each, without
     * characters that would steer a terminal, turn a direction or hide, except what a {@link Action.Type} types. Runs on a tool's thread, within a tool's time, for many subtasks at once; one that throws has refused.
     */
    Approval judge(Action action, Scene scene);

    /**
     * Approves what has no risk but these, and no doubt of the provider; so without any it lets a model look around, follow
     * links within a site and fill in a form, but not send it.
     */
    static ApprovalRule allowing(Risk... risks) {
        Set<Risk> allowed = Set.copyOf(List.of(risks));
        return (action, scene) ->
                scene.checks().isEmpty() && allowed.containsAll(scene.risks()) ? Approval.APPROVE : Approval.REFUSE;
    }
}
