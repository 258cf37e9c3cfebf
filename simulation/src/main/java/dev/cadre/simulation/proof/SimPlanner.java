// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunInput;
import dev.cadre.task.GraphNode;
import dev.cadre.task.RunFailure;
import dev.cadre.worker.RungEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings a plan piece by piece: half of a piece while a call is in flight, the rest with its reply. */
final class SimPlanner {
    private static final int MOST_CONTINUATIONS = 4;
    private static final String PROMPT = "Plan. ".repeat(200);

    private final SimRun run;
    private final SimIntake intake;
    private final List<GraphNode> nodes;
    private int brought;
    private int calls;
    private int continuations;
    private boolean interrupted;
    private @Nullable SimCall call;

    SimPlanner(SimRun run, SimIntake intake) {
        this.run = run;
        this.intake = intake;
        this.nodes = intake.toCome();
    }

    /** The most that its first call can cost. */
    static Money worstCase(SimWorld world, String instructions) {
        return world.behavior()
                .load(
                        request(world, instructions),
                        purpose("", 0, 1),
                        world.pool(Tier.FLAGSHIP).costs())
                .need();
    }

    /** Of a simulated goal it is known only how many subtasks the call is to bring, and which is the first. */
    private static CallPurpose purpose(String runId, int from, int subtasks) {
        return new CallPurpose(CallPurpose.Kind.PLAN, runId, "" + from, "planner", "" + subtasks, Tier.FLAGSHIP);
    }

    private static ModelRequest request(SimWorld world, String instructions) {
        return ModelRequest.of(
                world.pool(Tier.FLAGSHIP).model(),
                PROMPT + instructions,
                "A goal.",
                world.behavior().limits().plannerOutputTokens());
    }

    SimStrand start() {
        run.world().soon(this::ask);
        return obeys -> {
            interrupted = true;
            if (call != null) {
                call.interrupt(obeys);
            }
        };
    }

    private void ask() {
        if (interrupted) {
            fail(RunFailure.Kind.CANCELLED, "interrupted");
            return;
        }
        SimBehavior.Writing writing = run.world().behavior().writing();
        int from = brought;
        int until = Math.min(nodes.size(), from + writing.subtasksPerCall());
        int pieces = Math.min(writing.piecesPerCall(), Math.max(2, until - from));
        int[] arrived = {0};
        var terms = new SimCall.Terms(
                run,
                run.money(),
                purpose(run.id(), from, until - from),
                0,
                run.workUntil(),
                run.id() + "/plan/" + ++calls);
        call = new SimCall(
                        run.world().pool(Tier.FLAGSHIP),
                        request(run.world(), run.instructions()),
                        terms,
                        event -> on(event, until))
                .reading(pieces, () -> bring(from + (until - from) * ++arrived[0] / pieces));
        call.start();
    }

    private void bring(int until) {
        while (brought < until) {
            intake.offer(run.world(), nodes.get(brought++));
        }
    }

    private void on(RungEvent event, int until) {
        call = null;
        switch (event) {
            case RungEvent.Replied replied
            when replied.reply().finish() == Finish.REFUSED && brought == 0 ->
                fail(RunFailure.Kind.PLANNER_FAILED, "refused");
            case RungEvent.Replied replied -> {
                bring(until);
                goOn();
            }
            case RungEvent.CallFailed failed
            when brought > 0 && continuations < MOST_CONTINUATIONS -> {
                continuations++;
                ask();
            }
            default -> fail(RunFailure.Kind.PLANNER_FAILED, event.getClass().getSimpleName());
        }
    }

    private void goOn() {
        if (brought < nodes.size()) {
            ask();
        } else {
            intake.finish();
            run.plannerEnded();
        }
    }

    private void fail(RunFailure.Kind kind, String message) {
        run.post(new RunInput.PlanFailed(RunFailure.of(kind, message)));
        run.plannerEnded();
    }
}
