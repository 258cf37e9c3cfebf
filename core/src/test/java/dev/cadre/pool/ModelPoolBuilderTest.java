// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.CATALOG;
import static dev.cadre.pool.FakeModel.PRICE;
import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallContext;
import dev.cadre.model.CallOptions;
import dev.cadre.model.InputCounter;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.PromptCaching;
import dev.cadre.model.ProviderTool;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelShutDownException;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a pool is built with: its calendar, its prices, its limits. */
class ModelPoolBuilderTest {
    private static final LocalDate END = LocalDate.of(2026, 12, 1);

    private final BudgetGuard budget = Budget.usd("1").open();
    private final FakeModel model = FakeModel.replying();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

    private void daysBeforeTheEnd(int days) {
        now.set(END.minusDays(days).atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    private static ModelSpec spec(Set<Capability> capabilities, @Nullable LocalDate end) {
        return FakeModel.spec("small", PRICE)
                .withCapabilities(capabilities)
                .withListing(ModelSpec.Listing.NONE.withShutdown(end));
    }

    private ModelPool.Builder ending() {
        return model.pool()
                .catalog(ModelCatalog.of(List.of(spec(Set.of(), END))))
                .calendar(now::get);
    }

    @Test
    void shutdown_isAnnouncedHalfAYearBefore_upToTheLastDay() {
        var pool = ending().build();
        daysBeforeTheEnd(181);
        assertThat(pool.shutdownNotice()).isEmpty();
        for (int days : new int[] {180, 1}) {
            daysBeforeTheEnd(days);
            assertThat(pool.shutdownNotice()).hasValue(new ShutdownNotice("small", END, days));
        }
        daysBeforeTheEnd(0);
        assertThat(pool.shutdownNotice()).isEmpty();
    }

    @Test
    void modelThatHasBeenShutDown_isNeitherCalledNorBound() throws Exception {
        daysBeforeTheEnd(1);
        var pool = ending().build();
        pool.call(REQUEST, terms(budget));

        daysBeforeTheEnd(0);

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget))).isInstanceOf(ModelShutDownException.class);
        assertThatThrownBy(() -> ending().build()).isInstanceOf(ModelShutDownException.class);
        assertThat(model.calls).hasValue(1);
    }

    @Test
    void withoutACalendar_noModelEnds() {
        var pool = model.pool()
                .catalog(ModelCatalog.of(List.of(spec(Set.of(), LocalDate.EPOCH))))
                .build();

        pool.requireInService();
        assertThat(pool.shutdownNotice()).isEmpty();
    }

    @Test
    void modelThatTakesCacheMarks_getsThem() {
        var marking = model.pool()
                .catalog(ModelCatalog.of(List.of(spec(Set.of(Capability.PROMPT_CACHE_BREAKPOINTS), null))))
                .build();

        assertThat(marking.filled(REQUEST).options().promptCaching()).isEqualTo(PromptCaching.MARKED);
        assertThat(model.pool().build().filled(REQUEST).options().promptCaching())
                .isEqualTo(PromptCaching.AUTOMATIC);
    }

    @Test
    void surcharge_raisesTheWorstCaseAndTheBill() throws Exception {
        var pool = model.pool().surcharge(10).build();

        assertThat(pool.worstCase(REQUEST)).isEqualTo(Money.usd("0.0011462"));
        pool.call(REQUEST, terms(budget));
        assertThat(budget.state().settled()).isEqualTo(Money.usd("0.000231"));
    }

    @Test
    void ownPrice_keepsWhatTheCatalogueKnowsOtherwise() {
        assertThat(model.pool()
                        .price(PRICE.withSurcharge(10))
                        .build()
                        .spec()
                        .tokens()
                        .maxInput())
                .isEqualTo(9_000);
    }

    @Test
    void priceOfATool_isThatOfTheBuilder() {
        var searching =
                REQUEST.withOptions(CallOptions.NONE.withProviderTools(List.of(new ProviderTool.WebSearch()), 1));
        var pool = model.pool()
                .toolPrice(ProviderTool.Kind.WEB_SEARCH, new Price.OfTool(Money.usd("0.5"), 0))
                .build();

        assertThat(pool.worstCase(searching)).isBetween(Money.usd("0.5"), Money.usd("0.51"));
    }

    @Test
    void times_areBounded() {
        var month = Duration.ofDays(30);
        model.pool().timeout(month).prefixPatience(month).prefixPatience(Duration.ZERO);

        assertThatThrownBy(() -> model.pool().timeout(Duration.ZERO))
                .hasMessage("the timeout must be positive and at most PT720H, not PT0S");
        assertThatThrownBy(() -> model.pool().timeout(month.plusNanos(1))).hasMessageContaining("at most PT720H");
        assertThatThrownBy(() -> model.pool().prefixPatience(Duration.ofNanos(-1)))
                .hasMessage("the patience must be between zero and PT720H, not PT-0.000000001S");
        assertThatThrownBy(() -> model.pool().prefixPatience(month.plusNanos(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void limits_areAtLeastOne() {
        var least = new PoolLimits(1, 1, 1);

        assertThat(model.pool()
                        .maxParallel(1)
                        .requestsPerMinute(1)
                        .tokensPerMinute(1)
                        .build()
                        .limits())
                .isEqualTo(least);
        assertThatThrownBy(() -> least.withRequestsPerMinute(0))
                .hasMessage("limits must be positive: parallel=1, requests=0, tokens=1 per minute");
        assertThatThrownBy(() -> least.withTokensPerMinute(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> least.withMaxParallel(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private record Counting(ModelClient client) implements ModelClient, InputCounter {
        @Override
        public ModelReply call(ModelRequest request, CallContext context) throws InterruptedException {
            return client.call(request, context);
        }

        @Override
        public long count(ModelRequest request, CallContext context) {
            return 2;
        }
    }

    @Test
    void countedInput_isReservedInsteadOfItsBound() throws Exception {
        var pool = ModelPool.builder(new Counting(model), "small")
                .catalog(CATALOG)
                .countingInput()
                .build();
        var onlyJust = Budget.usd("0.001002").open();

        assertThat(pool.call(REQUEST, terms(onlyJust)).text()).isEqualTo("hello");
        assertThatThrownBy(() -> model.pool().countingInput())
                .hasMessage("the client of model 'small' cannot count its input");
    }
}
