// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.Optional;

/** The role of a model, which configuration binds to a model id; in ascending order of ability and price. */
public enum Tier {
    /** The cheapest workers: classification, extraction, short answers. */
    NANO,
    /** The ordinary workers, and the default of mergers. */
    MINI,
    /** The planner, and the last rung of an escalation. */
    FLAGSHIP;

    /** The next dearer tier, or empty above {@link #FLAGSHIP}. */
    public Optional<Tier> above() {
        return switch (this) {
            case NANO -> Optional.of(MINI);
            case MINI -> Optional.of(FLAGSHIP);
            case FLAGSHIP -> Optional.empty();
        };
    }

    /** The next cheaper tier, or empty below {@link #NANO}. */
    public Optional<Tier> below() {
        return switch (this) {
            case NANO -> Optional.empty();
            case MINI -> Optional.of(NANO);
            case FLAGSHIP -> Optional.of(MINI);
        };
    }

    /** Whether this tier is dearer than the other. */
    public boolean isAbove(Tier other) {
        return compareTo(other) > 0;
    }

    /** The cheaper of the two. */
    public Tier atMost(Tier ceiling) {
        return isAbove(ceiling) ? ceiling : this;
    }
}
