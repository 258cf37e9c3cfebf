// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.eval.Candidate;
import dev.cadre.eval.CandidateResult;
import dev.cadre.eval.EvalResult;
import dev.cadre.eval.Verdict;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;

/** Asserts on the result of an eval; a failure shows the rate with its interval and the first disagreements. */
public final class EvalResultAssert extends AbstractAssert<EvalResultAssert, EvalResult> {
    private static final int SHOWN = 5;

    EvalResultAssert(EvalResult actual) {
        super(actual, EvalResultAssert.class);
    }

    /**
     * Continues with the candidate that must be good enough.
     *
     * @param rate above 0 and below 1, such as 0.95: the lower end of the 95 % interval must reach it, and examples without
     *     a verdict count against it. It takes 73 examples that all pass to show 0.95
     * @throws IllegalArgumentException if it is no such rate
     */
    public Requirement requires(double rate) {
        isNotNull();
        if (!(rate > 0 && rate < 1)) {
            throw new IllegalArgumentException("a required rate is above 0 and below 1, and not " + rate);
        }
        return new Requirement(rate);
    }

    /** Every example has a verdict on every candidate. */
    public EvalResultAssert isWhole() {
        isNotNull();
        if (!actual.isWhole()) {
            failWithMessage("expected a verdict on every example%n%s%n%s", String.join("\n", actual.missing()), actual);
        }
        return this;
    }

    /** The eval spent at most this many dollars in all its sessions, forfeited money included. */
    public EvalResultAssert spentAtMost(String usd) {
        isNotNull();
        Money most = Money.usd(usd);
        if (actual.spend().total().isMoreThan(most)) {
            failWithMessage(
                    "expected at most %s to be spent, but it was %s%n%s",
                    most, actual.spend().total(), actual);
        }
        return this;
    }

    /** A rate that a candidate must reach. */
    public final class Requirement {
        private final double rate;

        private Requirement(double rate) {
            this.rate = rate;
        }

        /** This tier, without escalation, is good enough. */
        public EvalResultAssert on(Tier tier) {
            return on(Candidate.of(tier));
        }

        /** This candidate is good enough. */
        public EvalResultAssert on(Candidate candidate) {
            CandidateResult result = actual.of(candidate);
            if (!result.meets(rate)) {
                failWithMessage("%s", message(result));
            }
            return EvalResultAssert.this;
        }

        private String message(CandidateResult result) {
            return "%s is not shown to be enough for %s: %s%n%d wrong, %d invalid, %d refused, %d without a verdict%n%s%n%s%n%s"
                    .formatted(
                            result.candidate(),
                            percent(),
                            result.passed(),
                            result.count(Verdict.Kind.WRONG),
                            result.count(Verdict.Kind.INVALID),
                            result.count(Verdict.Kind.REFUSED),
                            result.missing(),
                            result.moreFor(rate)
                                    .map("its rate is above that: about %d more examples would tell"::formatted)
                                    .orElse("its rate is not above that"),
                            disagreements(result),
                            actual);
        }

        private String percent() {
            return "%s %%"
                    .formatted(Double.toString(Math.round(rate * 1e6) / 1e4).replaceFirst("\\.0$", ""));
        }

        private static String disagreements(CandidateResult result) {
            List<Verdict> all = result.disagreements();
            List<Verdict> shown = all.isEmpty()
                    ? result.verdicts().stream()
                            .filter(verdict -> !verdict.isKnown())
                            .toList()
                    : all;
            return "the first of %d that did not pass:%n%s"
                    .formatted(
                            shown.size(),
                            shown.stream()
                                    .limit(SHOWN)
                                    .map(verdict -> "  " + verdict)
                                    .collect(Collectors.joining("\n")));
        }
    }
}
