// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalKey;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.price.Spend;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the subtasks of a further round begin in the journal, and why the round began.
 *
 * @param from the position of its first subtask
 * @param valid the position of the first one that counts: a review rejected those before it
 * @param rejected the rule of the goal that had rejected the answer; empty if none had
 */
record RoundStart(int from, int valid, String rejected) {
    RoundStart {
        if (from < 0 || valid < from) {
            throw new IllegalArgumentException("a round cannot begin at %d and count from %d".formatted(from, valid));
        }
    }

    /** The first plan begins where the journal does. */
    static final RoundStart OF_FIRST_PLAN = new RoundStart(0, 0, "");

    private static final String FROM = "from";
    private static final String VALID = "valid";
    private static final String REJECTED = "rejected";

    private static final RunRecord.Form<RoundStart> FORM = new RunRecord.Form<>() {
        @Override
        public String write(RoundStart start) {
            return Json.obj()
                    .with(FROM, start.from())
                    .with(VALID, start.valid())
                    .with(REJECTED, start.rejected())
                    .write();
        }

        @Override
        public RoundStart read(String json) {
            if (Json.parse(json) instanceof Json.Obj start) {
                return new RoundStart(
                        Math.toIntExact(start.longValue(FROM)),
                        Math.toIntExact(start.longValue(VALID)),
                        start.string(REJECTED));
            }
            throw new JsonException("expected the beginning of a round");
        }
    };

    /** The latest start of a round; empty if no session began it. */
    static Optional<RoundStart> of(RunRecord record, int round) {
        return round == 0 ? Optional.of(OF_FIRST_PLAN) : record.recall(key(record), fingerprint(record, round), FORM);
    }

    /** The starts of all further rounds that sessions began, in order. */
    static List<RoundStart> all(RunRecord record) {
        var starts = new ArrayList<RoundStart>();
        for (Optional<RoundStart> next = of(record, 1); next.isPresent(); next = of(record, starts.size() + 1)) {
            starts.add(next.get());
        }
        return starts;
    }

    /** Takes down this start of a round; waits for that. */
    void append(RunRecord record, int round) {
        record.append(new Ended(
                key(record), fingerprint(record, round), new Outcome.Succeeded<>(FORM.write(this)), Spend.NONE));
    }

    private static JournalKey key(RunRecord record) {
        return JournalKey.of(record.run(), PlanRecord.PLANNER);
    }

    private static Fingerprint fingerprint(RunRecord record, int round) {
        return Fingerprint.of(record.identity().hex(), "round " + round + " begins");
    }

    /** Whether this subtask is one of the round, which ends where the next one begins. */
    boolean holds(PlanAdmitted admitted, Optional<RoundStart> next) {
        return admitted.position() >= valid
                && next.filter(following -> admitted.position() >= following.from)
                        .isEmpty();
    }

    /** Whether a review rejected this subtask. */
    boolean voids(PlanAdmitted admitted) {
        return admitted.position() >= from && admitted.position() < valid;
    }
}
