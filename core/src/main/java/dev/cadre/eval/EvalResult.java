// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.PassRates;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What an eval says of its candidates.
 *
 * @param candidates in the order in which they were tried
 * @param judging what the judge did, if there is one
 * @param limit what all of them together were allowed to spend, earlier sessions included
 */
public record EvalResult(List<CandidateResult> candidates, Judging judging, Money limit) {
    public EvalResult {
        candidates = List.copyOf(candidates);
    }

    /**
     * What it says of one candidate.
     *
     * @throws IllegalArgumentException if that was not tried
     */
    public CandidateResult of(Candidate candidate) {
        return candidates.stream()
                .filter(result -> result.candidate().equals(candidate))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("%s was not tried, only %s"
                        .formatted(
                                candidate,
                                candidates.stream()
                                        .map(result -> result.candidate().toString())
                                        .collect(Collectors.joining(", ")))));
    }

    /** What it says of one tier without escalation; throws as {@link #of(Candidate)} does. */
    public CandidateResult of(Tier tier) {
        return of(Candidate.of(tier));
    }

    /**
     * The cheapest candidate that is good enough where a rate is required: the lower end of its 95 % interval reaches the
     * rate. Cheapest is what costs least for an example with a verdict.
     *
     * @param required above 0 and below 1, such as 0.95
     * @throws IllegalArgumentException if it is no such rate
     */
    public Recommendation recommend(double required) {
        return Recommendation.of(required, candidates);
    }

    /**
     * The rates of the tiers that were tried without escalation, for a planner or a tier policy to see.
     *
     * @param type the type that the examples are of
     */
    public PassRates passRates(SubtaskType<?, ?> type) {
        PassRates rates = PassRates.NONE;
        for (CandidateResult result : candidates) {
            Candidate tried = result.candidate();
            if (!tried.isCascade() && result.examples() > 0) {
                rates = rates.with(type, tried.start(), result.passed().count(), result.examples());
            }
        }
        return rates;
    }

    /** The test of two candidates on the examples that both have a verdict on. */
    public PairedTest compare(Candidate first, Candidate second) {
        return compared(of(first), of(second));
    }

    private static PairedTest compared(CandidateResult first, CandidateResult second) {
        long onlyFirst = 0;
        long onlySecond = 0;
        long both = 0;
        for (int i = 0; i < first.verdicts().size(); i++) {
            Verdict one = first.verdicts().get(i);
            Verdict other = second.verdicts().get(i);
            if (one.isKnown() && other.isKnown()) {
                both++;
                boolean passedOne = one.kind() == Verdict.Kind.PASSED;
                boolean passedOther = other.kind() == Verdict.Kind.PASSED;
                onlyFirst += passedOne && !passedOther ? 1 : 0;
                onlySecond += passedOther && !passedOne ? 1 : 0;
            }
        }
        return new PairedTest(first.candidate(), second.candidate(), onlyFirst, onlySecond, both);
    }

    /** The test of each candidate against each that was tried after it. */
    public List<PairedTest> comparisons() {
        var all = new ArrayList<PairedTest>();
        for (int i = 0; i < candidates.size(); i++) {
            for (int j = i + 1; j < candidates.size(); j++) {
                all.add(compared(candidates.get(i), candidates.get(j)));
            }
        }
        return all;
    }

    /** What all candidates and the judge cost in all sessions of this eval. */
    public Spend spend() {
        return candidates.stream().map(CandidateResult::spend).reduce(judging.spend(), Spend::plus);
    }

    /** Whether every example has a verdict on every candidate. */
    public boolean isWhole() {
        return candidates.stream().allMatch(result -> result.missing() == 0);
    }

    /** What is missing: one line for each candidate with examples that have no verdict, and why the first has none. */
    public List<String> missing() {
        return candidates.stream()
                .filter(result -> result.missing() > 0)
                .map(result -> "%s: %d of %d examples have no verdict: %s"
                        .formatted(
                                result.candidate(),
                                result.missing(),
                                result.verdicts().size(),
                                result.verdicts().stream()
                                        .filter(verdict -> !verdict.isKnown())
                                        .findFirst()
                                        .orElseThrow()
                                        .why()))
                .toList();
    }

    /** One line for each candidate, one for the judge if there is one, and what was spent. */
    @Override
    public String toString() {
        return candidates.stream().map(CandidateResult::toString).collect(Collectors.joining("\n"))
                + (judging.equals(Judging.NONE) ? "" : "\nthe judge " + judging)
                + "\nspent %s of %s".formatted(spend().total(), limit);
    }
}
