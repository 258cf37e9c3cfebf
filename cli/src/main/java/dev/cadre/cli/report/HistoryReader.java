// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Call;
import dev.cadre.cli.report.RunHistory.End;
import dev.cadre.cli.report.RunHistory.Role;
import dev.cadre.cli.report.RunHistory.Session;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.EffectFindings;
import dev.cadre.record.RunRecord;
import dev.cadre.schema.Marked;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts the lines of a journal together again, run by run. */
final class HistoryReader {
    /** How the journal names the parts of a run that are no subtasks. */
    private static final Map<String, Role> ROLES = Map.of("@planner", Role.PLANNER, "@merger", Role.MERGER);

    /** How the names of bulk runs begin. */
    private static final String BULK = "bulk-";

    /** The most characters of the outputs of all quorums of a run. */
    private static final long MOST_OF_LISTS = 1_000_000;

    /** The output of a fan-out of which no items are on record. */
    private static final String NO_ITEMS = "[]";

    private final SequencedMap<String, RunLines> runs = new LinkedHashMap<>();

    private HistoryReader() {}

    /**
     * The runs of a journal, in order of their first start.
     *
     * @throws dev.cadre.journal.JournalException if it is damaged, or no journal
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    static List<RunHistory> read(Path journal) {
        var reader = new HistoryReader();
        FileJournal.read(journal, reader::take);
        return reader.runs.values().stream()
                .filter(run -> !run.sessions.isEmpty())
                .map(RunLines::history)
                .toList();
    }

    private void take(FileJournal.Line line) {
        runs.computeIfAbsent(line.entry().run(), RunLines::new).take(line.at(), line.entry());
    }

    /** The lines of one run. */
    private static final class RunLines {
        private final String id;
        private @Nullable Fingerprint goal;
        private String subject = "";
        private String runKey = "";
        private Money limit = Money.ZERO;
        private @Nullable String status;
        /** By the session that said it last. */
        private final SequencedMap<String, Integer> notes = new LinkedHashMap<>();

        private final List<Session> sessions = new ArrayList<>();
        private final SequencedMap<String, SubtaskLines> subtasks = new LinkedHashMap<>();
        /** The labels of those in whose place others stand. */
        private final Set<String> replaced = new HashSet<>();
        /** The labels of items, by their work. */
        private final Map<Work, String> places = new HashMap<>();

        private record Work(String subtask, Fingerprint print) {}

        RunLines(String id) {
            this.id = id;
        }

        void take(Instant at, JournalEntry entry) {
            switch (entry) {
                case JournalEntry.RunStarted started -> {
                    goal = started.goal();
                    subject = started.subject();
                    runKey = started.runKey();
                    limit = started.limit();
                    status = null;
                    sessions.add(new Session(at, at));
                }
                case JournalEntry.PlanAdmitted admitted -> admit(at, admitted);
                case JournalEntry.Intent(var key, var print, int attempt, var asked, Money reserved) -> {
                    stands(key, print);
                    subtask(key).sent(new CallNumber.Attempt(attempt), at, asked, reserved, print);
                }
                case JournalEntry.Settled(var key, int attempt, String end, Spend spend) ->
                    subtask(key).settled(new CallNumber.Attempt(attempt), at, end, spend);
                case JournalEntry.ShardNoted noted -> {}
                case JournalEntry.Enqueued(var key, var print, int shard, var asked, Money reserved) ->
                    subtask(key).sent(new CallNumber.InShard(shard), at, asked, reserved, print);
                case JournalEntry.Collected(var key, int shard, String end, Spend spend) ->
                    subtask(key).settled(new CallNumber.InShard(shard), at, end, spend);
                case JournalEntry.Ended ended -> ended(at, ended);
                case JournalEntry.RunEnded ended -> {
                    status = ended.status();
                    ended.notes().forEach(note -> notes.put(note, sessions.size()));
                }
            }
            if (!sessions.isEmpty()) {
                sessions.set(sessions.size() - 1, new Session(sessions.getLast().began(), at));
            }
        }

        private void admit(Instant at, JournalEntry.PlanAdmitted admitted) {
            planned(admitted.subtask()).ifPresent(planned -> {
                SubtaskLines lines = subtasks.computeIfAbsent(planned.id(), SubtaskLines::new);
                if (lines.admitted == null) {
                    lines.admitted = at;
                    lines.position = admitted.position();
                    lines.type = planned.type();
                    lines.chosen = planned.tier();
                    replaced.addAll(planned.replaces());
                    lines.after = Stream.concat(
                                    planned.wires().stream().map(wire -> wire.from()), planned.after().stream())
                            .distinct()
                            .collect(Collectors.toUnmodifiableList()); // its items share it
                }
            });
        }

