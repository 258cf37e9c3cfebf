// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.budget.Ledger;
import dev.cadre.merge.Merged;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunInput;
import dev.cadre.task.RunFailure;
import dev.cadre.worker.RungEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of a merge, paid from an allotment: those that may be beside each other, then the one that makes the
 * answer. Each is made a second time if it was cut off.
 */
final class SimMerger {
    private final SimRun run;
    private final Ledger allotment;
    private final SimMergeWork work;
    private final List<Part> parts = new ArrayList<>();
    private int inFlight;
    private boolean interrupted;
    private boolean isLast;
    private String failure;

    SimMerger(SimRun run, Ledger allotment, SimMergeWork work) {
        this.run = run;
        this.allotment = allotment;
        this.work = work;
        this.failure = work.failure();
    }

    /** What a call and its second one can cost together. */
    static Money worstCase(SimWorld world, ModelRequest first) {
        return need(world, first).plus(need(world, doubled(world, first)));
    }

    private static Money need(SimWorld world, ModelRequest request) {
        return world.behavior()
                .load(request, purpose(""), world.pool(Tier.MINI).costs())
                .need();
    }

    private static ModelRequest doubled(SimWorld world, ModelRequest first) {
        return first.withMaxOutputTokens(
                Math.min(2 * first.maxOutputTokens(), world.pool(Tier.MINI).mostOutputTokens()));
    }

    private static CallPurpose purpose(String runId) {
        return new CallPurpose(CallPurpose.Kind.MERGE, runId, "", "merger", "", Tier.MINI);
    }

    SimStrand start() {
        run.world().soon(() -> next(work.beside()));
        return obeys -> {
            interrupted = true;
            List.copyOf(parts).forEach(part -> part.interrupt(obeys));
        };
    }

    /** Asks all of these; if there are none, there is nothing to wait for. */
    private void next(List<ModelRequest> requests) {
        for (ModelRequest request : requests) {
            var part = new Part(request, parts.size() + 1);
            parts.add(part);
            inFlight++;
            part.ask(request);
        }
        if (inFlight == 0) {
            goOn();
        }
    }

    private void goOn() {
        if (!failure.isEmpty() || isLast) {
            end();
        } else {
            isLast = true;
            next(interrupted ? List.of() : work.last());
        }
    }

    private void ended(String why) {
        failure = failure.isEmpty() ? why : failure;
        inFlight--;
        if (inFlight == 0) {
            goOn();
        }
    }

    private void end() {
        String why = interrupted && failure.isEmpty() ? "interrupted" : failure;
        run.post(
                why.isEmpty()
                        ? new RunInput.MergeEnded(Merged.of(work.answer()))
                        : new RunInput.MergeFailed(RunFailure.of(RunFailure.Kind.MERGE_FAILED, why)));
        run.mergerEnded();
    }

    /** Whether an attempt took money that was not meant for it: then the rest need not be enough. */
    private boolean isStrained() {
        return parts.stream().anyMatch(part -> part.calls > 1 || part.isForfeited());
    }

    /** One of the calls, and its second one. */
    private final class Part {
        private final ModelRequest first;
        private final int number;
        private int calls;
        private boolean forfeited;
        private @Nullable SimCall call;

        Part(ModelRequest first, int number) {
            this.first = first;
            this.number = number;
        }

        void ask(ModelRequest request) {
            calls++;
            var terms = new SimCall.Terms(
                    run,
                    allotment,
                    purpose(run.id()),
                    number,
                    run.until(),
                    run.id() + "/merge/" + number + (calls == 1 ? "" : "/again"));
            call = new SimCall(run.world().pool(Tier.MINI), request, terms, this::on);
            call.start();
        }

        void interrupt(boolean obeys) {
            if (call != null) {
                call.interrupt(obeys);
            }
        }

        boolean isForfeited() {
            return forfeited || (call != null && !call.forfeited().isZero());
        }

        private void on(RungEvent event) {
            forfeited = isForfeited();
            call = null;
            switch (event) {
                case RungEvent.Replied replied when replied.reply().finish() == Finish.COMPLETE -> ended("");
                case RungEvent.Replied replied
                when replied.reply().finish() == Finish.TRUNCATED && calls == 1 -> ask(doubled(run.world(), first));
                case RungEvent.CallUnaffordable refused -> {
                    SimCheck.that(
                            isStrained() || refused.attempted(), "an allotment cannot pay for its merge: %s", refused);
                    ended("no money");
                }
                default -> ended(event.getClass().getSimpleName());
            }
        }
    }
}
