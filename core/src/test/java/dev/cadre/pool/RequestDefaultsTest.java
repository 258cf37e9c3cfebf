// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.CallOptions;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.RateLimited;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.PromptCaching;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Verbosity;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestDefaultsTest {
    private static final ModelException NO_ROOM =
            new RateLimited("429", RateLimited.Cause.NO_CAPACITY, null, RateLimits.UNKNOWN);

    private final ModelSpec half = FakeModel.spec("small", FakeModel.PRICE.withTier(ServiceTier.FLEX, 50));
    private final CostCalculator costs = new CostCalculator(half, "small", ModelCatalog.of(List.of(half)));
    private final ModelRequest flex = REQUEST.withServiceTier(ServiceTier.FLEX);

    private static RequestDefaults defaults(boolean fallsBack) {
        return new RequestDefaults(ServiceTier.FLEX, fallsBack, Verbosity.STANDARD, "", PromptCaching.AUTOMATIC, null);
    }

    @Test
    void worstCase_ofFlexThatMayFallBack_isThatOfOrdinaryService() {
        assertThat(defaults(true).worstCase(flex, 42, costs)).isEqualTo(Money.usd("0.001042"));
        assertThat(defaults(false).worstCase(flex, 42, costs)).isEqualTo(Money.usd("0.000521"));
    }

    @Test
    void request_withoutRoomInFlex_goesOnInOrdinaryService_onlyIfItMayFallBack() {
        assertThat(defaults(true).after(NO_ROOM, flex).serviceTier()).isEqualTo(ServiceTier.STANDARD);
        assertThat(defaults(false).after(NO_ROOM, flex)).isSameAs(flex);
        assertThat(defaults(true).after(PoolRig.rateLimited(), flex)).isSameAs(flex);
    }

    @Test
    void timeout_suitsTheServiceTier() {
        assertThat(defaults(true).timeout(flex)).isEqualTo(Duration.ofMinutes(15));
        assertThat(defaults(true).timeout(REQUEST)).isEqualTo(Duration.ofMinutes(10));
    }

    private final RequestDefaults own =
            new RequestDefaults(ServiceTier.FLEX, true, Verbosity.LOW, "user-1", PromptCaching.MARKED, null);

    @Test
    void fill_completesWhatTheRequestLeavesOpen() {
        ModelRequest filled = own.fill(REQUEST);

        assertThat(filled.serviceTier()).isEqualTo(ServiceTier.FLEX);
        assertThat(filled.options().verbosity()).isEqualTo(Verbosity.LOW);
        assertThat(filled.options().safetyIdentifier()).isEqualTo("user-1");
        assertThat(filled.options().promptCaching()).isEqualTo(PromptCaching.MARKED);
    }

    @Test
    void fill_keepsWhatTheRequestSays() {
        var options = CallOptions.NONE
                .withVerbosity(Verbosity.HIGH)
                .withSafetyIdentifier("user-2")
                .withPromptCaching(PromptCaching.MARKED);
        var automatic =
                new RequestDefaults(ServiceTier.FLEX, true, Verbosity.LOW, "user-1", PromptCaching.AUTOMATIC, null);

        ModelRequest said = REQUEST.withOptions(options).withServiceTier(ServiceTier.PRIORITY);

        assertThat(automatic.fill(said)).isEqualTo(said);
    }

    @Test
    void last_isTheOrdinaryTier_ofARequestThatMayFallBack() {
        assertThat(defaults(true).last(flex).serviceTier()).isEqualTo(ServiceTier.STANDARD);
        assertThat(defaults(false).last(flex)).isSameAs(flex);
    }
}
