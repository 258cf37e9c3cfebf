// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunListener;
import dev.cadre.json.JsonException;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.KnownWork;
import dev.cadre.record.RunIdentity;
import dev.cadre.run.Attachments;
import dev.cadre.run.Nesting;
import dev.cadre.run.RungPerformer;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunDriver;
import dev.cadre.task.Failure;
import dev.cadre.task.Skip;
import dev.cadre.worker.RungEnd;
import dev.cadre.worker.RungTask;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * One rung of a run that an engine drives, performed in this process as {@link Coordinator} performs its own: on threads of
 * its own, inside its allotment, interrupted when its time is up. Good for one call of {@link #perform}.
 *
 * <p>Public for engines; it carries no compatibility promise.
 */
public final class EngineRung {
    private final RunCommand.StartRung rung;
    private final Optional<String> answer;
    private final UnaryOperator<String> masked;
    private final EngineDrive drive;
    private final RungPerformer performer;

    /**
     * On what terms work is performed.
     *
     * @param allotment the most that it may spend
     * @param time until nothing more is begun
     * @param overtime how long after that it is interrupted, unless the engine does not go on before
     * @param sinceStart the time since the start of the run, for events
     * @param pulse how often the engine is asked whether it goes on
     */
    public record Terms(Money allotment, Duration time, Duration overtime, Duration sinceStart, Duration pulse) {
        long mostNanos() {
            return time.plus(overtime).toNanos();
        }
    }

    /**
     * How a rung ended.
     *
     * @param end how, for the machine
     * @param spend all that was booked for it; calls that were left behind count as forfeited
     * @param abandoned the name of its thread, if that ignored its interrupt
     * @param isTimeUp whether it was interrupted because its time was up
     */
    @SuppressWarnings("exports") // for the library's own modules
    public record Performed(RungEnd end, Spend spend, Optional<String> abandoned, boolean isTimeUp) {}

    /**
     * A rung of a run.
     *
     * @param answer what somebody has answered in the place of its code, as JSON; empty to perform it
     */
    @SuppressWarnings("exports") // as above
    public EngineRung(
            Coordinator coordinator,
            String runId,
            RunCommand.StartRung rung,
            Optional<String> answer,
            Terms terms,
            RunListener events) {
        this.rung = rung;
        this.answer = answer;
        masked = coordinator.settings()::masked;
        BudgetGuard money = Budget.of(terms.allotment()).open();
        drive = new EngineDrive(coordinator, runId, terms, money, events);
        performer = new RungPerformer(
                coordinator.settings(),
                money,
                drive.events(),
                drive.threads(),
                new Attachments(),
                work -> nesting(coordinator, work));
    }

    private Nesting nesting(Coordinator coordinator, RungTask work) {
        var place = new Nesting.Place(RunIdentity.newBeginning(), work.subtaskId());
        return new RunNesting(
                coordinator.settings(), Optional.empty(), drive.events(), place, work, new NestedResults());
    }

    /**
     * Performs the rung. Blocks until it has ended or was left behind; spends money. An interrupt of the calling thread, and
     * an engine that does not go on, interrupt the rung: it ends as one that is stopped does, and its spend is known.
     * The interrupt flag is set again when this returns.
     *
     * @param goesOn asked on the calling thread once a pulse
     */
    public Performed perform(BooleanSupplier goesOn) {
        String label = rung.id().label() + "/" + rung.id().rung();
        EngineDrive.Ended<RungEnd> ended = drive.perform(
                label,
                new EngineDrive.Work<>(
                        this::performed, EngineRung::broken, stuck -> new RungEnd.Cancelled(true, stuck.place())),
                work -> drive.driver().start(label, rung.type(), work),
                goesOn);
        return new Performed(ended.end(), ended.spend(), ended.abandoned(), ended.isTimeUp());
    }

    private static RungEnd broken(Throwable thrown) {
        String message = "its thread broke: " + Failure.describe(thrown);
        return RungEnd.Failed.of(new Failure(Failure.Kind.CODE_FAILED, message));
    }

    private RungEnd performed() {
        var task = new RungTask(rung.type(), rung.input(), rung.id().label(), rung.tier(), rung.evidence());
        try {
            if (answer.isPresent()) {
                return answered(task, answer.get()).maskedBy(masked);
            }
            return performer
                    .perform(task, rung.order(), drive.callDeadline(), KnownWork.nothing(), spend -> {})
                    .end();
        } catch (Throwable thrown) { // an Error of a worker is its subtask's alone
            return RunDriver.isCancel(thrown)
                    ? new RungEnd.Cancelled(true, RunDriver.interruptedIn())
                    : RungEnd.Failed.of(Failure.thrown(
                            Failure.Kind.CODE_FAILED,
                            thrown,
                            "subtask type '%s'".formatted(rung.type().name())));
        }
    }

    /** An answer that does not fit is awaited on: somebody may give another one. */
    private RungEnd answered(RungTask task, String json) {
        Object value;
        try {
            value = rung.type().outputType().read(json);
        } catch (JsonException unfit) {
            return refused(String.valueOf(unfit.getMessage()));
        }
        return task.objection(value).map(EngineRung::refused).orElseGet(() -> new RungEnd.Accepted(value));
    }

    private static RungEnd refused(String why) {
        return new RungEnd.Refused(new Skip(Skip.Kind.AWAITED, why, List.of()), null);
    }
}
