// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.Effort;
import dev.cadre.model.ModelRequest;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The efforts that a server refuses for one model.
 *
 * @param replaced what is sent in place of one
 * @param leftOut those in whose place nothing is sent
 */
record Efforts(Map<Effort, Effort> replaced, Set<Effort> leftOut) {
    /** All are taken. */
    static final Efforts ALL = new Efforts(Map.of(), Set.of());

    Efforts {
        replaced = Map.copyOf(replaced);
        leftOut = Set.copyOf(leftOut);
    }

    boolean areAllTaken() {
        return replaced.isEmpty() && leftOut.isEmpty();
    }

    /** The longest body: the longest word, and all that goes with reasoning. */
    static Efforts longest(Effort asked) {
        return ALL.with(asked, Effort.MINIMAL);
    }

    /**
     * The same with a refusal. An effort is replaced once, and left out if what replaces it is refused as well.
     *
     * @param sent the word that was sent for the effort that was asked
     */
    Efforts refusing(Effort asked, String sent, Set<Effort> allowed) {
        Effort now = replaced.getOrDefault(asked, asked);
        if (leftOut.contains(asked) || !now.wireName().equals(sent)) {
            return this; // another call has learned it meanwhile
        }
        Optional<Effort> nearest = replaced.containsKey(asked) ? Optional.empty() : nearest(asked, allowed);
        return nearest.map(other -> with(asked, other)).orElseGet(() -> without(asked));
    }

    /** The least that is more, else the most that is less. */
    private static Optional<Effort> nearest(Effort asked, Set<Effort> allowed) {
        return allowed.stream()
                .filter(each -> each.compareTo(asked) > 0)
                .min(Comparator.naturalOrder())
                .or(() -> allowed.stream().max(Comparator.naturalOrder()));
    }

    private Efforts with(Effort asked, Effort other) {
        var more = new EnumMap<Effort, Effort>(Effort.class);
        more.putAll(replaced);
        more.put(asked, other);
        return new Efforts(more, leftOut);
    }

    private Efforts without(Effort asked) {
        var less = new EnumMap<Effort, Effort>(Effort.class);
        less.putAll(replaced);
        less.remove(asked);
        var more = EnumSet.of(asked);
        more.addAll(leftOut);
        return new Efforts(less, more);
    }

    ModelRequest apply(ModelRequest request) {
        Effort other = replaced.get(request.effort());
        return other == null ? request : request.withEffort(other);
    }

    void apply(ObjectNode body, ModelRequest request) {
        if (leftOut.contains(request.effort())) {
            OptionalParameter.REASONING.removeFrom(body);
            OptionalParameter.REASONING_EFFORT.removeFrom(body);
        }
    }

    /** What the reply to a request notes; empty if its effort is taken. */
    String note(ModelRequest request) {
        Effort other = replaced.get(request.effort());
        String refused = "the server refuses the effort '%s' for this model: "
                .formatted(request.effort().wireName());
        if (other != null) {
            return refused + "'" + other.wireName() + "' was sent";
        }
        return leftOut.contains(request.effort()) ? refused + "it was left out" : "";
    }
}
