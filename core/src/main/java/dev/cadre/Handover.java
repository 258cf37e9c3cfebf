// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.util.function.Consumer;

/** Where the items of a run of the batch lane go when they have ended: into its summary, and to the caller. */
final class Handover<O> {
    private Consumer<? super BulkItem<O>> each;
    private BulkSummary summary;

    Handover(Money limit, Consumer<? super BulkItem<O>> each) {
        this.each = each;
        summary = BulkSummary.empty(limit);
    }

    void ended(BulkItem<O> item) {
        summary = summary.plus(item);
        each.accept(item);
    }

    /** An item of an earlier session that the stream has not come to; the journal has it. */
    void paid(Spend spend) {
        summary = summary.plusSpend(spend);
    }

    void submitted() {
        summary = summary.plusBatch();
    }

    void forfeited(Money outstanding) {
        summary = summary.withForfeited(outstanding);
    }

    void stop(BulkSummary.Stop reason) {
        summary = summary.stoppedBy(reason);
    }

    /** The caller's own code may have failed: it hears no more. */
    void mute() {
        each = item -> {};
    }

    /** Whether more inputs are wanted. */
    boolean isOpen() {
        return summary.stop() == BulkSummary.Stop.END_OF_INPUT;
    }

    BulkSummary summary() {
        return summary;
    }
}
