// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalEntry.Asked;
import dev.cadre.journal.JournalKey;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.PassRates;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a journal how many rungs of each subtask type were accepted on each tier.
 *
 * <p>Counted are the rungs of models: of subtasks, of items of a fan-out and of items of a bulk, in whatever run and session.
 *
 * <ul>
 *   <li>Passed: the rung ended with a value that fits its type and its rules.
 *   <li>Tried and not passed: a dearer tier was asked after it, or it was the last one and the work failed with
 *       {@link Failure.Kind#NOT_ACCEPTED}, {@code INVALID_OUTPUT}, {@code TRUNCATED}, {@code TOOL_LIMIT}, {@code REFUSED} or
 *       {@code FILTERED}.
 *   <li>Not tried: every other end, such as want of money or time, a cancel, a crash, a provider or a tool that failed.
 * </ul>
 *
 * <p>What a journal cannot tell:
 *
 * <ul>
 *   <li>Accepted is not right. A type without rules accepts whatever has its form, so a rate of a journal says more than an
 *       eval would. The runs of an eval in the journal count the same way, as accepted.
 *   <li>A rung that another one escalated to has the harder inputs, and the earlier answer. Its rate is not that of a start
 *       on its tier, and mostly below it. The same holds for tiers that a planner chose.
 *   <li>Which of several items of a call came from it. A bulk with packed items is left out whole.
 *   <li>How the items ended that have no value in a fan-out that failed as a whole. They are not counted, and those with a
 *       value are.
 *   <li>A rejected answer after which the run was stopped before a dearer tier was asked, or whose tool may have written.
 *       It is not tried.
 *   <li>Which instructions, rules and model a rung had. Two types of one name are one; after a change, read new journals.
 * </ul>
 */
public final class JournalRates {
    /** How the ids of bulk runs begin. */
    private static final String BULK = "bulk-";

    private final Map<String, RunCounts> runs = new HashMap<>();

    private JournalRates() {}

    /**
     * The rates of one journal, also while it is open elsewhere; changes nothing. {@link PassRates#plus} adds those of
     * another one. Blocks while it reads. Lines are read one at a time; memory grows with the subtasks of plans and with what
     * is under way at once, not with outputs or items.
     *
     * @throws dev.cadre.journal.JournalException.Damaged if a line is not what was written, or the file is no journal
     * @throws dev.cadre.journal.JournalException.NewerVersion if it was written by a newer version of the format
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static PassRates read(Path journal) {
        var reader = new JournalRates();
        FileJournal.read(
                journal,
                line -> reader.runs
                        .computeIfAbsent(line.entry().run(), RunCounts::new)
                        .take(line.entry()));
        return reader.runs.values().stream().map(RunCounts::rates).reduce(PassRates.NONE, PassRates::plus);
    }

    /** A rung that has not ended, as far as was read. */
    private record Open(Tier tier, Fingerprint fingerprint, boolean isInBatch) {}

    /** What was read of one run. */
    private static final class RunCounts {
        private final boolean isBulk;
        private String typeOfItems = "";
        /** Whether several items shared a call. */
        private boolean isPacked;

        private final Map<String, String> types = new HashMap<>();
        private final Map<JournalKey, Open> open = new HashMap<>();
        private final Map<PassRates.Key, PassRates.Count> counts = new LinkedHashMap<>();

        RunCounts(String id) {
            isBulk = id.startsWith(BULK);
        }

        PassRates rates() {
            return isPacked ? PassRates.NONE : new PassRates(counts);
        }

        void take(JournalEntry entry) {
            switch (entry) {
                case JournalEntry.RunStarted started -> {
                    typeOfItems = isBulk ? started.subject() : "";
                    forgetInterrupted();
                }
                case JournalEntry.PlanAdmitted admitted -> admit(admitted.subtask());
                case JournalEntry.Intent(var key, var fingerprint, int attempt, Asked asked, var reserved) ->
                    asked(key, asked.kind(), new Open(asked.tier(), fingerprint, false));
                case JournalEntry.Enqueued(var key, var fingerprint, int shard, Asked asked, var reserved) ->
                    asked(key, asked.kind(), new Open(asked.tier(), fingerprint, true));
                case JournalEntry.Ended(var key, var fingerprint, var outcome, var spend, var cached) -> {
                    if (cached == null) {
                        ended(key, fingerprint, outcome);
                    }
                }
                case JournalEntry.RunEnded ended -> forgetInterrupted();
                case JournalEntry.Settled settled -> {}
                case JournalEntry.ShardNoted noted -> {}
                case JournalEntry.Collected collected -> {}
            }
        }

        /** A batch goes on between two sessions; other calls do not. */
        private void forgetInterrupted() {
            open.values().removeIf(rung -> !rung.isInBatch());
        }

        private void admit(String json) {
            try {
                PlannedSubtask planned = PlannedSubtask.parse(json);
                types.put(planned.id(), planned.type());
            } catch (IllegalArgumentException anotherNote) {
                // a note of the planner's
            }
        }

        private void asked(JournalKey key, CallPurpose.Kind kind, Open rung) {
            if (isBulk && key.item() == JournalKey.SHARED) {
                isPacked = true;
            }
            switch (kind) {
                case WORK -> open.put(key, rung);
                case ESCALATION -> {
                    Open before = open.put(key, rung);
                    if (before != null
                            && rung.tier().isAbove(before.tier())) { // otherwise it is the same rung's next try
                        count(key, before.tier(), false);
                    }
                }
                case REPAIR, CODE, PLAN, MERGE -> {}
            }
        }

        private void ended(JournalKey key, Fingerprint fingerprint, Outcome<String> outcome) {
            Open rung = open.remove(key);
            if (rung == null) {
                return;
            }
            switch (outcome) {
                case Outcome.Succeeded<String> succeeded -> {
                    // another fingerprint is that of a person's finding about an effect
                    if (fingerprint.equals(rung.fingerprint())) {
                        count(key, rung.tier(), true);
                    }
                }
                case Outcome.Failed<String>(Failure failure) -> {
                    if (isOfTheModel(failure.kind())) {
                        count(key, rung.tier(), false);
                    }
                }
                case Outcome.Skipped<String> skipped -> {}
            }
        }

        private static boolean isOfTheModel(Failure.Kind kind) {
            return switch (kind) {
                case INVALID_OUTPUT, NOT_ACCEPTED, REFUSED, FILTERED, TRUNCATED, TOOL_LIMIT -> true;
                case NOT_APPROVED,
                        CODE_FAILED,
                        MODEL_FAILED,
                        BUDGET,
                        DEADLINE,
                        TIMED_OUT,
                        CANCELLED,
                        AWAITED,
                        EFFECT_UNKNOWN,
                        INVALID_INPUT,
                        TOO_MANY_ITEMS,
                        TOO_FEW_ITEMS,
                        NESTED_RUN,
                        TOO_DEEP -> false;
            };
        }

        private void count(JournalKey key, Tier tier, boolean passed) {
            @Nullable String type = isBulk ? typeOfItems : types.get(key.subtask());
            if (type != null) {
                counts.merge(
                        new PassRates.Key(type, tier),
                        new PassRates.Count(passed ? 1 : 0, 1),
                        (all, one) -> new PassRates.Count(all.passed() + one.passed(), all.tried() + one.tried()));
            }
        }
    }
}
