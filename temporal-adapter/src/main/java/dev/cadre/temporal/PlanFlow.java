// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineGoal;
import dev.cadre.EngineMoney;
import dev.cadre.EngineNeeds;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlanProgress;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.PartWork;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunInput;
import dev.cadre.task.GraphNode;
import dev.cadre.task.RunFailure;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The planning of a run: each round is an activity with an allotment, and what it handed over is part of the history, so that
 * nobody asks for it again. Belongs to the thread of the workflow.
 */
final class PlanFlow {
    static final String KEY = "@" + PartWork.PLANNER;

    private final RunFrame<?> frame;
    private final ActivityCalls calls;
    private final EngineGoal<?> goal;
    private final EngineNeeds needs;
    private final EngineMoney setAside;
    private final RunDesk desk;
    private final Duration workTime;

    private @Nullable Round wanted;
    private @Nullable InFlight inFlight;
    private @Nullable Awaited awaited;
    private Spend spent = Spend.NONE;
    private boolean isStopped;

    /** A round that is to be planned, on money of its own. */
    private record Round(
            PlanProgress progress,
            boolean isNeeded,
            BudgetGuard purse,
            Trials trials,
            Wire.@Nullable Proposal proposal) {
        Round proposing(Wire.@Nullable Proposal other) {
            return new Round(progress, isNeeded, purse, trials, other);
        }

        String id() {
            return "%s/%d".formatted(KEY, progress.round());
        }
    }

    /** A round that waits for somebody: for a decision on a plan, or for whatever the planner says. */
    private record Awaited(Round round, String what) {}

    private record InFlight(Round round, Allotments.Allotment allotment) {}

    PlanFlow(
            RunFrame<?> frame,
            ActivityCalls calls,
            EngineGoal<?> goal,
            EngineNeeds needs,
            EngineMoney setAside,
            RunDesk desk) {
        this.frame = frame;
        this.calls = calls;
        this.goal = goal;
        this.needs = needs;
        this.setAside = setAside;
        this.desk = desk;
        workTime = needs.workTime(frame.time());
    }

    /** Wants the first plan. */
    void first() {
        BudgetGuard all = frame.money().run();
        wanted = new Round(PlanProgress.NONE, true, all.cap(all.state().limit()), new Trials(), null);
    }

    /** Wants a further round. */
    void next(RunCommand.StartRound round) {
        wanted = new Round(goal.progress(round), round.isNeeded(), setAside.ofRound(round.round()), new Trials(), null);
    }

    /** Interrupts the planner, if it is asked. */
    void stop() {
        isStopped = true;
        calls.cancel(KEY);
        if (awaited != null) {
            Round round = awaited.round();
            awaited = null;
            desk.post(() -> end(round, PartWork.planCancelled("")));
        }
    }

    boolean isWanted() {
        return wanted != null;
    }

    // --- people

    Optional<Wire.Question> question() {
        return Optional.ofNullable(awaited).map(PlanFlow::question);
    }

    private static Wire.Question question(Awaited asked) {
        Wire.Proposal proposal = asked.round().proposal();
        String plan = proposal == null ? "" : "{\"subtasks\":[%s]}".formatted(String.join(",", proposal.subtasks()));
        String kind = proposal == null ? "PLANNER" : "PLAN";
        return new Wire.Question(asked.round().id(), kind, "", "", plan, "", asked.what(), "");
    }

    /** False if nobody waits for that. */
    boolean said(Wire.Said said) {
        Awaited asked = awaited;
        if (asked == null || !said.isTo(asked.round().id())) {
            return false;
        }
        Wire.Proposal proposal = asked.round().proposal();
        return switch (said.kind()) {
            case "again" -> again(asked.round());
            case "approve" -> proposal != null && again(asked.round().proposing(proposal.judged("Approve", "")));
            case "reject" -> proposal != null && again(asked.round().proposing(proposal.judged("Reject", said.text())));
            default -> false;
        };
    }

    private boolean again(Round round) {
        awaited = null;
        wanted = round;
        return true;
    }

    // --- starts

    void startWanted() {
        Round round = wanted;
        if (round == null) {
            return;
        }
        wanted = null;
        if (isStopped) {
            desk.post(() -> end(round, PartWork.planCancelled("")));
            return;
        }
        if (round.proposal() != null) { // only whoever decides is asked
            schedule(round, frame.money().nothing());
            return;
        }
        Money least = round.progress().isRound() ? needs.round() : needs.plan();
        Optional<Allotments.Allotment> allotment = frame.money().takeForPlan(round.purse(), least);
        if (allotment.isEmpty()) {
            String why = "the planner needs %s for its next call, and %s are left"
                    .formatted(least, round.purse().available());
            desk.post(() -> end(round, failed(why)));
            return;
        }
        schedule(round, allotment.get());
    }

