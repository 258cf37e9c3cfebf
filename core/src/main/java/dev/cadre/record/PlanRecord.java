// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalKey;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.plan.PlanDefect;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Spend;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The plan of a run as its journal has it. For the planner's thread.
 *
 * <p>A plan may go on in further rounds, each with a record of its own.
 *
 * <p>A subtask that was admitted and does not fit its type any more is unfit: the plan counts as begun and the planner is
 * asked for what comes in its place, once. Of two subtasks with one id the later one took the place of an unfit one.
 */
public final class PlanRecord {
    /** No id of a subtask begins like this. */
    static final String PLANNER = "@planner";

    private static final String UNFIT = "unfit";

    /** What a planner left that has nothing more to say: the notes, and the subtasks that were unfit by then. */
    private record Whole(PlanNotes notes, Set<String> unfit) {
        static final Form<Whole> FORM = new Form<>() {
            @Override
            public String write(Whole whole) {
                return whole.notes()
                        .toJson()
                        .with(UNFIT, Json.strings(whole.unfit()))
                        .write();
            }

            @Override
            public Whole read(String json) {
                if (Json.parse(json) instanceof Json.Obj notes) {
                    return new Whole(PlanNotes.from(notes), new TreeSet<>(PlanNotes.strings(notes.items(UNFIT))));
                }
                throw new JsonException("expected the notes of a plan");
            }
        };
    }

    private final RunRecord record;
    private final JournalKey key;
    private final int round;
    private final Optional<RoundStart> next;
    private final List<PlannedSubtask> earlier;
    private final Set<String> unfit = new TreeSet<>();
    private final Set<PlannedSubtask> recorded = new HashSet<>();
    private int nextPosition;
    /** What is wrong with this round, if a session has begun a further one: then no session asks for this one again. */
    private Optional<PlanNotes> followed = Optional.empty();

    /**
     * The record of one round.
     *
     * @param round 0 for the first plan
     * @param admitted what all rounds admitted
     * @param trial an intake of the run's types and limits, which hands over nothing, with what earlier rounds took
     */
    PlanRecord(RunRecord record, int round, List<PlanAdmitted> admitted, PlanIntake trial) {
        this.record = record;
        this.round = round;
        key = JournalKey.of(record.run(), PLANNER);
        next = record.round(round + 1);
        Optional<RoundStart> start = record.round(round);
        SequencedMap<String, PlannedSubtask> byId = new LinkedHashMap<>();
        for (PlanAdmitted each : admitted) {
            nextPosition = Math.max(nextPosition, each.position() + 1);
            if (start.filter(own -> own.holds(each, next)).isEmpty()) {
                continue;
            }
            try {
                PlannedSubtask planned = PlannedSubtask.parse(each.subtask());
                byId.putLast(planned.id(), planned); // where it was admitted in the end
            } catch (IllegalArgumentException unreadable) {
                unfit.add("#" + each.position());
            }
        }
        earlier = List.copyOf(byId.values());
        recorded.addAll(earlier);
        earlier.forEach(trial::restore);
        trial.defects().forEach(defect -> unfit.add(defect.subtaskId()));
        if (next.isPresent()) {
            followed = Optional.of(whatIsWrong(trial));
        }
    }

    /** What is wrong with a round that a further one followed. */
    private PlanNotes whatIsWrong(PlanIntake trial) {
        List<String> defects = new ArrayList<>(
                trial.defects().stream().map(PlanDefect::toString).toList());
        if (record.recall(key, end()).isEmpty()) {
            defects.add("the planner broke off before the plan was whole");
        }
        return new PlanNotes(defects, defects);
    }

    /** Under which the end of this round is on record. */
    private Fingerprint end() {
        if (round == 0) {
            return record.identity();
        }
        RoundStart start = record.round(round).orElse(RoundStart.OF_FIRST_PLAN);
        String end = "round " + round + " ended";
        return start.valid() == start.from() // what a review rejected has no end any more
                ? Fingerprint.of(record.identity().hex(), end)
                : Fingerprint.of(record.identity().hex(), end, "from " + start.valid());
    }