        /** Empty if it is no subtask. */
        private static Optional<PlannedSubtask> planned(String json) {
            try {
                return Optional.of(PlannedSubtask.parse(json));
            } catch (IllegalArgumentException another) {
                return Optional.empty();
            }
        }

        private SubtaskLines subtask(JournalKey key) {
            if (id.startsWith(BULK) && key.item() == JournalKey.SHARED) {
                String pack = "pack of " + key.subtask();
                return subtasks.computeIfAbsent(pack + "#", unknown -> new SubtaskLines(Role.PACK, pack));
            }
            String label = key.item() == JournalKey.WHOLE ? key.subtask() : key.subtask() + "#" + key.item();
            Role role = ROLES.getOrDefault(key.subtask(), Role.SUBTASK);
            if (role == Role.MERGER && key.item() != JournalKey.WHOLE) {
                return subtasks.computeIfAbsent(
                        label, unknown -> new SubtaskLines(Role.MERGE_PART, "merger#" + key.item()));
            }
            return subtasks.computeIfAbsent(label, unknown -> {
                var lines = new SubtaskLines(label);
                SubtaskLines whole = subtasks.get(key.subtask());
                if (whole != null && key.item() != JournalKey.WHOLE) {
                    lines.belongsTo(whole, key.item());
                }
                return lines;
            });
        }

        private void stands(JournalKey key, Fingerprint work) {
            if (key.item() != JournalKey.WHOLE && !id.startsWith(BULK)) {
                places.put(new Work(key.subtask(), work), key.subtask() + "#" + key.item());
            }
        }

        /** An item may have stood elsewhere in an earlier session: its calls are those of the place where it was last. */
        private void bringCallsHome() {
            List.copyOf(subtasks.values()).stream()
                    .filter(lines -> lines.item >= 0)
                    .forEach(lines -> lines.takeCalls(print -> {
                        String home = places.get(new Work(Span.whole(lines.label), print));
                        return home == null || home.equals(lines.label)
                                ? Optional.empty()
                                : Optional.ofNullable(subtasks.get(home));
                    }));
        }

        private void ended(Instant at, JournalEntry.Ended ended) {
            stands(ended.key(), ended.fingerprint());
            if (ended.key().subtask().equals(EffectFindings.OF_ITEMS)) {
                return; // its readers are sessions; the items say the same
            }
            SubtaskLines lines = subtask(ended.key());
            int session = sessions.size();
            if (isSuccessElsewhere(ended)) {
                lines.end = lines.value == null ? end(at, ended, NO_ITEMS, session) : lines.value;
                return;
            }
            lines.joined = Joined.of(goal, ended).orElse(null);
            if (lines.joined != null) {
                lines.end = end(at, ended, "", session);
            } else if (lines.role == Role.PLANNER
                    && ended.outcome() instanceof Outcome.Succeeded<String>(String json)) {
                PlannerNotes.words(json).ifPresent(words -> lines.end = end(at, ended, words, session));
            } else {
                String output =
                        ended.outcome().ifSucceeded().map(Marked::described).orElse("");
                lines.end = end(at, ended, output, session);
            }
            if (ended.outcome().isSucceeded()) {
                lines.value = lines.end;
            }
        }

        /** Whether it says only that an end without a value is over, or that a fan-out has its value in its items. */
        private boolean isSuccessElsewhere(JournalEntry.Ended ended) {
            return ended.fingerprint().equals(goal) && ended.outcome().equals(RunRecord.SUCCEEDED);
        }

        /** @param output what it shows of its output */
        private static End end(Instant at, JournalEntry.Ended ended, String output, int session) {
            return switch (ended.outcome()) {
                case Outcome.Succeeded<String> succeeded -> new End(at, "succeeded", output, session, ended.cached());
                case Outcome.Failed<String> failed -> new End(at, "failed", failed.reason(), session, null);
                case Outcome.Skipped<String>(Skip skip)
                when skip.kind() == Skip.Kind.NOT_NEEDED ->
                    new End(at, End.NOT_NEEDED, skip.message(), session, null, false);
                case Outcome.Skipped<String>(Skip skip) ->
                    new End(at, "skipped", ended.outcome().reason(), session, null, skip.kind() == Skip.Kind.AWAITED);
            };
        }

        /** Of a join it is on record whose outputs it took, in plan order all of them before it; a fan-out shows its items. */
        private void join() {
            Set<String> fanOuts = subtasks.keySet().stream()
                    .filter(label -> label.contains("#"))
                    .map(Span::whole)
                    .collect(Collectors.toSet());
            Map<String, String> outputs = new HashMap<>();
            long room = MOST_OF_LISTS;
            for (SubtaskLines lines : subtasks.values()) {
                End end = lines.end;
                if (end == null || !end.isSucceeded()) {
                    continue;
                }
                if (lines.role == Role.SUBTASK && fanOuts.contains(lines.label)) {
                    lines.end = null;
                    continue;
                }
                if (lines.joined != null) {
                    end = end.saying(lines.joined.output(lines.type, outputs, room));
                    lines.end = end;
                    room -= Joined.isList(lines.type) ? end.text().length() : 0;
                }
                outputs.put(lines.label, end.text());
            }
        }

