// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import dev.cadre.model.TokenUsage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The cost of some attempts together.
 *
 * @param settled the cost of attempts whose usage is known
 * @param forfeited the worst case of attempts that were sent and whose usage is unknown
 * @param attempts the number of model calls that were sent, and of calls of plain code that costs money
 * @param tokens the tokens of the attempts with known usage
 * @param estimated whether any part is an upper bound, not an itemised cost; true whenever money was forfeited
 */
public record Spend(Money settled, Money forfeited, long attempts, TokenUsage tokens, boolean estimated) {

    /** No attempts, no money. */
    public static final Spend NONE = new Spend(Money.ZERO, Money.ZERO, 0, TokenUsage.NONE, false);

    public Spend {
        if (attempts < 0) {
            throw new IllegalArgumentException("negative number of attempts: " + attempts);
        }
        if (!estimated && !forfeited.isZero()) {
            throw new IllegalArgumentException(
                    "forfeited " + forfeited + ", which is an estimate, but not marked as one");
        }
    }

    /** One attempt whose usage is known. */
    public static Spend settled(Money cost, TokenUsage tokens) {
        return new Spend(cost, Money.ZERO, 1, tokens, false);
    }

    /** One attempt that was sent and whose usage is unknown: the worst case counts as spent. */
    public static Spend forfeited(Money worstCase) {
        return new Spend(Money.ZERO, worstCase, 1, TokenUsage.NONE, true);
    }

    /** The sum of both; throws {@link ArithmeticException} beyond the largest {@link Money}. */
    public Spend plus(Spend other) {
        return new Spend(
                settled.plus(other.settled),
                forfeited.plus(other.forfeited),
                Math.addExact(attempts, other.attempts),
                tokens.plus(other.tokens),
                estimated || other.estimated);
    }

    /**
     * This spend without calls of unknown outcome whose outcome is about to be known; still an estimate if others are
     * left.
     *
     * @param worstCase the sum of the worst cases of these calls
     * @param calls the number of these calls
     */
    public Spend withoutForfeited(Money worstCase, long calls) {
        Money rest = forfeited.minus(worstCase);
        return new Spend(settled, rest, attempts - calls, tokens, !rest.isZero());
    }

    /**
     * This spend divided among several who share its calls: each bears the same part of the money, to the pico-dollar; the
     * calls and their tokens are counted with the first.
     *
     * @return as many as asked for; their sum is this spend
     * @throws IllegalArgumentException if they are fewer than one
     */
    public List<Spend> split(int shares) {
        if (shares < 1) {
            throw new IllegalArgumentException("a spend is split among at least 1, not " + shares);
        }
        var rest = new Spend(part(settled, shares), part(forfeited, shares), 0, TokenUsage.NONE, estimated);
        var first = new Spend(
                settled.minus(rest.settled.times(shares - 1L)),
                forfeited.minus(rest.forfeited.times(shares - 1L)),
                attempts,
                tokens,
                estimated);
        var all = new ArrayList<>(Collections.nCopies(shares, rest));
        all.set(0, first);
        return List.copyOf(all);
    }

    private static Money part(Money whole, int shares) {
        return Money.ofPico(whole.picoUsd() / shares);
    }

    /** One line: {@code $0.003 for 2 calls (1000 tokens in, 400 out), of which $0.002 for calls of unknown cost}. */
    @Override
    public String toString() {
        String calls = attempts == 1 ? "1 call" : attempts + " calls";
        String used = tokens.totalTokens() == 0
                ? ""
                : " (%d tokens in, %d out)".formatted(tokens.inputTokens(), tokens.outputTokens());
        String unsure = forfeited.isZero()
                ? estimated ? ", estimated" : ""
                : ", of which %s for calls of unknown cost".formatted(forfeited);
        return "%s for %s%s%s".formatted(total(), calls, used, unsure);
    }

    /** All the money: at least the provider's bill. */
    public Money total() {
        return settled.plus(forfeited);
    }
}
