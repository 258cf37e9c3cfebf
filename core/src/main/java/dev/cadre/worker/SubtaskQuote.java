// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;

/**
 * What one subtask, or one item of it, will take.
 *
 * @param quote of all its rungs; its low figure is that of one answered call
 * @param firstCall the most that its first call reserves
 * @param outputBytes the UTF-8 bytes of JSON that its output has
 */
public record SubtaskQuote(Quote quote, Money firstCall, CountRange outputBytes) {
    SubtaskQuote(CountRange outputBytes) {
        this(Quote.NOTHING, Money.ZERO, outputBytes);
    }
}
