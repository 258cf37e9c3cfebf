// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.merge.Citation;
import dev.cadre.redact.Redactor;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run did and spent.
 *
 * @param runId the run
 * @param runKey the {@linkplain Coordinator#runKey key} by which its caller tells runs apart; empty if there is none
 * @param outcomes how each subtask ended, in plan order
 * @param subtasks what each subtask took, in plan order; behind the line of a fan-out, which has the sums, each item has
 *     one of its own, if the fan-out failed only one that was tried
 * @param planner what the planner took; zero for a graph written by hand
 * @param merger what the merger took; zero if plain code merged
 * @param spend what was spent in all sessions of the run, which is what the limit bounds
 * @param sessionSpend what this session spent; the same unless the run was resumed
 * @param limit what could have been spent
 * @param citations where a merger's model found what it said, checked against the outcomes
 * @param notes what was cut, dropped or broken on the way: defects of the plan, cuts of the merger, tools that threw
 * @param breaches how providers broke their caps or prices in this session; none as a rule
 * @param abandoned names of threads that ignored their interrupt and may still run
 * @param openReservations attempts that had not ended when the run did: not zero only if something was abandoned
 * @param elapsed the time of the whole run
 */
public record RunReport(
        String runId,
        String runKey,
        Map<String, Outcome<?>> outcomes,
        List<SubtaskReport> subtasks,
        SubtaskReport planner,
        SubtaskReport merger,
        Spend spend,
        Spend sessionSpend,
        Money limit,
        List<Citation> citations,
        List<String> notes,
        List<BillingBreach> breaches,
        List<String> abandoned,
        long openReservations,
        Duration elapsed) {

    public RunReport {
        outcomes = Collections.unmodifiableMap(new LinkedHashMap<>(outcomes));
        subtasks = List.copyOf(subtasks);
        citations = List.copyOf(citations);
        notes = List.copyOf(notes);
        breaches = List.copyOf(breaches);
        abandoned = List.copyOf(abandoned);
    }

    /** How one subtask ended. */
    public Outcome<?> outcome(String subtaskId) {
        Outcome<?> outcome = outcomes.get(subtaskId);
        if (outcome == null) {
            throw new IllegalArgumentException(
                    "this run has no subtask '%s', only %s".formatted(subtaskId, outcomes.keySet()));
        }
        return outcome;
    }

    /** The exception behind the first failed subtask that has one. */
    Optional<Throwable> firstException() {
        return outcomes.values().stream()
                .flatMap(outcome -> outcome instanceof Outcome.Failed<?> failed
                        ? failed.failure().cause().stream()
                        : Stream.empty())
                .findFirst();
    }

    /** How many subtasks were taken from the journal; a fan-out counts if all its items were. */
    public long reused() {
        return subtasks.stream().filter(line -> line.reused() && !line.isItem()).count();
    }

    /** One line: the run, how many subtasks succeeded, what was spent and how long it took. */
    @Override
    public String toString() {
        long succeeded = outcomes.values().stream().filter(Outcome::isSucceeded).count();
        String fromJournal = reused() == 0 ? "" : ", %d from the journal".formatted(reused());
        String keyed = runKey.isEmpty() ? "" : " (%s)".formatted(Redactor.SHAPES.quote(runKey));
        return "run %s%s: %d of %d subtasks succeeded%s, spent %s of %s in %d ms"
                .formatted(
                        runId,
                        keyed,
                        succeeded,
                        outcomes.size(),
                        fromJournal,
                        spend.total(),
                        limit,
                        elapsed.toMillis());
    }
}
