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
import org.jspecify.annotations.Nullable;

/** Makes the answer by one or two calls of a model, paid from an allotment. */
final class SimMerger {
    private static final int MERGE_BYTES = 4_096;
    private static final long CAP = 2_000;

    private final SimRun run;
    private final Ledger allotment;
    private final String answer;
    private int calls;
    private @Nullable SimCall call;

    SimMerger(SimRun run, Ledger allotment, String answer) {
        this.run = run;
        this.allotment = allotment;
        this.answer = answer;
    }

    /** What both calls can cost together: the least allotment. */
    static Money leastCost(SimWorld world) {
        return worstCase(world, 1).plus(worstCase(world, 2));
    }

    private static Money worstCase(SimWorld world, int call) {
        return world.behavior()
                .load(request(world, call), purpose(""), world.pool(Tier.MINI).costs())
                .need();
    }

    private static CallPurpose purpose(String runId) {
        return new CallPurpose(CallPurpose.Kind.MERGE, runId, "", "merger", "", Tier.MINI);
    }

    private static ModelRequest request(SimWorld world, int call) {
        return ModelRequest.of(world.pool(Tier.MINI).model(), "Merge.", "x".repeat(MERGE_BYTES), call * CAP);
    }

    SimStrand start() {
        run.world().soon(this::ask);
        return obeys -> {
            if (call != null) {
                call.interrupt(obeys);
            }
        };
    }

    private void ask() {
        ModelRequest request = request(run.world(), ++calls);
        var terms = new SimCall.Terms(run, allotment, purpose(run.id()), 0, run.until(), run.id() + "/merge/" + calls);
        call = new SimCall(run.world().pool(Tier.MINI), request, terms, this::on);
        call.start();
    }

    private void on(RungEvent event) {
        call = null;
        switch (event) {
            case RungEvent.Replied replied
            when replied.reply().finish() == Finish.COMPLETE -> end(new RunInput.MergeEnded(Merged.of(answer)));
            case RungEvent.Replied replied when replied.reply().finish() == Finish.TRUNCATED && calls == 1 -> ask();
            case RungEvent.CallUnaffordable refused -> {
                SimCheck.that(calls > 1 || refused.attempted(), "an allotment cannot pay for its merge: %s", refused);
                fail("no money");
            }
            default -> fail(event.getClass().getSimpleName());
        }
    }

    private void fail(String message) {
        end(new RunInput.MergeFailed(RunFailure.of(RunFailure.Kind.MERGE_FAILED, message)));
    }

    private void end(RunInput input) {
        run.post(input);
        run.mergerEnded();
    }
}
