// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.price.Spend;

/**
 * What a judge model did in an eval.
 *
 * @param spend what judging cost in all sessions of the eval; no candidate's bill has it
 * @param agreement on how many of the answers that it judged it says what a comparison with the labels says
 */
public record Judging(Spend spend, Proportion agreement) {
    /** Of an eval without a judge. */
    static final Judging NONE = new Judging(Spend.NONE, new Proportion(0, 0));

    Judging plus(Judging other) {
        return new Judging(
                spend.plus(other.spend),
                new Proportion(agreement.count() + other.agreement.count(), agreement.of() + other.agreement.of()));
    }

    /** One line: {@code agrees with the labels on 38 of 40, 95 % (83.5 % to 98.6 %); $0.004 for 40 calls …}. */
    @Override
    public String toString() {
        return "agrees with the labels on %s; %s".formatted(agreement, spend);
    }
}
