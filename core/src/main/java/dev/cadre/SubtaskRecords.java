// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.price.Spend;
import dev.cadre.record.EffectFindings;
import dev.cadre.record.InputPrint;
import dev.cadre.record.ItemName;
import dev.cadre.record.JoinRecord;
import dev.cadre.record.KnownWork;
import dev.cadre.record.RunCache;
import dev.cadre.record.RunRecord;
import dev.cadre.record.WorkRecord;
import dev.cadre.run.Attachments;
import dev.cadre.schedule.EarlierOutcome;
import dev.cadre.schedule.EarlierOutcomes;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RungId;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.Attached;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the subtasks of one graph or plan, and of their items: their records in the journal, if there is one, and
 * their places in the outcome cache, if there is one. Safe for use by many threads.
 */
final class SubtaskRecords implements RunListener, EarlierOutcomes {
    private static final Outcome<Object> REPLACED =
            Outcome.skipped(Skip.Kind.PLAN, "an earlier session planned another subtask in its place");

    private static final Outcome<Object> UNNEEDED =
            Outcome.skipped(Skip.Kind.NOT_NEEDED, "others were enough in an earlier session");

    private final String run;
    private final Optional<RunRecord> record;
    private final Optional<RunCache> cache;
    private final Attachments attachments;
    private final Map<JournalKey, KnownWork> works = new ConcurrentHashMap<>();
    /** The fan-outs whose items have effects. */
    private final Set<String> withEffects = ConcurrentHashMap.newKeySet();
    /** What items are called, by their labels. */
    private final Map<String, ItemName> names = new ConcurrentHashMap<>();
    /** What tells the inputs apart of which nobody has made out the work yet. */
    private final Map<JournalKey, InputPrint> inputs = new ConcurrentHashMap<>();
    /** The lists with another number of items than in an earlier session. */
    private final Set<String> moved = ConcurrentHashMap.newKeySet();

    private final Set<String> reused = ConcurrentHashMap.newKeySet();
    /** Whose end without a value is that of an earlier session, and on record. */
    private final Set<JournalKey> endedBefore = ConcurrentHashMap.newKeySet();
    /** What earlier sessions planned others for, in its place. */
    private volatile Set<String> replaced = Set.of();
    /** Done when it is durable whom the joins of this session did without. */
    private volatile CompletableFuture<Void> joins = CompletableFuture.completedFuture(null);
    /** The joins of earlier sessions. */
    private volatile Map<String, JoinRecord> earlierJoins = Map.of();
    /** What they did without. */
    private volatile Set<String> unneeded = Set.of();

    SubtaskRecords(String run, Optional<RunRecord> record, Optional<RunCache> cache, Attachments attachments) {
        this.run = run;
        this.record = record;
        this.cache = cache;
        this.attachments = attachments;
    }

    /** What is attached is a part of the identity of the work, and a cache may be the user's own. */
    @Override
    public boolean callsUserCode(SubtaskType<?, ?> type) {
        boolean isCached = cache.isPresent() && type.mayBeCacheable();
        return isCached || (record.isPresent() && Attached.isNeededBy(type));
    }

    @Override
    public boolean mayBeOnRecord(SubtaskType<?, ?> type) {
        return isFoundByAttached(type) && record.filter(RunRecord::isResumed).isPresent();
    }

    @Override
    public void begins(GraphNode node, int items) {
        if (!node.dependencies().isEmpty()
                && record.isPresent()
                && !record.get().hadItems(node.id(), items)) {
            moved.add(node.id());
        }
    }

    @Override
    public Outcome<Object> unmade(String subtaskId, int item, Failure why) {
        return ofReplaced(subtaskId, item, label(subtaskId, item))
                .orElseGet(() -> hasOutput(subtaskId, item) ? EarlierOutcome.unmade(why) : new Outcome.Failed<>(why));
    }

