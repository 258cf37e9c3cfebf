// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.JournalMismatchException;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Spend;
import dev.cadre.task.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The plan of a run as its journal has it. For the planner's thread. */
final class PlanRecord {
    /** No id of a subtask begins like this. */
    private static final String PLANNER = "@planner";

    private final Journal journal;
    private final String run;
    private final JournalKey key;
    private final Fingerprint identity;
    private final List<PlannedSubtask> earlier;
    private final Set<String> recorded = new HashSet<>();

    PlanRecord(Journal journal, String run, Fingerprint identity) {
        this.journal = journal;
        this.run = run;
        this.identity = identity;
        key = JournalKey.of(run, PLANNER);
        earlier = journal.plan(run).stream()
                .map(admitted -> planned(key, admitted.subtask()))
                .toList();
        earlier.forEach(planned -> recorded.add(planned.id()));
    }

    /** What was noted when the plan was whole; empty if no session got that far. */
    Optional<PlanNotes> ended() {
        return journal.ended(key, identity)
                .flatMap(ended -> ended.outcome().ifSucceeded())
                .map(this::notes);
    }

    /** Offers what earlier sessions admitted, in the same order, so that the same nodes come of it. */
    void restore(PlanIntake intake) {
        earlier.forEach(intake::restore);
    }

    /** Makes a subtask of the plan durable, unless it is. */
    void admit(PlannedSubtask planned) {
        if (recorded.add(planned.id())) {
            RunRecord.append(journal, new JournalEntry.PlanAdmitted(run, recorded.size() - 1, planned.toJson()));
        }
    }

    /** Takes down that the plan is whole: no later session asks the planner. */
    void end(PlanNotes notes) {
        if (ended().isPresent()) {
            return;
        }
        String json = notes.toJson().write();
        RunRecord.append(journal, new JournalEntry.Ended(key, identity, new Outcome.Succeeded<>(json), Spend.NONE));
    }

    AttemptListener attempts() {
        return new AttemptRecorder(journal, key, identity);
    }

    private static PlannedSubtask planned(JournalKey key, String json) {
        try {
            return PlannedSubtask.parse(json);
        } catch (IllegalArgumentException unfit) {
            throw new JournalMismatchException(key, new JsonException(String.valueOf(unfit.getMessage())));
        }
    }

    private PlanNotes notes(String json) {
        try {
            if (Json.parse(json) instanceof Json.Obj notes) {
                return PlanNotes.from(notes);
            }
            throw new JsonException("expected the notes of a plan");
        } catch (JsonException unfit) {
            throw new JournalMismatchException(key, unfit);
        }
    }
}
