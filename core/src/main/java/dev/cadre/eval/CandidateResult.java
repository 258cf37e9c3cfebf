// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.bulk.BulkSummary;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the examples say of one candidate.
 *
 * @param models the models that it ran on, from the cheapest tier to the dearest
 * @param verdicts one for each example, in the order of the examples
 * @param spend what it cost in all sessions of this eval
 * @param elapsed how long it took in this session
 * @param session how many examples were answered, or tried, in this session and not taken from the journal
 * @param stop why no more examples were tried
 */
public record CandidateResult(
        Candidate candidate,
        List<String> models,
        List<Verdict> verdicts,
        Spend spend,
        Duration elapsed,
        long session,
        BulkSummary.Stop stop)
        implements CandidateRate {
    public CandidateResult {
        models = List.copyOf(models);
        verdicts = List.copyOf(verdicts);
    }

    /** How many examples have a verdict of this kind. */
    public long count(Verdict.Kind kind) {
        return verdicts.stream().filter(verdict -> verdict.kind() == kind).count();
    }

    /** How many examples have a verdict. */
    public long examples() {
        return verdicts.size() - count(Verdict.Kind.MISSING);
    }

    /** How many examples have no verdict, because money, time or the provider did not allow it. */
    @Override
    public long missing() {
        return count(Verdict.Kind.MISSING);
    }

    /** How many of the examples with a verdict passed. */
    @Override
    public Proportion passed() {
        return new Proportion(count(Verdict.Kind.PASSED), examples());
    }

    /** How many of the examples with a verdict have a good value in this field: no fault was found with it. */
    public Proportion passed(String field) {
        long good = verdicts.stream()
                .filter(verdict -> verdict.kind() == Verdict.Kind.PASSED
                        || (verdict.kind() == Verdict.Kind.WRONG
                                && verdict.faults().stream()
                                        .noneMatch(fault -> fault.field().equals(field))))
                .count();
        return new Proportion(good, examples());
    }

    /** What an example with a verdict cost, rounded up; empty if there is none. */
    @Override
    public Optional<Money> perExample() {
        return per(examples());
    }

    /** What a good answer cost, the others paid with it, rounded up; empty if there is none. */
    public Optional<Money> perPassed() {
        return per(count(Verdict.Kind.PASSED));
    }

    private Optional<Money> per(long count) {
        return count == 0 ? Optional.empty() : Optional.of(spend.total().dividedBy(count));
    }

    /** The examples that have a verdict and did not pass, in their order. */
    public List<Verdict> disagreements() {
        return verdicts.stream()
                .filter(verdict -> verdict.isKnown() && verdict.kind() != Verdict.Kind.PASSED)
                .toList();
    }

    /**
     * Which values of a field it takes for which.
     *
     * @return empty if the field has more than {@value Confusion#MOST_VALUES} values, fewer than two, or values that are
     *     lists or objects
     */
    public Optional<Confusion> confusion(String field) {
        return Confusion.of(field, verdicts);
    }

    /** One line: {@code nano: 58 of 60, 96.7 % (88.6 % to 99.1 %), $0.0000325 an example}. */
    @Override
    public String toString() {
        return "%s: %s%s%s"
                .formatted(
                        candidate,
                        passed(),
                        perExample().map(", %s an example"::formatted).orElse(""),
                        missing() == 0 ? "" : ", %d without a verdict".formatted(missing()));
    }
}
