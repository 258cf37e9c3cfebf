// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.worker.RungQuote.Escalation;
import java.util.List;

/**
 * What a rung may take on one tier, whichever of its pools serves it.
 *
 * @param usual that of the pool that is expected to serve it
 * @param all those of every pool that may serve it, in the order in which a call that is too long goes on; not empty
 */
record TierQuote(RungQuote usual, List<RungQuote> all) {
    Money low() {
        return all.stream().map(RungQuote::low).reduce(CostRange.MOST, Money::atMost);
    }

    Money firstCall() {
        return all.stream().map(RungQuote::firstCall).reduce(Money.ZERO, Money::atLeast);
    }

    /** The dearest way: each pool may serve it after those before it have refused its first call. */
    Quote worst(Escalation escalation) {
        Quote refused = Quote.NOTHING;
        Quote worst = Quote.NOTHING;
        for (RungQuote rung : all) {
            worst = worse(worst, refused.plus(rung.worst(escalation)));
            refused = refused.plus(rung.refused(escalation));
        }
        return worst;
    }

    long outputBytes() {
        return all.stream().mapToLong(RungQuote::outputBytes).max().orElseThrow();
    }

    static Quote worse(Quote a, Quote b) {
        return new Quote(
                CountRange.of(Math.max(a.calls().worst(), b.calls().worst())),
                CostRange.of(a.cost().worst().atLeast(b.cost().worst())));
    }
}
