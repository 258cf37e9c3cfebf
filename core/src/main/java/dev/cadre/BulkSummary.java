// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.util.List;

/**
 * What a bulk run did.
 *
 * @param items how many items ended, whatever their outcome
 * @param succeeded how many of them brought a value, reused ones included
 * @param failed how many were tried and brought none
 * @param skipped how many were pulled but never tried
 * @param reused how many were taken from the journal
 * @param spend what this run spent
 * @param limit what it could have spent, earlier sessions included
 * @param stop why no more inputs were pulled
 * @param batches how many batches of the provider this run submitted
 * @param abandoned names of threads that ignored their interrupt and may still run; the money of their calls counts as
 *     forfeited, their items not at all
 */
public record BulkSummary(
        long items,
        long succeeded,
        long failed,
        long skipped,
        long reused,
        Spend spend,
        Money limit,
        Stop stop,
        long batches,
        List<String> abandoned) {

    /** Why a bulk run pulled no more inputs. */
    public enum Stop {
        /** There were none. */
        END_OF_INPUT,
        /** The money did not reach for the next item. */
        BUDGET,
        /** The time was up. */
        DEADLINE
    }

    public BulkSummary {
        abandoned = List.copyOf(abandoned);
    }

    static BulkSummary empty(Money limit) {
        return new BulkSummary(0, 0, 0, 0, 0, Spend.NONE, limit, Stop.END_OF_INPUT, 0, List.of());
    }

    BulkSummary plus(BulkItem<?> item) {
        long won = 0;
        long lost = 0;
        long untried = 0;
        switch (item.outcome()) {
            case dev.cadre.task.Outcome.Succeeded<?> succeededItem -> won = 1;
            case dev.cadre.task.Outcome.Failed<?> failedItem -> lost = 1;
            case dev.cadre.task.Outcome.Skipped<?> skippedItem -> untried = 1;
        }
        return new BulkSummary(
                items + 1,
                succeeded + won,
                failed + lost,
                skipped + untried,
                reused + (item.reused() ? 1 : 0),
                spend.plus(item.spend()),
                limit,
                stop,
                batches,
                abandoned);
    }

    BulkSummary stoppedBy(Stop reason) {
        return new BulkSummary(items, succeeded, failed, skipped, reused, spend, limit, reason, batches, abandoned);
    }

    BulkSummary leaving(List<String> threads) {
        return new BulkSummary(items, succeeded, failed, skipped, reused, spend, limit, stop, batches, threads);
    }

    BulkSummary withForfeited(Money outstanding) {
        Spend more = outstanding.isZero() ? spend : spend.plus(Spend.forfeited(outstanding));
        return new BulkSummary(items, succeeded, failed, skipped, reused, more, limit, stop, batches, abandoned);
    }

    BulkSummary plusSpend(Spend more) {
        return new BulkSummary(
                items, succeeded, failed, skipped, reused, spend.plus(more), limit, stop, batches, abandoned);
    }

    BulkSummary plusBatch() {
        return new BulkSummary(items, succeeded, failed, skipped, reused, spend, limit, stop, batches + 1, abandoned);
    }
}