    /** Whether an output, or an effect of unknown fate, may be on record of what cannot be told from others. */
    private boolean hasOutput(String subtaskId, int item) {
        boolean mayBeAny = item == JournalKey.WHOLE || moved.contains(subtaskId) || mayHaveBeenEnough(subtaskId, item);
        return record.filter(kept -> mayBeAny ? kept.hasOutput(subtaskId) : kept.hasOutput(key(subtaskId, item)))
                .isPresent();
    }

    /** Wherever it stood then; where those that were enough are found, nobody waits for another one. */
    private boolean mayHaveBeenEnough(String subtaskId, int item) {
        return item != JournalKey.WHOLE && !winners(subtaskId).isEmpty();
    }

    private boolean isFoundByAttached(SubtaskType<?, ?> type) {
        return record.isPresent() && Attached.isNeededBy(type);
    }

    @Override
    public Optional<EarlierOutcome> atOnce(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
        if (record.isEmpty()) {
            return Optional.empty();
        }
        InputPrint print = record.get().input(type, input);
        inputs.put(key(subtaskId, item), print);
        if (item != JournalKey.WHOLE) { // in the order of the list
            named(record.get(), subtaskId, item, type, print);
        }
        return unwritable(subtaskId, item, print)
                .or(() -> isFoundByAttached(type)
                        ? Optional.empty()
                        : onRecord(subtaskId, item, type, input, Attached.NONE));
    }

    /** It is like no other, and so not the one whose output is on record. */
    private Optional<EarlierOutcome> unwritable(String subtaskId, int item, InputPrint print) {
        return print.unfit()
                .map(why -> unmade(subtaskId, item, new Failure(Failure.Kind.INVALID_INPUT, why)))
                .filter(end -> !(end instanceof Outcome.Failed<?>)) // which the work itself comes to
                .map(EarlierOutcome::recorded);
    }

    @Override
    public Optional<EarlierOutcome> outcome(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
        String label = label(subtaskId, item);
        return switch (attachments.of(label, type, input)) {
            case Attached.Unmade(Failure failure) ->
                RunDriver.isInterrupted()
                        ? Optional.empty()
                        : Optional.of(EarlierOutcome.recorded(unmade(subtaskId, item, failure)));
            case Attached.Made made -> {
                Optional<EarlierOutcome> recorded =
                        isFoundByAttached(type) ? onRecord(subtaskId, item, type, input, made) : Optional.empty();
                yield recorded.or(() -> used(label, cached(work(subtaskId, item, type, input, made))));
            }
        };
    }

    private ItemName named(RunRecord kept, String subtaskId, int item, SubtaskType<?, ?> type, InputPrint input) {
        ItemName name = kept.name(subtaskId, item, input);
        names.putIfAbsent(label(subtaskId, item), name);
        if (type.hasEffects()) {
            withEffects.add(subtaskId);
        }
        return name;
    }

    /** What the work of this label is called in every session of the run. */
    String workId(String label) {
        ItemName name = names.get(label);
        return name == null ? label : name.id();
    }

    private static String label(String subtaskId, int item) {
        return new RungId(subtaskId, item, 0).label();
    }

    private Optional<EarlierOutcome> onRecord(
            String subtaskId, int item, SubtaskType<?, ?> type, Object input, Attached.Made made) {
        if (record.isEmpty()) {
            return Optional.empty();
        }
        KnownWork work = work(subtaskId, item, type, input, made);
        Optional<Outcome<Object>> recorded = work.record().flatMap(WorkRecord::recall);
        Optional<Outcome<Object>> known = recorded.filter(end -> !isAwaited(end));
        String label = label(subtaskId, item);
        return used(
                label,
                known.map(EarlierOutcome::recorded)
                        .map(end -> wasTaken(subtaskId, work) ? end.taken() : end)
                        .or(() -> ofReplaced(subtaskId, item, label)
                                .or(() -> recorded)
                                .map(EarlierOutcome::recorded)));
    }

