// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Sampling;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunCommand;
import dev.cadre.simulation.proof.SimTypes.Finding;
import dev.cadre.task.Work;
import dev.cadre.worker.Rung;
import dev.cadre.worker.RungCommand;
import dev.cadre.worker.RungEnd;
import dev.cadre.worker.RungEvent;
import dev.cadre.worker.RungTask;
import dev.cadre.worker.ToolEnd;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Drives the rung of production in virtual time: its calls, its tools, its interrupt. */
final class SimRung {
    private static final double TOOL_NANOS = 2e8;

    private final SimRun run;
    private final SimWorld world;
    private final RunCommand.StartRung start;
    private final SimPool pool;
    private final String name;
    private final Rung rung;
    private int calls;
    private int toolTurns;
    private boolean interrupted;
    private boolean ended;
    private @Nullable SimCall call;
    private Money booked = Money.ZERO;
    private Money forfeited = Money.ZERO;

    private SimRung(SimRun run, RunCommand.StartRung start) {
        this.run = run;
        this.world = run.world();
        this.start = start;
        this.pool = world.pool(start.type(), start.tier());
        this.name = run.id() + "/" + start.id().label() + "/" + start.id().rung() + "@" + start.tier();
        var task = new RungTask(start.type(), start.input(), start.id().label(), start.tier(), start.evidence());
        this.rung = Rung.of(
                task, pool.model(), pool.mostOutputTokens(), world.behavior().limits());
    }

    /** Starts a rung on a thread of its own; returns how to interrupt it. */
    static SimStrand start(SimRun run, RunCommand.StartRung start) {
        if (start.id().rung() == 0) {
            run.tally().begun();
        }
        if (start.type() == SimTypes.NESTING) {
            return new SimNested(run, start, SimTypes.ALLOTMENT).start();
        }
        if (start.type().work() instanceof Work.Code<?, ?> code) {
            return new SimCode(run, start, code.costPerCall()).start();
        }
        var rung = new SimRung(run, start);
        run.world().soon(rung::begin);
        return rung::interrupt;
    }

    private void begin() {
        if (!interrupted) {
            next(rung.on(new RungEvent.Begin()));
        }
    }

    private void interrupt(boolean obeys) {
        interrupted = true;
        if (call != null) {
            call.interrupt(obeys);
        } else if (obeys || toolTurns == 0) {
            world.soon(() -> on(new RungEvent.Interrupted(false)));
        }
    }

    private void on(RungEvent event) {
        if (!ended) {
            boolean attempted = call != null && call.isAttempted();
            if (call != null) {
                booked = booked.plus(call.booked());
                forfeited = forfeited.plus(call.forfeited());
                call = null;
            }
            next(rung.on(interrupted ? new RungEvent.Interrupted(attempted) : event));
        }
    }

    private void next(RungCommand command) {
        switch (command) {
            case RungCommand.Call wanted -> {
                var purpose = new CallPurpose(
                        wanted.kind(),
                        run.id(),
                        start.id().label(),
                        start.type().name(),
                        "",
                        start.tier());
                var terms = new SimCall.Terms(
                        run, run.money(), purpose, start.order(), run.workUntil(), name + "/" + ++calls);
                meet(wanted.request());
                call = new SimCall(pool, wanted.request(), terms, this::on);
                call.start();
            }
            case RungCommand.RunTools tools -> runTools(tools);
            case RungCommand.End(RungEnd end) -> {
                ended = true;
                tally(end);
                run.ended(start.id(), end);
            }
        }
    }

    private void meet(ModelRequest request) {
        if (!request.attachments().isEmpty()) {
            world.met(SimulationPhenomenon.ATTACHED);
        }
        if (!request.options().sampling().equals(Sampling.DEFAULT)) {
            world.met(SimulationPhenomenon.SAMPLED);
        }
    }

    private void tally(RungEnd end) {
        if (end instanceof RungEnd.Accepted(Object value)) {
            if (!interrupted) {
                run.accepted(start, value, booked);
            }
            run.tally().wasted(forfeited);
            if (((Finding) value).isRight()) {
                run.tally().right();
            }
        } else {
            run.tally().wasted(booked);
        }
    }

    private void runTools(RungCommand.RunTools tools) {
        toolTurns++;
        SplittableRandom dice = dice(run, name + "/tools/" + toolTurns);
        OptionalLong given = world.behavior().toolNanos(start, toolTurns);
        List<ToolEnd> ends = tools.runs().stream()
                .map(each -> given.isPresent() ? new ToolEnd.Returned("a page") : toolEnd(dice))
                .toList();
        world.agenda().after(given.orElseGet(() -> world.thinking(TOOL_NANOS)), () -> {
            if (world.agenda().nanoTime() - run.workUntil() >= 0) {
                on(new RungEvent.TimeUp("the deadline passed while its tools ran", true));
            } else {
                on(new RungEvent.ToolsEnded(ends));
            }
        });
    }

    private static ToolEnd toolEnd(SplittableRandom dice) {
        return switch (dice.nextInt(8)) {
            case 0 -> new ToolEnd.Declined("no such page");
            case 1 -> new ToolEnd.Broke(new IllegalStateException("broken"));
            case 2 -> new ToolEnd.TimedOut(Duration.ofSeconds(1));
            default -> new ToolEnd.Returned("page %d".formatted(dice.nextInt(100)));
        };
    }

    static SplittableRandom dice(SimRun run, String purpose) {
        return SimDice.of(run.world().seed().world(), purpose);
    }
}
