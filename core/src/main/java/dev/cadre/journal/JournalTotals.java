// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.journal.JournalEntry.Collected;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalEntry.Enqueued;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalEntry.RunEnded;
import dev.cadre.journal.JournalEntry.RunStarted;
import dev.cadre.journal.JournalEntry.Settled;
import dev.cadre.journal.JournalEntry.ShardNoted;
import dev.cadre.model.CallPurpose;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the entries add up to. Holds money and places in the store, never texts of plans and outputs. Safe for use by many
 * threads; nothing in here waits.
 */
final class JournalTotals {
    private final EndedIndex ended = new EndedIndex();
    private final SequencedMap<String, RunBooks> runs = new LinkedHashMap<>();

    private record Attempt(JournalKey key, int number) {}

    private record Request(JournalKey key, int shard) {}

    private record Effect(JournalKey key, Fingerprint fingerprint) {}

    private static final class RunBooks {
        @Nullable
        RunStarted started;

        @Nullable
        RunEnded end;

        Spend booked = Spend.NONE;
        /** The part of it that the plan took. */
        Spend bookedForPlan = Spend.NONE;

        final SequencedMap<Attempt, Intent> open = new LinkedHashMap<>();
        /** Intents whose attempt number was used again before they were settled. */
        final List<Intent> superseded = new ArrayList<>();

        final Map<Integer, Location> plan = new TreeMap<>();
        /** Subtasks and items of the plan that have left something: by the id of the subtask, one above the index of the item. */
        final Map<String, BitSet> withOutput = new HashMap<>();
        /** The effects of which nobody knows whether they happened. */
        final Set<Effect> unknown = new HashSet<>();

        final List<ShardNoted> shards = new ArrayList<>();
        /** Requests in batches that are not collected. */
        final SequencedMap<Request, Enqueued> enqueued = new LinkedHashMap<>();

        List<Intent> openIntents() {
            var intents = new ArrayList<>(superseded);
            intents.addAll(open.values());
            return intents;
        }
    }

    /** Throws {@link ArithmeticException} if the sums of the run exceed any amount of money. */
    synchronized void add(JournalEntry entry, Location location) {
        var run = runs.computeIfAbsent(entry.run(), id -> new RunBooks());
        switch (entry) {
            case RunStarted started -> {
                run.started = started;
                run.end = null;
            }
            case PlanAdmitted admitted -> run.plan.putIfAbsent(admitted.position(), location);
            case Intent intent -> {
                var earlier = run.open.put(new Attempt(intent.key(), intent.attempt()), intent);
                if (earlier != null) {
                    // its fate stays unknown, so its worst case stays spent
                    run.superseded.add(earlier);
                }
            }
            case Settled settled -> {
                Intent intent = run.open.remove(new Attempt(settled.key(), settled.attempt()));
                run.booked = run.booked.plus(settled.spend());
                if (intent == null || isForPlan(intent)) {
                    run.bookedForPlan = run.bookedForPlan.plus(settled.spend());
                }
            }
            case ShardNoted noted -> run.shards.add(noted);
            case Enqueued request -> {
                var earlier = run.enqueued.put(new Request(request.key(), request.shard()), request);
                if (earlier != null) {
                    // as for attempts: what became of it stays unknown
                    run.booked = run.booked.plus(Spend.forfeited(earlier.reserved()));
                }
            }
            case Collected collected -> {
                run.enqueued.remove(new Request(collected.key(), collected.shard()));
                run.booked = run.booked.plus(collected.spend());
            }
            case Ended end -> ended(run, end, location);
            case RunEnded end -> run.end = end;
        }
    }

    private void ended(RunBooks run, Ended end, Location location) {
        JournalKey key = end.key();
        ended.add(key, end.fingerprint(), location);
        if (!run.plan.isEmpty()) {
            leaves(run, end);
        }
        boolean isNote = run.started != null && end.fingerprint().equals(run.started.goal());
        if (key.isItem() && !isNote) { // notes of all items have one fingerprint: nobody could find one among them
            ended.addItem(key.run(), key.subtask(), end.fingerprint(), location);
        }
    }

    /** An end of the same work says what became of an effect of unknown fate. */
    private static void leaves(RunBooks run, Ended end) {
        var effect = new Effect(end.key(), end.fingerprint());
        if (isUnknown(end.outcome())) {
            run.unknown.add(effect);
        } else {
            run.unknown.remove(effect);
        }
        if (end.outcome().isSucceeded()) {
            run.withOutput
                    .computeIfAbsent(end.key().subtask(), subtask -> new BitSet())
                    .set(end.key().item() - JournalKey.WHOLE);
        }
    }

    private static boolean isUnknown(Outcome<String> outcome) {
        return outcome instanceof Outcome.Failed<String>(Failure failure)
                && failure.kind() == Failure.Kind.EFFECT_UNKNOWN;
    }

    synchronized Set<JournalKey> withOutput(String run) {
        RunBooks books = books(run);
        Stream<JournalKey> withOutput = books.withOutput.entrySet().stream()
                .flatMap(subtask -> subtask.getValue().stream()
                        .mapToObj(place -> new JournalKey(run, subtask.getKey(), place + JournalKey.WHOLE)));
        return Stream.concat(withOutput, books.unknown.stream().map(Effect::key))
                .collect(Collectors.toUnmodifiableSet());
    }

    synchronized List<Location> endedItems(String run, String subtask, Fingerprint fingerprint) {
        return ended.candidates(run, subtask, fingerprint);
    }

    synchronized List<Location> ended(JournalKey key, Fingerprint fingerprint) {
        return ended.candidates(key, fingerprint);
    }

    synchronized List<RunStarted> runs() {
        return runs.values().stream()
                .flatMap(run -> Optional.ofNullable(run.started).stream())
                .toList();
    }

    synchronized Optional<RunEnded> runEnded(String run) {
        return Optional.ofNullable(books(run).end);
    }

    synchronized List<Location> plan(String run) {
        return List.copyOf(books(run).plan.values());
    }

    synchronized List<Intent> openIntents(String run) {
        return List.copyOf(books(run).openIntents());
    }

    synchronized List<JournalEntry.OfBatch> batches(String run) {
        var books = books(run);
        return Stream.<JournalEntry.OfBatch>concat(books.shards.stream(), books.enqueued.values().stream())
                .toList();
    }

    synchronized Spend spent(String run) {
        var books = books(run);
        Stream<Spend> open = Stream.concat(
                books.openIntents().stream().map(JournalTotals::forfeited),
                books.enqueued.values().stream().map(request -> Spend.forfeited(request.reserved())));
        return sum(books.booked, open);
    }

    synchronized Spend planningSpent(String run) {
        var books = books(run);
        return sum(
                books.bookedForPlan,
                books.openIntents().stream().filter(JournalTotals::isForPlan).map(JournalTotals::forfeited));
    }

    private static boolean isForPlan(Intent intent) {
        return intent.asked().kind() == CallPurpose.Kind.PLAN;
    }

    private static Spend forfeited(Intent intent) {
        return intent.asked().forfeited(intent.reserved());
    }

    private static Spend sum(Spend booked, Stream<Spend> open) {
        return open.reduce(booked, Spend::plus);
    }

    private RunBooks books(String run) {
        return runs.getOrDefault(run, new RunBooks());
    }
}
