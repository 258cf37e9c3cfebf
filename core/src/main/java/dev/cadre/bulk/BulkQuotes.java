// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.json.Json;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Quote;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** What many inputs may cost, as they go into calls. For one thread. */
final class BulkQuotes<I> {
    private final SubtaskType<I, ?> type;
    private final int itemsInACall;
    private final Optional<? extends PackedType<I, ?>> packs;
    private final BiFunction<SubtaskType<?, ?>, Object, Quote> quote;
    private final List<I> together = new ArrayList<>();
    private final List<Json> written = new ArrayList<>();
    private Quote sum = Quote.NOTHING;

    /** @param quote of work on an input */
    BulkQuotes(
            SubtaskType<I, ?> type,
            int itemsInACall,
            Optional<? extends PackedType<I, ?>> packs,
            BiFunction<SubtaskType<?, ?>, Object, Quote> quote) {
        this.type = type;
        this.itemsInACall = itemsInACall;
        this.packs = packs;
        this.quote = quote;
    }

    void add(I input) {
        Optional<Json> packed = packs.flatMap(each -> each.written(input));
        if (packed.isEmpty()) {
            sum = sum.plus(quote.apply(type, input));
            return;
        }
        together.add(input);
        written.add(packed.get());
        if (together.size() == itemsInACall) {
            call();
        }
    }

    private void call() {
        Quote alone = Quote.NOTHING;
        for (I input : together) {
            alone = alone.plus(quote.apply(type, input));
        }
        if (together.size() > 1) {
            PackedType<I, ?> packed = packs.orElseThrow();
            Quote pack = quote.apply(packed.call(together.size()), PackedType.input(written));
            sum = sum.plus(withAlone(pack, alone));
        } else {
            sum = sum.plus(alone);
        }
        together.clear();
        written.clear();
    }

    /** At worst each item of a pack is asked again by itself. */
    private static Quote withAlone(Quote pack, Quote alone) {
        CountRange calls = pack.calls();
        CostRange cost = pack.cost();
        return new Quote(
                new CountRange(
                        calls.low(), calls.expected(), calls.plus(alone.calls()).worst()),
                new CostRange(
                        cost.low(), cost.expected(), cost.plus(alone.cost()).worst()));
    }

    Quote sum() {
        call();
        return sum;
    }
}