    private void schedule(Round round, Allotments.Allotment allotment) {
        Duration left = frame.leftOf(workTime);
        Wire.Start start = frame.start();
        var order = new Wire.PlanOrder(
                frame.runId(),
                start.graph(),
                start.version(),
                Plans.written(goal.taken()),
                Plans.become(round.progress()),
                round.isNeeded(),
                start.limit(),
                round.purse().available().plus(allotment.amount()).picoUsd(),
                Payments.of(spent),
                allotment.amount().picoUsd(),
                left.toNanos(),
                frame.sinceStart().toNanos(),
                round.proposal());
        inFlight = new InFlight(round, allotment);
        calls.schedule(
                new ActivityCalls.Call(
                        KEY, Contract.PLAN, Queues.of(frame.registry().queue(), Tier.FLAGSHIP), left, PartWork.PLANNER),
                Wire.Planned.class,
                report -> new Wire.Fed("plan", KEY, null, report, null, null, null),
                desk::feed,
                order,
                frame.input());
    }

    // --- ends

    /** The activity has ended. */
    void ended(Wire.@Nullable Planned report, Wire.@Nullable Lost lost) {
        InFlight ended = Objects.requireNonNull(inFlight, "no planner is under way");
        inFlight = null;
        if (report != null) {
            planned(ended.round(), ended.allotment(), report);
        } else {
            lost(ended.round(), ended.allotment(), LostRung.read(Objects.requireNonNull(lost)));
        }
    }

    private void planned(Round round, Allotments.Allotment allotment, Wire.Planned report) {
        if (report.round() != round.progress().round()) {
            throw new IllegalStateException(
                    "the history answers round %d of the plan where round %d was decided: the code decides otherwise than when this run began"
                            .formatted(report.round(), round.progress().round()));
        }
        Wire.Books books = report.books();
        Spend paid = Payments.spend(books.paid());
        allotment.settle(paid);
        spent = spent.plus(paid);
        frame.book("", books.calls(), null, books.notes());
        if (!books.abandoned().isEmpty()) {
            frame.tell(
                    new RunEvent.WorkAbandoned(frame.runId(), frame.sinceStart(), PartWork.PLANNER, books.abandoned()));
        }
        if (books.isTimeUp()) {
            desk.timeIsUp();
        }
        if (books.isLeaving() && isCancelled(report) && !isStopped) {
            again(round, "its worker was shut down", round.trials().returned());
        } else if (report.end().equals("Awaited") && !isStopped) {
            awaited = new Awaited(round.proposing(report.proposal()), report.what());
        } else {
            accept(round, report);
        }
    }

    private static boolean isCancelled(Wire.Planned report) {
        return report.fault() != null && report.fault().kind().equals(RunFailure.Kind.CANCELLED.name());
    }

    private void accept(Round round, Wire.Planned report) {
        List<GraphNode> nodes = goal.take(round.progress(), Plans.read(report.admitted()), Plans.hasEnded(report));
        if (!nodes.isEmpty()) {
            desk.take(new RunInput.Admitted(nodes));
        }
        Plans.noted(report).ifPresent(desk::take);
        end(round, Plans.end(report));
    }

    private void end(Round round, RunInput end) {
        round.purse().close();
        desk.take(end);
    }

    private void lost(Round round, Allotments.Allotment allotment, LostRung lost) {
        switch (lost.fate()) {
            case CANCELLED -> {
                allotment.release();
                end(round, PartWork.planCancelled(""));
            }
            case NOT_BEGUN -> {
                allotment.release();
                again(round, lost.why(), round.trials().returned());
            }
            case UNKNOWN -> {
                spent = spent.plus(Spend.forfeited(allotment.amount()));
                frame.forfeit(
                        new LostWork(CallPurpose.Kind.PLAN, "", Tier.FLAGSHIP, PartWork.PLANNER, "the planner"),
                        allotment,
                        lost.why());
                again(round, lost.why(), round.trials().lost());
            }
        }
    }

    private void again(Round round, String why, boolean isToBeTried) {
        if (isStopped) {
            end(round, PartWork.planCancelled(""));
        } else if (isToBeTried) {
            wanted = round;
        } else {
            end(round, failed("the planner was begun too often: " + why));
        }
    }

    private static RunInput failed(String why) {
        return new RunInput.PlanFailed(RunFailure.of(RunFailure.Kind.PLANNER_FAILED, why));
    }
}
