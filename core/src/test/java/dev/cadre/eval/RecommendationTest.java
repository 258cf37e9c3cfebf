// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.bulk.BulkSummary;
import dev.cadre.json.Json;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecommendationTest {
    private static CandidateResult candidate(Tier tier, int passed, int examples, int missing, String usd) {
        var verdicts = new ArrayList<Verdict>();
        IntStream.range(0, examples + missing).forEach(place -> {
            Verdict.Kind kind =
                    place < passed ? Verdict.Kind.PASSED : place < examples ? Verdict.Kind.WRONG : Verdict.Kind.MISSING;
            verdicts.add(new Verdict(
                    "" + place, kind, Json.obj(), Json.obj(), Json.obj(), List.of(), "the money did not reach for it"));
        });
        Spend spend = Spend.settled(Money.usd(usd), TokenUsage.NONE);
        return new CandidateResult(
                Candidate.of(tier),
                List.of("model"),
                verdicts,
                spend,
                Duration.ZERO,
                examples,
                BulkSummary.Stop.END_OF_INPUT);
    }

    private static EvalResult result(CandidateResult... candidates) {
        return new EvalResult(List.of(candidates), Judging.NONE, Money.usd("5"));
    }

    private static final CandidateResult NANO = candidate(Tier.NANO, 170, 200, 0, "0.20");
    private static final CandidateResult MINI = candidate(Tier.MINI, 198, 200, 0, "1.00");
    private static final CandidateResult FLAGSHIP = candidate(Tier.FLAGSHIP, 200, 200, 0, "4.00");

    @Test
    void cheapestWhoseLowerBoundReachesTheRate_isEnough() {
        EvalResult result = result(NANO, MINI, FLAGSHIP);

        assertThat(result.recommend(0.75).sentence())
                .isEqualTo("nano is enough for 75 %: 170 of 200, 85 % (79.4 % to 89.3 %), $0.001 an example.");
        assertThat(result.recommend(0.95).sentence())
                .isEqualTo("mini is enough for 95 %: 198 of 200, 99 % (96.4 % to 99.7 %), $0.005 an example.");
        assertThat(result.recommend(0.98).isEnough()).isTrue();
        assertThat(result.recommend(0.99).isEnough()).isFalse();
    }

    @Test
    void cheapest_isByMoneyAndNotByTier() {
        CandidateResult dearNano = candidate(Tier.NANO, 200, 200, 0, "9.00");

        assertThat(result(dearNano, MINI).recommend(0.95))
                .isInstanceOfSatisfying(
                        Recommendation.Enough.class,
                        enough -> assertThat(enough.candidate()).isEqualTo(MINI));
    }

    @Test
    void cheaperOneThatMayBeEnough_isNamedWithTheNumberOfExamples() {
        CandidateResult nano = candidate(Tier.NANO, 194, 200, 0, "0.20");

        assertThat(result(nano, MINI).recommend(0.95).sentence())
                .isEqualTo("mini is enough for 95 %: 198 of 200, 99 % (96.4 % to 99.7 %), $0.005 an example."
                        + " nano may be (194 of 200, 97 % (93.6 % to 98.6 %)): about 257 more examples would tell.");
    }

    @Test
    void tooFewExamples_areCounted() {
        CandidateResult nano = candidate(Tier.NANO, 40, 40, 0, "0.20");

        Recommendation recommendation = result(nano).recommend(0.95);

        assertThat(recommendation).isInstanceOf(Recommendation.TooFewExamples.class);
        assertThat(recommendation.sentence())
                .isEqualTo("Not enough examples to tell which candidate is enough for 95 %. nano may be (40 of 40,"
                        + " 100 % (91.2 % to 100 %)): about 33 more examples would tell.");
        assertThat(candidate(Tier.NANO, 73, 73, 0, "1").meets(0.95)).isTrue();
    }

    @Test
    void noneAboveTheRate_isNone() {
        assertThat(result(NANO).recommend(0.9).sentence())
                .isEqualTo(
                        "No candidate is shown to be enough for 90 %: the best is nano, 170 of 200, 85 % (79.4 % to 89.3 %).");
    }

    @Test
    void exampleWithoutAVerdict_countsAgainstTheRequirement_andNotInTheRate() {
        CandidateResult half = candidate(Tier.NANO, 100, 100, 100, "0.20");

        assertThat(half.passed()).isEqualTo(new Proportion(100, 100));
        assertThat(half.meets(0.9)).isFalse();
        assertThat(half.moreFor(0.9)).contains(100L);
        assertThat(result(half).missing())
                .containsExactly("nano: 100 of 200 examples have no verdict: the money did not reach for it");
    }

    @Test
    void candidateWithoutAnyVerdict_isNoCandidate() {
        CandidateResult none = candidate(Tier.NANO, 0, 0, 10, "0.00");

        assertThat(result(none).recommend(0.5).sentence()).isEqualTo("Nothing is known of any candidate yet.");
        assertThat(none.perExample()).isEmpty();
    }

    @Test
    void rate_ofNothingOrEverything_isRefused() {
        for (double rate : new double[] {0, 1, -1, Double.NaN}) {
            assertThatThrownBy(() -> result(NANO).recommend(rate))
                    .hasMessage("a required rate is above 0 and below 1, and not " + rate);
        }
    }

    @Test
    void money_isPerExampleAndPerGoodAnswer() {
        assertThat(NANO.perExample()).contains(Money.usd("0.001"));
        assertThat(NANO.perPassed()).contains(Money.usd("0.001176470589")); // rounded up
    }

    @Test
    void comparison_countsDiscordantPairs() {
        assertThat(result(NANO, MINI).compare(Candidate.of(Tier.NANO), Candidate.of(Tier.MINI)))
                .isEqualTo(new PairedTest(Candidate.of(Tier.NANO), Candidate.of(Tier.MINI), 0, 28, 200));
        assertThat(result(NANO, MINI, FLAGSHIP).comparisons()).hasSize(3);
    }

    @Test
    void candidateThatWasNotTried_isRefused() {
        assertThatThrownBy(() -> result(NANO, MINI).of(Tier.FLAGSHIP))
                .hasMessage("flagship was not tried, only nano, mini");
    }
}