    /** Whether something is on record that cannot be read. */
    private static boolean isAwaited(Outcome<Object> end) {
        return end instanceof Outcome.Skipped<Object>(Skip skip) && skip.kind() == Skip.Kind.AWAITED;
    }

    /** What is known of this work; made once. */
    private KnownWork work(String subtaskId, int item, SubtaskType<?, ?> type, Object input, Attached.Made made) {
        JournalKey key = key(subtaskId, item);
        KnownWork known = works.get(key);
        if (known == null) { // not under a lock: the type may be the user's
            known = KnownWork.of(
                    record.map(kept -> recorded(kept, key, type, input, made)),
                    cache.flatMap(shared -> shared.of(label(subtaskId, item), type, input, made)));
            works.put(key, known);
        }
        return known;
    }

    private WorkRecord recorded(
            RunRecord kept, JournalKey key, SubtaskType<?, ?> type, Object input, Attached.Made made) {
        InputPrint known = inputs.remove(key);
        InputPrint print = known == null ? kept.input(type, input) : known;
        return key.isItem()
                ? kept.work(named(kept, key.subtask(), key.item(), type, print), key.item(), type, print, made)
                : kept.work(key.subtask(), type, print, made);
    }

    /** It is gone on with. */
    private Optional<EarlierOutcome> used(String label, Optional<EarlierOutcome> earlier) {
        if (earlier.isPresent()) {
            attachments.release(label);
            boolean isOfUse = !earlier.get().outcome().isNotNeeded()
                    && !isAwaited(earlier.get().outcome());
            if (isOfUse && earlier.get().origin() instanceof Origin.Journaled) {
                reused.add(label);
            }
        }
        return earlier;
    }

    /** Whether an item was among those that were enough: by its work, because it may stand elsewhere now. */
    private boolean wasTaken(String subtaskId, KnownWork work) {
        return work.record()
                .filter(item -> winners(subtaskId).contains(item.identity()))
                .isPresent();
    }

    private static Optional<EarlierOutcome> cached(KnownWork work) {
        try {
            return work.cached();
        } catch (InterruptedException cancel) {
            Thread.currentThread().interrupt(); // the run knows: it begins nothing more
            return Optional.empty();
        }
    }

    /** What has somebody in its place is not tried again: that one is paid already, or will be. */
    private Optional<Outcome<Object>> ofReplaced(String subtaskId, int item, String label) {
        return replaced.contains(subtaskId) || replaced.contains(label)
                ? endBefore(key(subtaskId, item)).or(() -> Optional.of(REPLACED))
                : Optional.empty();
    }

    /** What a join has done without ends as it did, so that the join takes the same again. */
    @Override
    public Optional<Outcome<Object>> needless(String subtaskId) {
        if (!unneeded.contains(subtaskId)) {
            return Optional.empty();
        }
        Optional<Outcome<Object>> known = endBefore(key(subtaskId, JournalKey.WHOLE));
        if (known.filter(end -> !end.isNotNeeded()).isPresent()) {
            reused.add(subtaskId);
        }
        return Optional.of(known.orElse(UNNEEDED));
    }

    private Optional<Outcome<Object>> endBefore(JournalKey key) {
        Optional<Outcome<Object>> known = record.flatMap(kept -> kept.lastFailure(key));
        known.ifPresent(end -> endedBefore.add(key));
        return known;
    }

