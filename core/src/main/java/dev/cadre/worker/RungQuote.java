// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.ModelRequest;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.Quote;
import dev.cadre.task.Limits;
import dev.cadre.task.Work;
import java.util.function.Supplier;

/**
 * What one rung may take: the calls that {@link Rung} may make, and the attempts that the pool may make of each.
 *
 * @param first the request of its first call, which for an input that is not known yet is that of an empty one
 * @param more the bytes by which the input is longer
 */
record RungQuote(ModelPool pool, ModelRequest first, Work.Model<?, ?> work, CountRange more, Limits limits) {
    /** What a usual text takes. */
    static final long BYTES_PER_TOKEN = 4;
    /** No text of words takes more. */
    static final long MOST_BYTES_PER_TOKEN = 8;

    /** A usual picture, or page of a document. */
    private static final long ATTACHMENT_TOKENS = 1_500;
    /** The words around the defects of a repair, and ten defects of 290 characters. */
    private static final long REPAIR_BYTES = 9_000;
    /** What a turn has besides its text: ids, marks, and what the client needs to continue. */
    private static final long TURN_BYTES = 2_000;
    /** An answer that was not accepted, with every character escaped, and why. */
    private static final long EVIDENCE_BYTES = 6L * RungPrompt.MAX_EVIDENCE_CHARS + TURN_BYTES;
    /** A rung may be truncated once and repaired once. */
    private static final int SECOND_CALLS = 2;

    /** The most that its first call reserves. */
    Money firstCall() {
        return reserved(more.worst(), cap());
    }

    /** One answered call: its text has the fewest tokens, all read from the provider's cache. */
    Money low() {
        long input = (first.inputBytes() + more.low()) / MOST_BYTES_PER_TOKEN;
        Money plain = cost(TokenUsage.of(input, 1));
        return cost(new TokenUsage(input, input, 0, 1, 0)).atMost(plain);
    }

    /** One call after the other until the tools have been asked, with typical texts. */
    Money expected() {
        long input = (first.inputBytes() + more.expected()) / BYTES_PER_TOKEN
                + ATTACHMENT_TOKENS * first.attachments().size();
        long output = limits.estimates().usually(cap());
        Money sum = Money.ZERO;
        for (long call = 1; call <= expectedCalls(); call++) {
            int passes = expectedProviderCalls() + 1;
            sum = sum.plus(cost(TokenUsage.of(input * passes, output)));
            input += output + limits.estimates().usually(limits.tools().outputBytes()) / BYTES_PER_TOKEN;
        }
        return sum.plus(providerFees()).plus(toolSpending(limits.estimates().toolRounds()));
    }

    /** What so many calls of the dearest tool may spend by themselves, as far as tools say so. */
    private Money toolSpending(int calls) {
        Money dearest = work.tools().stream()
                .map(tool -> tool.spendingPerCall().orElse(Money.ZERO))
                .reduce(Money.ZERO, Money::atLeast);
        return orMost(() -> dearest.times(calls));
    }

    long expectedCalls() {
        return 1L + (work.tools().isEmpty() ? 0L : limits.estimates().toolRounds());
    }

    private int expectedProviderCalls() {
        return Math.min(work.maxProviderCalls(), limits.estimates().toolRounds());
    }

    private Money providerFees() {
        Money fee = work.providerTools().stream()
                .map(tool -> pool.spec().toolPrice(tool.kind()).perCall())
                .reduce(Money.ZERO, Money::atLeast);
        return fee.times(expectedProviderCalls() * expectedCalls());
    }

    /** Every call that the rung may make, each at its whole reservation and as often as the pool may send it. */
    Quote worst(Escalation escalation) {
        long evidence = escalation == Escalation.FIRST_RUNG ? 0 : EVIDENCE_BYTES;
        long rounds = work.offersTools() ? limits.tools().rounds() : 0;
        long input = sum(more.worst(), evidence);
        CostRange sum = CostRange.of(reserved(input, cap()));
        long results = rounds == 0 ? 0 : resultBytes();
        long longest = sum(input, sum(product(rounds, replyBytes()), results));
        for (long round = 1; round <= rounds; round++) {
            long context = sum(input, sum(product(round, replyBytes()), results));
            sum = sum.plus(CostRange.of(reserved(repaired(context), doubledCap())));
        }
        Money second = reserved(repaired(longest), doubledCap());
        sum = sum.plus(CostRange.of(second));
        long calls = 1 + rounds + SECOND_CALLS;
        if (doubledCap() == cap()) {
            calls--;
        } else if (rounds > 0) {
            sum = sum.plus(CostRange.of(second));
        } else {
            // either the truncated answer comes first and the repair reads nothing of it, or the repair comes first
            sum = sum.plus(CostRange.of(reserved(input, doubledCap()).atLeast(reserved(repaired(input), cap()))));
        }
        var attempts = CountRange.of(pool.retryPolicy().maxAttempts());
        Quote sent = new Quote(CountRange.of(calls), sum).times(attempts);
        return sent.plus(new Quote(
                CountRange.NONE, CostRange.of(toolSpending(limits.tools().calls()))));
    }

    /** Its first call alone, refused as often as the pool may send it: another pool goes on. */
    Quote refused(Escalation escalation) {
        long evidence = escalation == Escalation.FIRST_RUNG ? 0 : EVIDENCE_BYTES;
        Money first = reserved(sum(more.worst(), evidence), cap());
        return new Quote(CountRange.of(1), CostRange.of(first))
                .times(CountRange.of(pool.retryPolicy().maxAttempts()));
    }

    /** Whether a cheaper tier has tried before, whose answer is shown to this one. */
    enum Escalation {
        FIRST_RUNG,
        LATER_RUNG
    }

    /** The most bytes of an answer. */
    long outputBytes() {
        return product(doubledCap(), MOST_BYTES_PER_TOKEN);
    }

    private long cap() {
        return first.maxOutputTokens();
    }

    private long doubledCap() {
        long most = pool.spec().tokens().maxOutput();
        return cap() > most / 2 ? Math.max(most, cap()) : 2 * cap();
    }

    /** A reply in the conversation: its text, and the same once more in the form of the client. */
    private long replyBytes() {
        return sum(product(2, outputBytes()), TURN_BYTES);
    }

    private long repaired(long context) {
        return sum(context, sum(replyBytes(), REPAIR_BYTES));
    }

    /** Everything that the tools of a rung may bring, a picture for each call of those that show some. */
    private long resultBytes() {
        boolean shows = work.tools().stream().anyMatch(tool -> !tool.needs().isEmpty());
        long picture = shows
                ? pool.spec().tokens().images().values().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0)
                : 0;
        return product(limits.tools().calls(), limits.tools().outputBytes() + TURN_BYTES + picture);
    }

    private Money reserved(long moreBytes, long cap) {
        return orMost(() -> pool.worstCase(first.withMaxOutputTokens(cap), moreBytes));
    }

    private Money cost(TokenUsage usage) {
        Price price = pool.spec().price();
        ServiceTier tier = first.serviceTier();
        return orMost(() -> price.cost(usage, tier));
    }

    private static Money orMost(Supplier<Money> cost) {
        try {
            return cost.get();
        } catch (ArithmeticException beyondAllMoney) {
            return CostRange.MOST;
        }
    }

    private static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    /** @param b above zero */
    private static long product(long a, long b) {
        return a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
    }
}
