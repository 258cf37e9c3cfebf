// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

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
    private final Tariff tariff = new Tariff(half, "small", ModelCatalog.of(List.of(half)));
    private final ModelRequest flex = REQUEST.withServiceTier(ServiceTier.FLEX);

    private static RequestDefaults defaults(boolean fallsBack) {
        return new RequestDefaults(ServiceTier.FLEX, fallsBack, Verbosity.STANDARD, "", PromptCaching.AUTOMATIC, null);
    }

    @Test
    void worstCase_ofFlexThatMayFallBack_isThatOfOrdinaryService() {
        assertThat(defaults(true).worstCase(flex, 42, tariff)).isEqualTo(Money.usd("0.001042"));
        assertThat(defaults(false).worstCase(flex, 42, tariff)).isEqualTo(Money.usd("0.000521"));
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
}