    /** Looks up what the joins of earlier sessions took and did without; before the subtasks are admitted. */
    void lookUpJoins(List<GraphNode> nodes) {
        earlierJoins = record.map(kept -> JoinRecord.all(kept, nodes)).orElse(Map.of());
        unneeded = earlierJoins.values().stream()
                .flatMap(join -> join.without().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public List<String> winners(String join) {
        JoinRecord earlier = earlierJoins.get(join);
        return earlier == null ? List.of() : earlier.took();
    }

    /** Looks up what earlier sessions planned others for; before the first subtask of the plan is admitted. */
    void lookUpReplaced() {
        replaced = record.map(on -> on.rounds().replaced()).orElse(Set.of());
    }

    /** The labels of the subtasks and items whose outcome is of an earlier session. */
    Set<String> reused() {
        return Set.copyOf(reused);
    }

    /**
     * What is known of work whose outcome was asked for before. Waits until it is durable who won the races before it, so
     * that no session works on the output of another winner.
     *
     * @throws dev.cadre.journal.UnrecordedException if the journal cannot take that
     */
    KnownWork of(RungId id) throws InterruptedException {
        try {
            joins.get();
        } catch (ExecutionException e) {
            throw unrecordedJoin(e.getCause());
        }
        KnownWork work = works.get(key(id.subtaskId(), id.item()));
        if (work == null && record.isPresent()) {
            throw new IllegalStateException("it was not asked for");
        }
        return work == null ? KnownWork.nothing() : work;
    }

    /**
     * Waits, whatever interrupts come, until it is durable who won the races, so that no caller sees an answer of which
     * another session does not know whose it is.
     *
     * @throws UnrecordedException if the journal cannot take that
     */
    void requireJoinsRecorded() {
        try {
            joins.join();
        } catch (CompletionException e) {
            throw unrecordedJoin(e.getCause());
        }
    }

    private static UnrecordedException unrecordedJoin(@Nullable Throwable why) {
        return UnrecordedException.of("a join", new IllegalStateException(why));
    }

    private JournalKey key(String subtaskId, int item) {
        return new JournalKey(run, subtaskId, item);
    }

    /** Ends without a value are on record in time for whatever is sent because of them. */
    @Override
    public void on(RunEvent event) {
        if (event instanceof RunEvent.Joined joined) {
            List<String> took = joined.took().stream().map(this::work).toList();
            record.ifPresent(kept -> joins = CompletableFuture.allOf(
                    joins, new JoinRecord(took, joined.without()).submit(kept, joined.subtaskId())));
        } else if (event instanceof RunEvent.SubtaskEnded(var id, var at, String subtaskId, Outcome<?> outcome)) {
            leave(subtaskId);
            note(key(subtaskId, JournalKey.WHOLE), outcome);
            if (outcome instanceof Outcome.Succeeded<?>(Items<?>(List<? extends Outcome<?>> items, var groups))) {
                for (int index = 0; index < items.size(); index++) {
                    note(key(subtaskId, index), items.get(index));
                }
            }
        }
    }

    /** The work of an item; of a member of a join its id. */
    private String work(String label) {
        int item = label.lastIndexOf('#');
        return item < 0
                ? label
                : Optional.ofNullable(
                                works.get(key(label.substring(0, item), Integer.parseInt(label.substring(item + 1)))))
                        .flatMap(KnownWork::record)
                        .map(WorkRecord::identity)
                        .orElse(label);
    }

    /** Whatever of it is under way yet was left behind. */
    private void leave(String subtaskId) {
        leave(key(subtaskId, JournalKey.WHOLE));
        var items = new ArrayList<ItemName>();
        for (ItemName name = names.get(label(subtaskId, 0));
                name != null;
                name = names.get(label(subtaskId, items.size()))) {
            leave(key(subtaskId, items.size()));
            items.add(name);
        }
        if (withEffects.contains(subtaskId)) {
            record.ifPresent(kept -> {
                var unused = kept.submit(EffectFindings.ofItems(run, subtaskId, items));
            });
        }
    }

    private void leave(JournalKey key) {
        KnownWork work = works.get(key);
        if (work != null) {
            work.leave();
        }
    }

    private void note(JournalKey key, Outcome<?> outcome) {
        if (endedBefore.contains(key)) {
            return; // it ended when that was written
        }
        KnownWork work = works.get(key);
        Spend spend =
                work == null ? Spend.NONE : work.record().map(WorkRecord::spend).orElse(Spend.NONE);
        record.ifPresent(kept -> {
            var unused = kept.note(key, outcome, spend);
        });
    }
}
