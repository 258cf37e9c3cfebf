// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.cache.CachedOutcome;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.journal.Fingerprint;
import dev.cadre.prompt.Prompt;
import dev.cadre.redact.FaultLog;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RungThreads;
import dev.cadre.task.Failure;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.Attached;
import dev.cadre.worker.SubtaskWorker;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The outcome cache of one run, perhaps of the user's own. What it throws, and a null, is logged, noted, and a miss. It is
 * called on threads for the code of users. Safe for use by many threads.
 */
public final class RunCache {
    private final OutcomeCache cache;
    private final Fingerprints fingerprints;
    private final String form;
    private final FaultLog faults;
    private final RungThreads threads;
    private final AtomicLong failures = new AtomicLong();
    private final AtomicReference<String> firstFailure = new AtomicReference<>("");

    /** @param form how work is asked for, where the type does not say it all; empty if each piece has a call of its own */
    public RunCache(OutcomeCache cache, Fingerprints fingerprints, String form, FaultLog faults, RungThreads threads) {
        this.cache = cache;
        this.fingerprints = fingerprints;
        this.form = form;
        this.faults = faults;
        this.threads = threads;
    }

    /**
     * The place of a piece of work in the cache; empty if it has none.
     *
     * @param label names it, for the names of threads
     */
    public Optional<WorkCache> of(String label, SubtaskType<?, ?> type, Object input, Attached.Made attached) {
        if (!type.isCacheable(attached.attachments())) {
            return Optional.empty();
        }
        Fingerprint work = Fingerprint.of(
                "outcome",
                Prompt.versions(),
                form,
                fingerprints.of(type, input, attached).hex());
        return Optional.of(new WorkCache(this, label, type, input, work));
    }

    /** A line if the cache failed. */
    public List<String> notes() {
        long count = failures.get();
        return count == 0
                ? List.of()
                : List.of("the outcome cache failed (%,d times), and the work was done without it: %s"
                        .formatted(count, firstFailure.get()));
    }

    Optional<OutcomeCache.Hit> find(String label, Fingerprint work) throws InterruptedException {
        return guarded(label, () -> cache.find(work)).flatMap(hit -> hit);
    }

    void keep(String label, Fingerprint work, CachedOutcome outcome) throws InterruptedException {
        var unused = guarded(label, () -> {
            cache.keep(work, outcome);
            return outcome;
        });
    }

    /** The rules of the type, which no fingerprint sees. */
    <I, O> boolean isAccepted(String label, SubtaskType<I, O> type, Object input, Object output)
            throws InterruptedException {
        return SubtaskWorker.broken(
                        type,
                        type.inputType().rawType().cast(input),
                        type.outputType().rawType().cast(output),
                        threads,
                        threads.name(label + "/rules"))
                .isEmpty();
    }

    /** Empty if it failed; an interrupt of the run is none of its failures. */
    private <T> Optional<T> guarded(String label, Callable<T> call) throws InterruptedException {
        Supplier<String> before = RunDriver.enter(() -> "the outcome cache");
        try {
            return Optional.of(threads.call(
                    threads.name(label + "/cache"),
                    cache,
                    () -> Objects.requireNonNull(call.call(), "the outcome cache returned null")));
        } catch (Throwable broken) {
            if (RunDriver.isInterrupted()) {
                throw new InterruptedException("interrupted in the outcome cache");
            }
            faults.warn("outcome cache " + cache.getClass().getName(), broken);
            firstFailure.compareAndSet("", Failure.describe(broken));
            failures.incrementAndGet();
            return Optional.empty();
        } finally {
            RunDriver.enter(before);
        }
    }
}
