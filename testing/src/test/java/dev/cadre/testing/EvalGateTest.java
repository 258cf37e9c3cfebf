// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.eval.Candidate;
import dev.cadre.eval.EvalExample;
import dev.cadre.eval.EvalResult;
import dev.cadre.eval.Evals;
import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.Cassette.Mode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate of a build: a rate that a tier must reach. */
class EvalGateTest {
    record Word(String text) {}

    enum Kind {
        NOUN,
        VERB
    }

    private static final SubtaskType<Word, Kind> TELL =
            SubtaskType.model("tell", Word.class, Kind.class, "Is the word a noun or a verb?");
    private static final Budget BUDGET = Budget.usd("1");

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();

    private static Evals<Word, Kind> evals(int count) {
        List<EvalExample<Word, Kind>> examples = IntStream.range(0, count)
                .mapToObj(i -> EvalExample.of(new Word("w" + i), Kind.NOUN))
                .toList();
        return Evals.of(TELL).examples(examples).tiers(Tier.NANO, Tier.MINI);
    }

    private EvalResult run(int count) throws InterruptedException {
        return Coordinator.of(model.pools()).run(evals(count), BUDGET);
    }

    @Test
    void candidateThatIsEnough_passes() throws Exception {
        model.on(TELL).replies(Kind.NOUN);

        assertThat(run(80))
                .requires(0.95)
                .on(Tier.NANO)
                .requires(0.95)
                .on(Candidate.of(Tier.MINI))
                .isWhole()
                .spentAtMost("0.02");
    }

    @Test
    void candidateThatIsNot_failsWithRateIntervalExamplesAndDisagreements() throws Exception {
        model.on(TELL).replies(Kind.NOUN);
        model.on(TELL, new Word("w3")).onlyOn(Tier.NANO).replies(Kind.VERB);
        model.on(TELL, new Word("w5")).onlyOn(Tier.NANO).refuses("I may not");
        var result = run(40);

        assertThatThrownBy(() -> assertThat(result).requires(0.95).on(Tier.NANO))
                .isInstanceOf(AssertionError.class)
                .hasMessage("""
                        nano is not shown to be enough for 95 %: 38 of 40, 95 % (83.5 % to 98.6 %)
                        1 wrong, 0 invalid, 1 refused, 0 without a verdict
                        its rate is not above that
                        the first of 2 that did not pass:
                          3: value: expected "NOUN", got "VERB"
                          5: REFUSED: the model refused: "I may not"
                        nano: 38 of 40, 95 % (83.5 % to 98.6 %), $0.000045 an example
                        mini: 40 of 40, 100 % (91.2 % to 100 %), $0.000165 an example
                        spent $0.0084 of $1.00""");
        assertThatThrownBy(() -> assertThat(result).requires(0.95).on(Tier.MINI))
                .hasMessageContaining("mini is not shown to be enough for 95 %: 40 of 40, 100 % (91.2 % to 100 %)")
                .hasMessageContaining("its rate is above that: about 33 more examples would tell");
        assertThatThrownBy(() -> assertThat(result).requires(0.95).on(Tier.FLAGSHIP))
                .hasMessage("flagship was not tried, only nano, mini");
        assertThatThrownBy(() -> assertThat(result).requires(95)).hasMessageEndingWith("and not 95.0");
    }

    @Test
    void eval_thatEndedAtItsBudget_isNotWhole() throws Exception {
        model.on(TELL).replies(Kind.NOUN);
        var result = Coordinator.of(model.pools()).run(evals(40), Budget.usd("0.004"));

        assertThatThrownBy(() -> assertThat(result).isWhole())
                .hasMessageContaining("mini: ")
                .hasMessageContaining(" of 40 examples have no verdict: ");
        assertThatThrownBy(() -> assertThat(result).spentAtMost("0.001")).hasMessageContaining("but it was $0.00");
    }

    @Test
    void eval_onACassette_needsNoModelWhenItIsReplayed() throws Exception {
        model.on(TELL).replies(Kind.NOUN);
        model.on(TELL, new Word("w3")).onlyOn(Tier.NANO).replies(Kind.VERB);
        Path file = folder.resolve("eval.cassette");
        EvalResult recorded;
        try (var cassette = Cassette.open(file, Mode.RECORD);
                var pools = cassette.pools(model::pools)) {
            recorded = Coordinator.of(pools).run(evals(80), BUDGET);
        }

        try (var cassette = Cassette.open(file, Mode.REPLAY);
                var pools = cassette.pools(() -> {
                    throw new AssertionError("there is no key here");
                })) {
            EvalResult replayed = Coordinator.of(pools).run(evals(80), BUDGET);

            assertThat(replayed).requires(0.90).on(Tier.NANO);
            assertThat(replayed.toString()).isEqualTo(recorded.toString());
            cassette.assertFullyPlayed();
        }
    }
}