    /**
     * Takes down that this round begins, before its planner is asked; waits for that.
     *
     * @param rejected the rule of the goal that rejected the answer; empty if none did
     */
    public void begin(String rejected) {
        Optional<RoundStart> begun = record.round(round);
        boolean isStale = begun.filter(
                        start -> earlier.isEmpty() && !start.rejected().equals(rejected))
                .isPresent();
        if (begun.isEmpty()) {
            record.begin(round, new RoundStart(nextPosition, nextPosition, rejected));
        } else if (isStale) {
            record.begin(round, new RoundStart(begun.get().from(), begun.get().valid(), rejected));
        }
    }

    /**
     * Takes down that a review rejected what earlier sessions took in this round, unless a further one followed: it stands
     * in nobody's place, and a later session asks the planner anew. Waits for that.
     */
    public void reject() {
        if (round > 0 && next.isEmpty() && !earlier.isEmpty()) {
            RoundStart start = record.round(round).orElseThrow();
            record.begin(round, new RoundStart(start.from(), nextPosition, start.rejected()));
        }
    }

    /** What was noted when the plan was whole; empty if no session got that far, or something of it is unfit since. */
    public Optional<PlanNotes> ended() {
        return record.recall(key, end(), Whole.FORM)
                .filter(whole -> whole.unfit().containsAll(unfit))
                .map(Whole::notes)
                .or(() -> followed);
    }

    /** Offers what earlier sessions admitted, in the same order, so that the same nodes come of it. */
    public void restore(PlanIntake intake) {
        earlier.forEach(intake::restore);
    }

    /** Whether this plan is the one that earlier sessions took, or begins with what they took of it, or they took none. */
    public boolean agreesWith(List<PlannedSubtask> plan) {
        return ended().isPresent()
                ? plan.equals(earlier)
                : earlier.size() <= plan.size()
                        && plan.subList(0, earlier.size()).equals(earlier);
    }

    /** Whether a review has approved of these subtasks, performed as their types perform them now. */
    public boolean isApproved(List<PlannedSubtask> plan, List<GraphNode> nodes) {
        return record.recall(key, approval(plan, nodes)).isPresent();
    }

    /** Takes down that a review has approved of these subtasks: no later session asks it about them. */
    public void approve(List<PlannedSubtask> plan, List<GraphNode> nodes) {
        var approved = new Outcome.Succeeded<>(Json.obj().write());
        record.append(new Ended(key, approval(plan, nodes), approved, Spend.NONE));
    }

    private Fingerprint approval(List<PlannedSubtask> plan, List<GraphNode> nodes) {
        Stream<String> types =
                nodes.stream().map(node -> record.fingerprint(node.type()).hex());
        return Fingerprint.of(Stream.of(Stream.of("approved"), plan.stream().map(PlannedSubtask::toJson), types)
                .flatMap(parts -> parts)
                .toArray(String[]::new));
    }

    /** Whether the record has what was paid for a plan: it was planned here, or {@linkplain #book booked}. */
    public static boolean hasCostOf(Fingerprint plan, RunRecord record) {
        return record.isPlanned()
                || record.recall(JournalKey.of(record.run(), PLANNER), plan).isPresent();
    }

    /** Takes down what was paid for a plan before the run began, once, whatever becomes of the run. */
    public void book(Fingerprint plan, Spend planning) {
        attempts().spentBefore(planning);
        var booked = new Outcome.Succeeded<>(Json.obj().write());
        record.append(new Ended(key, plan, booked, planning));
    }

    /**
     * Makes a subtask of the plan durable, unless it is.
     *
     * @throws IllegalArgumentException if no journal can take it
     */
    public void admit(PlannedSubtask planned) {
        if (recorded.contains(planned)) {
            return;
        }
        record.admit(new PlanAdmitted(record.run(), nextPosition, planned.toJson()));
        nextPosition++;
        recorded.add(planned);
    }

    /** Takes down that the plan is whole: no later session asks the planner. */
    public void end(PlanNotes notes) {
        if (ended().isPresent()) {
            return;
        }
        try {
            record.make(key, end(), new Whole(notes, unfit), Whole.FORM, Spend.NONE);
        } catch (UnrecordableException tooLong) {
            end(notes.shortened());
        }
    }

    public AttemptRecorder attempts() {
        return record.attempts(key, record.identity());
    }
}
