// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Tier;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkKindTest {
    record Text(String text) {}

    private static final SubtaskType<Text, Text> TYPE = SubtaskType.model("t", Text.class, Text.class, "Do it.");

    @ParameterizedTest
    @EnumSource(WorkKind.class)
    void suitedTo_startsOnTheTierOfTheKind(WorkKind kind) {
        Tier tier = kind.tier();

        assertThat(TYPE.suitedTo(kind).tiers()).isEqualTo(new Tiers(tier, tier, tier, tier));
    }

    @Test
    void suitedTo_keepsADearerTop_andRaisesACheaperOne() {
        assertThat(TYPE.upTo(Tier.FLAGSHIP).suitedTo(WorkKind.MULTI_STEP_TOOLS).tiers())
                .isEqualTo(new Tiers(Tier.MINI, Tier.MINI, Tier.MINI, Tier.FLAGSHIP));
        assertThat(TYPE.upTo(Tier.MINI).suitedTo(WorkKind.ARCHITECTURE).tiers())
                .isEqualTo(new Tiers(Tier.FLAGSHIP, Tier.FLAGSHIP, Tier.FLAGSHIP, Tier.FLAGSHIP));
    }

    @Test
    void laterTiers_overruleTheKind() {
        SubtaskType<Text, Text> planning = TYPE.suitedTo(WorkKind.PLANNING);

        assertThat(planning.startingAt(Tier.MINI).tiers().start()).isEqualTo(Tier.MINI);
        assertThat(planning.between(Tier.NANO, Tier.MINI).tiers().choices()).containsExactly(Tier.NANO, Tier.MINI);
        assertThat(planning.notBelow(Tier.MINI).tiers().floor()).isEqualTo(Tier.MINI);
    }

    @Test
    void computerUse_isNeverSuggestedOnNano() {
        ModelCatalog models = ModelCatalog.standard();

        assertThat(WorkKind.COMPUTER_USE.tier()).isNotEqualTo(Tier.NANO);
        assertThat(models.spec("gpt-5.4-nano").can(Capability.COMPUTER_USE)).isFalse();
        assertThat(models.spec("gpt-5.4-mini").can(Capability.COMPUTER_USE)).isTrue();
    }
}
