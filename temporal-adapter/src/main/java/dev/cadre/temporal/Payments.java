// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;

/** Spends as they travel. */
final class Payments {
    private Payments() {}

    static Wire.Paid of(Spend spend) {
        TokenUsage tokens = spend.tokens();
        return new Wire.Paid(
                spend.settled().picoUsd(),
                spend.forfeited().picoUsd(),
                spend.attempts(),
                tokens.inputTokens(),
                tokens.cachedInputTokens(),
                tokens.cacheWriteTokens(),
                tokens.outputTokens(),
                tokens.reasoningTokens(),
                spend.estimated());
    }

    static Spend spend(Wire.Paid paid) {
        return new Spend(
                Money.ofPico(paid.settled()),
                Money.ofPico(paid.forfeited()),
                paid.attempts(),
                new TokenUsage(paid.input(), paid.cached(), paid.written(), paid.output(), paid.reasoned()),
                paid.estimated());
    }
}
