// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.cache.CachedOutcome;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.journal.Fingerprint;
import dev.cadre.json.JsonException;
import dev.cadre.model.Tier;
import dev.cadre.price.Spend;
import dev.cadre.schedule.RunDriver;
import dev.cadre.task.Origin;
import dev.cadre.task.SubtaskType;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The place of one piece of work in the outcome cache. For one thread at a time. */
public final class WorkCache {
    private static final Logger LOG = LoggerFactory.getLogger(WorkCache.class);

    /** An output that was found, read and accepted. */
    record Found(Object value, Origin.Cached origin) {}

    private final RunCache cache;
    private final String label;
    private final SubtaskType<?, ?> type;
    private final Object input;
    private final Fingerprint work;
    private Spend spend = Spend.NONE;

    WorkCache(RunCache cache, String label, SubtaskType<?, ?> type, Object input, Fingerprint work) {
        this.cache = cache;
        this.label = label;
        this.type = type;
        this.input = input;
        this.work = work;
    }

    Optional<Found> find() throws InterruptedException {
        Optional<OutcomeCache.Hit> hit = cache.find(label, work);
        Optional<Object> value = hit.flatMap(found -> read(found.outcome().output()));
        if (value.isEmpty() || !cache.isAccepted(label, type, input, value.get())) {
            return Optional.empty();
        }
        OutcomeCache.Hit found = hit.orElseThrow();
        return Optional.of(new Found(
                value.get(), new Origin.Cached(found.age(), found.outcome().cost())));
    }

    private Optional<Object> read(String json) {
        try {
            return Optional.of(WorkRecord.form(type.outputType()).read(json));
        } catch (RuntimeException unfit) {
            LOG.debug("what the cache has for {} is not its output any more, so it is made again", label, unfit);
            return Optional.empty();
        }
    }

    /** Counts what the work costs. */
    void counted(Spend more) {
        spend = spend.plus(more);
    }

    /**
     * Keeps the output, unless a shortage of money made it on a tier below the start of the type: a run that has the money
     * would get it, too.
     */
    void keep(Object output, Tier tier) {
        boolean isBelowTheStart = type.isModelWork() && type.tiers().start().isAbove(tier);
        if (isBelowTheStart || RunDriver.isInterrupted()) {
            return;
        }
        try {
            String json = WorkRecord.form(type.outputType()).write(output);
            cache.keep(label, work, new CachedOutcome(json, spend.total()));
        } catch (InterruptedException cancel) {
            Thread.currentThread().interrupt(); // the output stands
        } catch (JsonException | IllegalArgumentException unfit) {
            LOG.debug("the output of {} cannot be kept", label, unfit);
        }
    }
}