        /** What did not succeed, and is not missing: others were enough, or stand in its place. */
        private void leaveOut() {
            Set<String> without = new HashSet<>();
            subtasks.values().stream()
                    .flatMap(lines -> Optional.ofNullable(lines.joined).stream())
                    .forEach(join -> without.addAll(join.without()));
            for (SubtaskLines lines : subtasks.values()) {
                End end = lines.end;
                if (end != null && end.isUnsuccessful()) {
                    String whole = Span.whole(lines.label);
                    if (replaced.contains(lines.label) || replaced.contains(whole)) {
                        lines.end = end.as(End.REPLACED);
                    } else if (without.contains(lines.label) || without.contains(whole) || isOfAPart(lines, whole)) {
                        lines.end = end.as(End.NOT_NEEDED);
                    }
                }
            }
        }

        /** Whether it is an item of a fan-out of which others were enough. */
        private boolean isOfAPart(SubtaskLines lines, String whole) {
            SubtaskLines fanOut = subtasks.get(whole);
            return fanOut != null && fanOut != lines && fanOut.joined != null;
        }

        private List<String> notes() {
            return notes.entrySet().stream()
                    .map(note -> note.getValue() == sessions.size()
                            ? note.getKey()
                            : "In session %d: %s".formatted(note.getValue(), note.getKey()))
                    .toList();
        }

        RunHistory history() {
            bringCallsHome();
            join();
            leaveOut();
            var order = Comparator.comparing((SubtaskLines each) -> each.role)
                    .thenComparingInt(each -> each.position)
                    .thenComparingInt(each -> each.item);
            List<SubtaskHistory> all = subtasks.values().stream()
                    .sorted(order)
                    .map(SubtaskLines::history)
                    .toList();
            return new RunHistory(id, subject, runKey, limit, sessions, all, Optional.ofNullable(status), notes());
        }
    }

    /** Identifies a call among those of one subtask. */
    private sealed interface CallNumber {
        record Attempt(int number) implements CallNumber {}

        /** A request in a batch. */
        record InShard(int shard) implements CallNumber {}
    }

    /** The lines of one subtask, or of one item. */
    private static final class SubtaskLines {
        private final Role role;
        private final String label;
        private int position = Integer.MAX_VALUE;
        private int item = -1;
        private String type = "";
        private String chosen = "";
        private List<String> after = List.of();
        private @Nullable Instant admitted;
        private @Nullable End end;
        /** The last end with a value. */
        private @Nullable End value;

        private @Nullable Joined joined;
        private final List<Call> calls = new ArrayList<>();
        /** The work of each of them. */
        private final List<Fingerprint> works = new ArrayList<>();
        /** The indices of calls that are not settled. */
        private final Map<CallNumber, Integer> open = new HashMap<>();

        SubtaskLines(String key) {
            role = ROLES.getOrDefault(key, Role.SUBTASK);
            label = role == Role.SUBTASK ? key : role.name().toLowerCase(Locale.ROOT);
        }

        SubtaskLines(Role role, String label) {
            this.role = role;
            this.label = label;
        }

        void belongsTo(SubtaskLines whole, int index) {
            position = whole.position;
            item = index;
            type = whole.type;
            after = whole.after;
            admitted = whole.admitted;
        }

        void sent(CallNumber number, Instant at, JournalEntry.Asked asked, Money reserved, Fingerprint work) {
            open.put(number, calls.size());
            works.add(work);
            calls.add(new Call(
                    asked.kind(), asked.tier(), asked.model(), at, null, "", reserved, asked.forfeited(reserved)));
        }

        void settled(CallNumber number, Instant at, String end, Spend spend) {
            Integer index = open.remove(number);
            if (index != null) {
                Call sent = calls.get(index);
                calls.set(
                        index,
                        new Call(sent.kind(), sent.tier(), sent.model(), sent.sent(), at, end, sent.reserved(), spend));
            }
        }

        /** Gives those calls away whose work is that of others. */
        void takeCalls(Function<Fingerprint, Optional<SubtaskLines>> owner) {
            for (int i = calls.size() - 1; i >= 0; i--) {
                Optional<SubtaskLines> other = owner.apply(works.get(i));
                if (other.isPresent()) {
                    other.get().calls.addFirst(calls.remove(i));
                    other.get().works.addFirst(works.remove(i));
                }
            }
        }

        SubtaskHistory history() {
            Joined join = end == null ? null : joined; // a fan-out has its items, and no end
            return new SubtaskHistory(
                    role, label, type, chosen, after, join == null ? List.of() : join.took(), admitted, calls, end);
        }
    }
}
