// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.merge.Vote;
import dev.cadre.model.ModelRequest;
import dev.cadre.simulation.proof.SimTypes.Finding;
import dev.cadre.simulation.proof.SimTypes.Question;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What mergers must make of outcomes, found without them.
 *
 * @param type the kind of work of which most outcomes are
 * @param values what it returned, in plan order, item by item
 * @param voters how many of its subtasks and items there are, those that returned nothing included
 */
record SimExpected(SubtaskType<Question, Finding> type, List<Finding> values, int voters) {
    static SimExpected of(List<SubtaskOutcome> outcomes) {
        SubtaskType<Question, Finding> most = SimTypes.ALL.stream()
                .max(Comparator.comparingInt(type -> of(outcomes, type).size()))
                .orElseThrow();
        List<Outcome<?>> all = of(outcomes, most);
        List<Finding> values = all.stream()
                .filter(Outcome::isSucceeded)
                .map(each -> (Finding) each.ifSucceeded().orElseThrow())
                .toList();
        return new SimExpected(most, values, all.size());
    }

    private static List<Outcome<?>> of(List<SubtaskOutcome> outcomes, SubtaskType<?, ?> type) {
        var all = new ArrayList<Outcome<?>>();
        outcomes.stream().filter(each -> each.type().name().equals(type.name())).forEach(each -> {
            if (each.outcome() instanceof Outcome.Succeeded<?>(Items<?> items)) {
                all.addAll(items.outcomes());
            } else {
                all.add(each.outcome());
            }
        });
        return all;
    }

    /** Every vote counts once, and whoever has the most leads. */
    void requireVote(Vote<Finding> vote, int parties) {
        var weights = new TreeMap<Integer, Long>();
        values.forEach(finding ->
                weights.merge(finding.score() % parties, 1L + finding.score() / SimTypes.PASSING_SCORE, Long::sum));
        long most = weights.values().stream().mapToLong(Long::longValue).max().orElse(0);
        Set<Integer> leading = weights.entrySet().stream()
                .filter(each -> each.getValue() == most)
                .map(each -> each.getKey())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<Integer> shown = vote.leaders().stream()
                .map(each -> each.value().score() % parties)
                .collect(Collectors.toCollection(TreeSet::new));
        SimCheck.that(shown.equals(leading), "%s lead, and shown are %s", leading, vote);
        SimCheck.that(vote.isTie() == leading.size() > 1, "%s lead, and %s", leading, vote);
        SimCheck.that(
                vote.voters() == values.size() && vote.voters() + vote.missing().size() == voters,
                "%d of %d have voted, and counted are %s",
                values.size(),
                voters,
                vote);
    }

    /** The judge's choice, and of two the first in plan order, with both of them named; returns whether it was two. */
    boolean requireBest(Merged<Finding> best, SimMergeModel judge) {
        List<ModelRequest> asked = judge.beside();
        List<Finding> distinct = values.stream().distinct().toList();
        SimCheck.that(asked.size() == (distinct.size() == 1 ? 0 : 2), "%d calls about %s", asked.size(), distinct);
        var chosen = new TreeSet<Integer>();
        for (ModelRequest request : asked) {
            List<Finding> shown = SimMergeModel.candidates(request);
            SimCheck.that(Set.copyOf(shown).equals(Set.copyOf(distinct)), "judged are %s of %s", shown, distinct);
            chosen.add(distinct.indexOf(judge.chosen(shown)));
        }
        Finding first = distinct.get(chosen.isEmpty() ? 0 : chosen.getFirst());
        SimCheck.that(best.answer().equals(first), "%s is the best of %s", best, distinct);
        boolean tied = chosen.size() > 1;
        SimCheck.that(
                best.notes().stream().anyMatch(note -> note.contains("a tie")) == tied,
                "a tie: %s, and %s",
                tied,
                best);
        return tied;
    }

    /** An answer that counts what was read, through however many notes, counts every outcome once. */
    static void requireAllRead(List<SubtaskOutcome> outcomes, Finding answer) {
        SimMergeModel.Seen seen = SimMergeModel.Seen.NOTHING;
        for (SubtaskOutcome each : outcomes) {
            if (each.outcome() instanceof Outcome.Succeeded<?>(Items<?> items)) {
                for (int item = 0; item < items.outcomes().size(); item++) {
                    seen = seen.plus(each.id() + "#" + item);
                }
            } else if (!each.outcome().isNotNeeded()) {
                seen = seen.plus(each.id());
            }
        }
        SimCheck.that(answer.text().equals(seen.text()), "%s, and the answer knows of %s", seen, answer);
    }
}
