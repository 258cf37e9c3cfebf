// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.model.BatchLimits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The shards under way, which item is in which, and how much may be under way at once. For one thread. */
final class OpenShards {
    /** Where an item is under way. */
    record Place(Shard shard, BatchItem item) {}

    private final List<Shard> made = new ArrayList<>();
    private final List<Shard> doubtful = new ArrayList<>();
    private final List<Shard> postponed = new ArrayList<>();
    private final Map<String, Place> places = new HashMap<>();
    /** What one batch may be. */
    private BatchLimits offered;

    private BatchLimits limits;

    OpenShards(BatchLimits wanted) {
        offered = wanted;
        limits = wanted;
    }

    /** Takes in the limits of the provider. */
    void offered(BatchLimits taken) {
        offered = taken.within(offered);
        limits = offered;
    }

    /** Whether a line would fit if nothing else was under way. */
    boolean canHold(int length) {
        return Shard.canHold(length, offered);
    }

    BatchLimits offered() {
        return offered;
    }

    /** Adds a shard that has a batch. */
    void made(Shard shard) {
        doubtful.remove(shard);
        made.add(shard);
    }

    /** Adds a shard that may have a batch: the reply of the provider was lost. */
    void doubtful(Shard shard) {
        doubtful.add(shard);
    }

    /** Adds a shard that has no batch yet. */
    void postpone(Shard shard) {
        postponed.add(shard);
    }

    void ended(Shard shard) {
        made.remove(shard);
        doubtful.remove(shard);
    }

    List<Shard> made() {
        return List.copyOf(made);
    }

    List<Shard> doubtful() {
        return List.copyOf(doubtful);
    }

    /** Takes out what was postponed. */
    List<Shard> takePostponed() {
        List<Shard> taken = List.copyOf(postponed);
        postponed.clear();
        return taken;
    }

    boolean isAnyPostponed() {
        return !postponed.isEmpty();
    }

    boolean isEmpty() {
        return made.isEmpty() && doubtful.isEmpty() && postponed.isEmpty();
    }

    /** Whether the provider works on any of them, as far as is known. */
    boolean isAnyAtWork() {
        return !doubtful.isEmpty() || made.stream().anyMatch(shard -> !shard.state.isParked());
    }

    private Stream<Shard> atWorkOrSoon() {
        return Stream.of(made, doubtful, postponed)
                .flatMap(each -> each.stream().filter(shard -> !shard.state.isParked()));
    }

    boolean hasRoomForMore() {
        return atWorkOrSoon().count() < limits.openBatches();
    }

    long tokens() {
        return atWorkOrSoon().mapToLong(Shard::tokens).sum();
    }

    BatchLimits limits() {
        return limits;
    }

    /** The provider took no batch of so many tokens although none was open: smaller ones from now on. */
    void tighten(long tokens) {
        limits = limits.withEnqueuedTokens(Math.clamp(tokens / 2, 1, limits.enqueuedTokens()));
    }

    void put(Shard shard, BatchItem item) {
        places.put(item.name(), new Place(shard, item));
    }

    /** The item is under way no more; one with the same name that came after it may be. */
    void letGo(BatchItem item) {
        places.computeIfPresent(item.name(), (name, place) -> place.item() == item ? null : place);
    }

    /** The items of inputs that were pulled and are under way, in the order of the inputs. */
    List<BatchItem> underWay() {
        return places.values().stream()
                .map(Place::item)
                .filter(BatchItem::hasPlace)
                .sorted(Comparator.comparingLong(BatchItem::index))
                .toList();
    }

    Optional<Place> place(String name) {
        return Optional.ofNullable(places.get(name));
    }
}
