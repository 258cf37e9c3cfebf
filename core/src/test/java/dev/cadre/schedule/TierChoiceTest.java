// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a whole machine cannot tell apart; the choice of tiers has {@link RunMachineMoneyTest}. */
class TierChoiceTest {
    private final TierChoice tiers = new TierChoice((type, input, tier) -> Money.ofPico(7), RunRig.money(1_000, 0, 0));

    @Test
    void need_isKnownForTheWantedTierOnly() {
        var execution =
                new Execution(new Subtask(RunRig.node("a", RunRig.FALLING), 0, List.of()), -1, new RunRig.In("a"));

        assertThat(tiers.needOnWanted(execution, Tier.FLAGSHIP)).contains(Money.ofPico(7));
        assertThat(tiers.needOnWanted(execution, Tier.MINI)).isEmpty();
    }
}
