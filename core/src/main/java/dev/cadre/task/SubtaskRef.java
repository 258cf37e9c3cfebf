// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.Optional;

/**
 * A typed reference to a subtask of a graph that is being built: what another subtask's input, or the answer, is made
 * of. Immutable.
 *
 * @param <T> the output that it stands for
 */
public final class SubtaskRef<T> {
    private final String id;
    private final TaskGraph.Builder owner;
    private final boolean soft;

    SubtaskRef(String id, TaskGraph.Builder owner, boolean soft) {
        this.id = id;
        this.owner = owner;
        this.soft = soft;
    }

    /** The subtask's id. */
    public String id() {
        return id;
    }

    /**
     * The same output as a soft dependency: empty if the subtask does not succeed, instead of skipping what depends on
     * it.
     */
    public SubtaskRef<Optional<T>> ifSucceeded() {
        return new SubtaskRef<>(id, owner, true);
    }

    boolean isSoft() {
        return soft;
    }

    TaskGraph.Builder owner() {
        return owner;
    }

    @Override
    public String toString() {
        return "SubtaskRef[%s]".formatted(id);
    }
}
