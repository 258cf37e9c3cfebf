// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.budget.Budget;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.BatchClient;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ServiceTier;
import dev.cadre.pool.ModelPool;
import dev.cadre.record.Fingerprints;
import dev.cadre.record.RunRecord;
import dev.cadre.worker.SingleCall;
import java.time.Duration;
import java.util.Optional;

/** What holds for the whole of one run of the batch lane. */
record BatchTerms<I, O>(
        Bulk<I, O> bulk,
        RunRecord record,
        Budget budget,
        ModelPool pool,
        SingleCall<I, O> call,
        BatchClient client,
        Fingerprints fingerprints,
        LaneClock time) {

    /** A batch may take a day, and what it left out another one. */
    private static final Duration DEADLINE = Duration.ofDays(2);

    /** Throws as {@link Bulk#run} does if the lane cannot do this; sends nothing. */
    static <I, O> BatchTerms<I, O> of(Bulk<I, O> bulk, Optional<RunRecord> kept, Budget budget) {
        RunRecord record = kept.orElseThrow(
                () -> new IllegalArgumentException("the batch lane needs a journal: a batch outlives the process"));
        bulk.packs(); // refuses them
        ModelPool pool = bulk.pool();
        SingleCall<I, O> call = bulk.singleCall(ServiceTier.BATCH);
        BatchClient client = pool.batches()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the client of model '%s' knows no batches: use Lane.NOW".formatted(pool.model())));
        return new BatchTerms<>(
                bulk,
                record,
                budget,
                pool,
                call,
                client,
                bulk.fingerprints(),
                new LaneClock(bulk.runs().steadyClock(), budget.deadline().orElse(DEADLINE)));
    }

    String runId() {
        return bulk.runId();
    }

    /** Whom every request of the batches asks. */
    JournalEntry.Asked asked() {
        return new JournalEntry.Asked(CallPurpose.Kind.WORK, bulk.type().tiers().start(), pool.model());
    }
}
