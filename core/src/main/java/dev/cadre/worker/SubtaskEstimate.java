// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tiers;
import dev.cadre.task.Work;
import dev.cadre.worker.RungQuote.Escalation;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Adds up what the rungs of one subtask may take, on all the tiers that it may run on. */
final class SubtaskEstimate {
    /** The most tokens that a model of unknown size is taken to read. */
    private static final long LONGEST_INPUT_TOKENS = 1_000_000;

    private final ModelPools pools;
    private final Limits limits;

    SubtaskEstimate(ModelPools pools, Limits limits) {
        this.pools = pools;
        this.limits = limits;
    }

    SubtaskQuote of(SubtaskType<?, ?> type, InputSize input) {
        return switch (type.work()) {
            case Work.Code<?, ?> code -> of(type, code, input);
            case Work.Model<?, ?> work -> of(type, work, input);
        };
    }

    private SubtaskQuote of(SubtaskType<?, ?> type, Work.Code<?, ?> work, InputSize input) {
        Money cost = work.costPerCall();
        Money spending = work.spendingPerCall().orElse(Money.ZERO);
        if ((cost.isZero() && spending.isZero()) || !isFit(type, input)) {
            return new SubtaskQuote(codeOutput());
        }
        long most = 1L + work.retries().most();
        CountRange calls = cost.isZero() ? CountRange.NONE : new CountRange(1, 1, most);
        CostRange once = CostRange.of(cost).plus(new CostRange(Money.ZERO, spending, spending));
        CostRange all = once.times(new CountRange(1, 1, most));
        return new SubtaskQuote(new Quote(calls, all), cost, codeOutput());
    }

    private static boolean isFit(SubtaskType<?, ?> type, InputSize input) {
        if (input instanceof InputSize.Known(Object known)) {
            try {
                RungTask.first(type, known, type.name(), type.tiers().start()).inputJson();
            } catch (JsonException unfit) {
                return false;
            }
        }
        return true;
    }

    private CountRange codeOutput() {
        long most = limits.estimates().codeOutputBytes();
        return new CountRange(0, limits.estimates().usually(most), most);
    }

    private SubtaskQuote of(SubtaskType<?, ?> type, Work.Model<?, ?> work, InputSize input) {
        Tiers tiers = type.tiers();
        Money low = CostRange.MOST;
        Money expected = Money.ZERO;
        Money firstCall = Money.ZERO;
        long expectedCalls = 0;
        Quote climbing = Quote.NOTHING;
        Quote below = Quote.NOTHING;
        CountRange output = CountRange.NONE;
        for (Tier tier : Tier.values()) {
            Optional<TierQuote> known = tiers.include(tier) ? rung(type, work, input, tier) : Optional.empty();
            if (known.isEmpty()) {
                continue;
            }
            TierQuote rung = known.get();
            output = longer(output, rung);
            if (tier.isAbove(tiers.start())) {
                climbing = climbing.plus(rung.worst(Escalation.LATER_RUNG));
                continue;
            }
            low = low.atMost(rung.low());
            firstCall = firstCall.atLeast(rung.firstCall());
            Quote worst = rung.worst(Escalation.FIRST_RUNG);
            if (tier == tiers.start()) {
                expected = rung.usual().expected();
                expectedCalls = rung.usual().expectedCalls();
                climbing = climbing.plus(worst);
            } else {
                below = TierQuote.worse(below, worst);
            }
        }
        Quote worst = TierQuote.worse(below, climbing);
        if (worst.calls().worst() == 0) {
            return new SubtaskQuote(output);
        }
        expected = expected.atMost(worst.cost().worst());
        expectedCalls = Math.min(Math.max(1, expectedCalls), worst.calls().worst());
        var quote = new Quote(
                new CountRange(1, expectedCalls, worst.calls().worst()),
                new CostRange(low.atMost(expected), expected, worst.cost().worst()));
        return new SubtaskQuote(quote, firstCall, output);
    }

    /** Empty if nothing could be sent on this tier: it has no model, the input is unfit, or nobody knows its price. */
    private Optional<TierQuote> rung(SubtaskType<?, ?> type, Work.Model<?, ?> work, InputSize input, Tier tier) {
        if (!PoolChoice.isBound(pools, type, tier)) {
            return Optional.empty();
        }
        PoolChoice choice = PoolChoice.of(pools, type, tier);
        try {
            return switch (input) {
                case InputSize.Known(Object known) -> {
                    var task = RungTask.first(type, known, type.name(), tier).with(Attached.of(type, known));
                    var first = new FirstRequest(type, work, task.shownInput(), task.attachments(), "", limits);
                    List<ModelPool> turn = choice.inTurn(first);
                    Vision.require(task, turn.getFirst());
                    yield quote(turn.getFirst(), turn, pool -> rung(pool, first, CountRange.NONE));
                }
                case InputSize.Between(CountRange bytes) -> {
                    var first = FirstRequest.withoutInput(type, work, limits);
                    ModelPool usual = choice.inTurn(first, bytes.expected()).getFirst();
                    boolean isAttaching = Attached.isNeededBy(type);
                    yield quote(
                            usual,
                            choice.able(limits),
                            pool -> rung(pool, first, isAttaching ? bytes.plus(attachments(pool)) : bytes));
                }
            };
        } catch (JsonException unfit) {
            return Optional.empty();
        }
    }

    private static Optional<TierQuote> quote(
            ModelPool usual, List<ModelPool> pools, Function<ModelPool, Optional<RungQuote>> quotes) {
        List<RungQuote> all =
                pools.stream().flatMap(pool -> quotes.apply(pool).stream()).toList();
        return all.stream().filter(rung -> rung.pool() == usual).findFirst().map(rung -> new TierQuote(rung, all));
    }

    private Optional<RungQuote> rung(ModelPool pool, FirstRequest first, CountRange more) {
        try {
            var rung = new RungQuote(pool, first.to(pool), first.work(), more, limits);
            rung.firstCall();
            return Optional.of(rung);
        } catch (UnpricedException unfit) {
            return Optional.empty();
        }
    }

    private CountRange attachments(ModelPool pool) {
        return new CountRange(0, 0, Math.min(pool.spec().tokens().maxInput(), LONGEST_INPUT_TOKENS));
    }

    private CountRange longer(CountRange output, TierQuote rung) {
        long most = Math.max(output.worst(), rung.outputBytes());
        long usual = limits.estimates().usually(rung.usual().first().maxOutputTokens()) * RungQuote.BYTES_PER_TOKEN;
        return new CountRange(0, Math.min(most, Math.max(output.expected(), usual)), most);
    }
}
