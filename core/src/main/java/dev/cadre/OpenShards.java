// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.model.BatchLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The shards under way, and which item is in which. For one thread. */
final class OpenShards<I> {
    /** Where an item is under way. */
    record Place<I>(Shard<I> shard, BatchItem<I> item) {}

    private final List<Shard<I>> submitted = new ArrayList<>();
    private final Deque<Shard<I>> postponed = new ArrayDeque<>();
    private final Map<String, Place<I>> places = new HashMap<>();

    /** A shard that has a batch. */
    void submitted(Shard<I> shard) {
        submitted.add(shard);
    }

    void ended(Shard<I> shard) {
        submitted.remove(shard);
        shard.close();
    }

    List<Shard<I>> submitted() {
        return List.copyOf(submitted);
    }

    /** A shard that the provider takes only once another one has ended. */
    void postpone(Shard<I> shard) {
        postponed.add(shard);
    }

    Optional<Shard<I>> nextPostponed() {
        return Optional.ofNullable(postponed.poll());
    }

    boolean isEmpty() {
        return submitted.isEmpty() && postponed.isEmpty();
    }

    boolean hasRoomForMore(BatchLimits limits) {
        return submitted.size() + postponed.size() < limits.openBatches();
    }

    long tokens() {
        return Stream.concat(submitted.stream(), postponed.stream())
                .mapToLong(Shard::tokens)
                .sum();
    }

    void put(Shard<I> shard, BatchItem<I> item) {
        places.put(item.name, new Place<>(shard, item));
    }

    /** The item is under way no more; one with the same name that came after it may be. */
    void letGo(BatchItem<I> item) {
        places.computeIfPresent(item.name, (name, place) -> place.item() == item ? null : place);
    }

    Optional<Place<I>> place(String name) {
        return Optional.ofNullable(places.get(name));
    }
}
