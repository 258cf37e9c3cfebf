// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static dev.cadre.worker.RungScript.NOTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.ModelSpec.TokenBounds;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.Quote;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.Limits;
import dev.cadre.task.Retries;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import dev.cadre.worker.RungQuote.Escalation;
import dev.cadre.worker.RungScript.Note;
import dev.cadre.worker.RungScript.Topic;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How the figures of the tiers become those of a subtask; {@link RungQuoteTest} has those of a tier. */
class SubtaskEstimateTest {
    private static final Limits LIMITS = Limits.DEFAULT.withEstimates(new Limits.Estimates(8, 25, 3, 1_000));
    private static final InputSize CATS = new InputSize.Known(new Topic("cats"));
    private static final Money CENT = Money.usd("0.01");

    private final ModelPool nano = pool("nano", Price.perMillionTokens("1", "0.1", "10"));
    private final ModelPool mini = pool("mini", Price.perMillionTokens("4", "0.4", "40"));
    private final ModelPools pools = ModelPools.builder().nano(nano).mini(mini).build();

    private static ModelPool pool(String model, Price price) {
        var spec = ModelSpec.of(model, price)
                .withTokens(TokenBounds.of(100_000, 90_000, 10_000).boundByBytes());
        return ModelPool.builder(
                        (request, context) -> {
                            throw new AssertionError("an estimate calls nobody");
                        },
                        model)
                .catalog(ModelCatalog.of(List.of(spec)))
                .build();
    }

    private SubtaskQuote estimate(SubtaskType<Topic, Note> type) {
        return new SubtaskEstimate(pools, LIMITS).of(type, CATS);
    }

    private static RungQuote rung(SubtaskType<Topic, Note> type, ModelPool pool) {
        var work = (Work.Model<?, ?>) type.work();
        var task = RungTask.first(type, new Topic("cats"), "note", Tier.NANO);
        var first = new FirstRequest(type, work, task.inputJson(), List.of(), "", LIMITS).to(pool);
        return new RungQuote(pool, first, work, CountRange.NONE, LIMITS);
    }

    @Test
    void typeOnOneTier_hasTheFiguresOfItsRung() {
        RungQuote rung = rung(NOTE, nano);
        Quote worst = rung.worst(Escalation.FIRST_RUNG);

        SubtaskQuote estimate = estimate(NOTE);

        assertThat(estimate.quote().cost())
                .isEqualTo(
                        new CostRange(rung.low(), rung.expected(), worst.cost().worst()));
        assertThat(estimate.quote().calls())
                .isEqualTo(new CountRange(1, 1, worst.calls().worst()));
        assertThat(estimate.firstCall()).isEqualTo(rung.firstCall());
        // a quarter of 2,000 tokens of 4 bytes; at most 4,000 of 8
        assertThat(estimate.outputBytes()).isEqualTo(new CountRange(0, 2_000, 32_000));
    }

    @Test
    void typeWithTools_isExpectedToAskThemThreeTimes() {
        assertThat(estimate(NOTE.tools(RungScript.ECHO)).quote().calls().expected())
                .isEqualTo(4);
    }

    @Test
    void typeThatMayRise_mayPayForEveryTier() {
        SubtaskQuote estimate = estimate(NOTE.upTo(Tier.FLAGSHIP));

        Quote onNano = rung(NOTE, nano).worst(Escalation.FIRST_RUNG);
        Quote onMini = rung(NOTE, mini).worst(Escalation.LATER_RUNG);
        assertThat(estimate.quote().cost().worst())
                .as("nobody serves the flagship")
                .isEqualTo(onNano.plus(onMini).cost().worst());
        assertThat(estimate.quote().calls().worst())
                .isEqualTo(onNano.plus(onMini).calls().worst());
        assertThat(estimate.quote().cost().expected())
                .isEqualTo(rung(NOTE, nano).expected());
        assertThat(estimate.firstCall()).isEqualTo(rung(NOTE, nano).firstCall());
    }

    @Test
    void typeThatMayFall_paysForOneTierOnly_theDearestAtWorst() {
        SubtaskQuote estimate = estimate(NOTE.startingAt(Tier.MINI).notBelow(Tier.NANO));

        assertThat(estimate.quote().cost().worst())
                .isEqualTo(rung(NOTE, mini).worst(Escalation.FIRST_RUNG).cost().worst());
        assertThat(estimate.quote().cost().low()).isEqualTo(rung(NOTE, nano).low());
        assertThat(estimate.quote().cost().expected())
                .isEqualTo(rung(NOTE, mini).expected());
        assertThat(estimate.firstCall()).isEqualTo(rung(NOTE, mini).firstCall());
    }

    @Test
    void inputThatFitsNobody_costsNothing() {
        var unfit = new InputSize.Known(new Topic(null));

        SubtaskQuote estimate = new SubtaskEstimate(pools, LIMITS).of(NOTE, unfit);

        assertThat(estimate.quote()).isEqualTo(Quote.NOTHING);
        assertThat(estimate.firstCall()).isEqualTo(Money.ZERO);
    }

    @Test
    void code_costsAsOftenAsItMayBeCalled() {
        var code = SubtaskType.code("code", Topic.class, Note.class, (topic, context) -> new Note(""));
        var paid = code.costing(CENT).retries(Retries.of(2, IllegalStateException.class));

        assertThat(estimate(code).quote()).isEqualTo(Quote.NOTHING);
        assertThat(estimate(paid).quote())
                .isEqualTo(new Quote(new CountRange(1, 1, 3), new CostRange(CENT, CENT, CENT.times(3))));
        assertThat(estimate(paid).firstCall()).isEqualTo(CENT);
        assertThat(estimate(paid).outputBytes()).isEqualTo(new CountRange(0, 250, 1_000));
        assertThat(new SubtaskEstimate(pools, LIMITS)
                        .of(paid, new InputSize.Known(new Topic(null)))
                        .quote())
                .as("an input that does not fit is never given to it")
                .isEqualTo(Quote.NOTHING);
    }

    @Test
    void firstCall_ofATask_isWhatItsPoolReserves() {
        var task = RungTask.first(NOTE, new Topic("cats"), "note", Tier.NANO);

        assertThat(FirstCall.worstCase(task, pools, LIMITS))
                .hasValue(rung(NOTE, nano).firstCall());
        assertThat(FirstCall.worstCase(NOTE, Tier.FLAGSHIP, pools, LIMITS))
                .as("nobody serves it")
                .isEqualTo(Optional.empty());
    }

    @Test
    void typeWithoutAPrice_isRefused_ifATierOfItsOwnHasNone() {
        var flex = NOTE.serviceTier(ServiceTier.FLEX);

        assertThatThrownBy(() -> FirstCall.requirePriced(flex, pools, LIMITS)).isInstanceOf(UnpricedException.class);
        FirstCall.requirePriced(NOTE, pools, LIMITS);
        var onlyMini = ModelPools.builder().mini(mini).build();
        FirstCall.requirePriced(flex, onlyMini, LIMITS); // a tier that the type does not use
    }
}
