// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
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

    static final Form<RoundStart> FORM = new Form<>() {
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

    /** @param run what makes it the same run */
    static Fingerprint fingerprint(Fingerprint run, int round) {
        return Fingerprint.of(run.hex(), "round " + round + " begins");
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
