// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.function.Predicate;

/**
 * What must hold of an output for what depends on it to be needed.
 *
 * @param says the condition in words
 * @param otherwise that it does not hold, in words
 * @param holds asked with the output once it is there, with an {@link java.util.Optional} of it if the dependency is soft; may
 *     be asked more than once, and must then say the same
 */
public record Condition(String says, String otherwise, Predicate<Object> holds) {
    public Condition {
        if (says.isBlank() || otherwise.isBlank()) {
            throw new IllegalArgumentException("a condition must be said in words");
        }
    }

    /** A condition that, where it does not hold, is told in its own words. */
    public Condition(String says, Predicate<Object> holds) {
        this(says, "a condition does not hold: " + says, holds);
    }

    /** The words. */
    @Override
    public String toString() {
        return says;
    }
}
