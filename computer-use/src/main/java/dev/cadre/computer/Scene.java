// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What is known when an action is about to be done. Address, title and target are words of the page: untrusted,
 * but one line each, without characters that would steer a terminal, turn a direction or hide.
 *
 * @param address where the screen is, such as a page's URL; empty if it has none
 * @param title what it calls itself
 * @param target what the action would hit, for people, such as {@code button "Send"}; empty if nothing
 * @param risks what the action would do; empty if nothing that matters
 * @param checks the provider's doubts about the turn that the action is part of
 */
public record Scene(String address, String title, String target, Set<Risk> risks, List<SafetyCheck> checks) {
    public Scene {
        address = PlainText.of(address);
        title = PlainText.of(title);
        target = PlainText.of(target);
        var copy = EnumSet.noneOf(Risk.class);
        copy.addAll(risks);
        risks = java.util.Collections.unmodifiableSet(copy);
        checks = List.copyOf(checks);
    }

    /** What an environment knows, which is nothing of the provider's doubts. */
    public static Scene of(String address, String title, String target, Set<Risk> risks) {
        return new Scene(address, title, target, risks, List.of());
    }

    /** Whether the action would still do the same to the same; a title may change at any time. */
    boolean holdsAfter(Scene later) {
        return address.equals(later.address) && target.equals(later.target) && risks.equals(later.risks);
    }

    Scene doubtedBy(List<SafetyCheck> pending) {
        return new Scene(address, title, target, risks, pending);
    }
}
