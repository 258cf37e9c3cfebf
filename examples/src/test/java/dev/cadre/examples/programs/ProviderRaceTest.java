// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.examples.programs.ProviderRace.Answer;
import dev.cadre.price.Money;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProviderRaceTest {
    private static final Budget BUDGET = Budget.usd("0.10");

    private final ScriptedModel model = new ScriptedModel();

    private RunResult<Answer> ask() throws InterruptedException {
        return ProviderRace.ask(model.pools(), "How high is the tower?", BUDGET);
    }

    @Test
    void firstAnswer_counts_andTheOtherCallIsBookedAtItsWorst() throws Exception {
        model.on(ProviderRace.ASK_ONE).holdUntil(new Gate()).replies(new Answer("too late", true));
        var bothAsked = new Gate();
        model.on(ProviderRace.ASK_OTHER).holdUntil(bothAsked).costing(100, 20).replies(new Answer("90 metres", true));

        var run = new FutureTask<>(this::ask);
        Thread.ofPlatform().start(run);
        assertThat(model.awaitInFlight(2)).isTrue();
        bothAsked.open();
        var result = run.get(60, TimeUnit.SECONDS);

        assertThat(result).isCompleteWith(new Answer("90 metres", true)).leftNothingBehind();
        assertThat(result.report().spend().settled()).as("the answer on mini").isEqualTo(Money.usd("0.000165"));
        assertThat(result.report().spend().forfeited()).as("the call on nano").isGreaterThan(Money.ZERO);
    }

    @Test
    void answerThatIsNotGoodEnough_leavesTheRaceToTheOther() throws Exception {
        model.on(ProviderRace.ASK_ONE).costing(100, 20).replies(new Answer("perhaps 80", false));
        model.on(ProviderRace.ASK_OTHER).costing(100, 20).replies(new Answer("90 metres", true));

        assertThat(ask()).isCompleteWith(new Answer("90 metres", true)).leftNothingBehind();
    }
}
