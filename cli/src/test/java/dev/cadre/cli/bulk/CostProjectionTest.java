// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.CostRange;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import org.junit.jupiter.api.Test;

class CostProjectionTest {
    private final CostProjection projection = new CostProjection();

    private static Json.Obj line(long picoUsd) {
        return Json.obj().with("picoUsd", picoUsd);
    }

    private void learn(int items, long picoUsd) {
        for (int i = 0; i < items; i++) {
            projection.add(line(picoUsd));
        }
    }

    private static BulkTally tally(long total, long ended, long picoUsd) {
        Money spent = Money.ofPico(picoUsd);
        return new BulkTally(total, ended, 0, 0, 0, Spend.settled(spent, TokenUsage.NONE), "");
    }

    @Test
    void total_isWhatWasSpent_andTheMeanForEachThatIsLeft() {
        learn(60, 10);
        learn(40, 20);
        learn(500, 0); // on record, or malformed

        assertThat(projection.total(tally(1_000, 600, 1_400))).contains(Money.ofPico(1_400 + 400 * 14));
        assertThat(projection.total(tally(600, 600, 1_400))).contains(Money.ofPico(1_400));
    }

    @Test
    void total_ofFewItems_isNotKnown() {
        learn(CostProjection.LEAST_ITEMS - 1, 10);
        assertThat(projection.total(tally(1_000, 99, 990))).isEmpty();

        learn(1, 10);
        assertThat(projection.total(tally(1_000, 100, 1_000))).contains(Money.ofPico(10_000));
    }

    @Test
    void total_beforeTheCountIsKnown_isNotKnown() {
        learn(100, 10);
        assertThat(projection.total(tally(0, 100, 1_000))).isEmpty();
    }

    @Test
    void total_beyondAnyAmount_isTheMost() {
        learn(100, Long.MAX_VALUE / 200);
        assertThat(projection.total(tally(Long.MAX_VALUE, 100, 1))).contains(CostRange.MOST);
    }
}
