// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.JournalKey;
import dev.cadre.price.Spend;
import dev.cadre.record.JoinRecord;
import dev.cadre.record.RunRecord;
import dev.cadre.record.WorkRecord;
import dev.cadre.run.Attachments;
import dev.cadre.schedule.EarlierOutcomes;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RungId;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.Attached;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The records of the subtasks of one graph or plan, and of their items. Safe for use by many threads. */
final class SubtaskRecords implements RunListener, EarlierOutcomes {
    private static final Outcome<Object> REPLACED =
            Outcome.skipped(Skip.Kind.PLAN, "an earlier session planned another subtask in its place");

    private static final Outcome<Object> UNNEEDED =
            Outcome.skipped(Skip.Kind.NOT_NEEDED, "others were enough in an earlier session");

    private final RunRecord record;
    private final Attachments attachments;
    private final Map<JournalKey, WorkRecord> works = new ConcurrentHashMap<>();
    private final Set<String> reused = ConcurrentHashMap.newKeySet();
    /** What earlier sessions planned others for, in its place. */
    private volatile Set<String> replaced = Set.of();

    /** What the joins of earlier sessions did without. */
    private volatile Set<String> unneeded = Set.of();

    SubtaskRecords(RunRecord record, Attachments attachments) {
        this.record = record;
        this.attachments = attachments;
    }

    /** What is attached is a part of the identity of the work. */
    @Override
    public boolean callsUserCode(SubtaskType<?, ?> type) {
        return Attached.isNeededBy(type);
    }

    @Override
    public Optional<Outcome<Object>> outcome(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
        String label = new RungId(subtaskId, item, 0).label();
        return switch (attachments.of(label, type, input)) {
            case Attached.Unmade(Failure failure) ->
                RunDriver.isInterrupted() ? Optional.empty() : Optional.of(new Outcome.Failed<>(failure));
            case Attached.Made made -> {
                WorkRecord work = record.work(subtaskId, item, type, input, made);
                works.put(key(subtaskId, item), work);
                Optional<Outcome<Object>> earlier = work.recall()
                        .or(() -> ofReplaced(subtaskId, item, label))
                        .or(() -> ofUnneeded(subtaskId, item));
                if (earlier.isPresent()) {
                    attachments.release(label);
                    reused.add(label);
                }
                yield earlier;
            }
        };
    }

    /** What has somebody in its place is not tried again: that one is paid already, or will be. */
    private Optional<Outcome<Object>> ofReplaced(String subtaskId, int item, String label) {
        return replaced.contains(subtaskId) || replaced.contains(label)
                ? record.lastFailure(key(subtaskId, item)).or(() -> Optional.of(REPLACED))
                : Optional.empty();
    }

    /** What a join has done without ends as it did, so that the join takes the same again. */
    private Optional<Outcome<Object>> ofUnneeded(String subtaskId, int item) {
        return unneeded.contains(subtaskId)
                ? record.lastFailure(key(subtaskId, item)).or(() -> Optional.of(UNNEEDED))
                : Optional.empty();
    }

    /** Looks up what the joins of earlier sessions did without; before the subtasks are admitted. */
    void lookUpJoins(List<GraphNode> nodes) {
        unneeded = JoinRecord.without(record, nodes);
    }

    /** Looks up what earlier sessions planned others for; before the first subtask of the plan is admitted. */
    void lookUpReplaced() {
        replaced = record.replaced();
    }

    /** The labels of the subtasks and items whose outcome is of an earlier session. */
    Set<String> reused() {
        return Set.copyOf(reused);
    }

    /** The record of work whose outcome was asked for before. */
    WorkRecord of(RungId id) {
        return Objects.requireNonNull(works.get(key(id.subtaskId(), id.item())), "it was not asked for");
    }

    private JournalKey key(String subtaskId, int item) {
        return new JournalKey(record.run(), subtaskId, item);
    }

    /** Ends without a value are on record in time for whatever is sent because of them. */
    @Override
    public void on(RunEvent event) {
        if (event instanceof RunEvent.Joined joined) {
            JoinRecord.joined(record, joined.subtaskId(), joined.without());
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

    /** Whatever of it is under way yet was left behind. */
    private void leave(String subtaskId) {
        leave(key(subtaskId, JournalKey.WHOLE));
        int item = 0;
        while (leave(key(subtaskId, item))) {
            item++;
        }
    }

    private boolean leave(JournalKey key) {
        WorkRecord work = works.get(key);
        if (work != null) {
            work.leave();
        }
        return work != null;
    }

    private void note(JournalKey key, Outcome<?> outcome) {
        WorkRecord work = works.get(key);
        var unused = record.note(key, outcome, work == null ? Spend.NONE : work.spend());
    }
}
