// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineMoney;
import dev.cadre.EngineNeeds;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.schedule.Deadlines;
import dev.cadre.schedule.PartWork;
import dev.cadre.schedule.RunInput;
import dev.cadre.schema.JsonType;
import dev.cadre.task.RunFailure;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The merges of a run: each is an activity with an allotment. Belongs to the thread of the workflow. */
final class MergeFlow {
    static final String KEY = "@" + PartWork.MERGER;

    private final RunFrame<?> frame;
    private final ActivityCalls calls;
    private final JsonType<?> form;
    private final EngineNeeds needs;
    private final EngineMoney setAside;
    private final RunDesk desk;

    private @Nullable Merge wanted;
    private @Nullable InFlight inFlight;
    private @Nullable Awaited awaited;
    private int number;
    private int timers;
    private boolean isCancelled;

    /**
     * A merge that is to be made.
     *
     * @param untilNanos when it is interrupted, from the start of the run
     * @param amount the money that it has
     * @param purse what pays for it
     */
    private record Merge(
            int number,
            List<SubtaskOutcome> outcomes,
            long untilNanos,
            Money amount,
            BudgetGuard purse,
            Trials trials) {
        Merge until(long nanos) {
            return new Merge(number, outcomes, nanos, amount, purse, trials);
        }

        Merge paidBy(BudgetGuard other, Money most) {
            return new Merge(number, outcomes, untilNanos, amount.atMost(most), other, trials);
        }
    }

    private record InFlight(Merge merge, Allotments.Allotment allotment) {}

    private record Awaited(Merge merge, String what) {
        String id() {
            return "%s/%d".formatted(KEY, merge.number());
        }
    }

    /** @param form that of the answer */
    MergeFlow(
            RunFrame<?> frame,
            ActivityCalls calls,
            JsonType<?> form,
            EngineNeeds needs,
            EngineMoney setAside,
            RunDesk desk) {
        this.frame = frame;
        this.calls = calls;
        this.form = form;
        this.needs = needs;
        this.setAside = setAside;
        this.desk = desk;
    }

    /** Wants a merge of these outcomes. */
    void want(List<SubtaskOutcome> outcomes) {
        number++;
        BudgetGuard purse = setAside.ofNextMerge();
        Money amount = needs.merge().isZero() ? Money.ZERO : purse.available(); // which sizes its calls
        wanted = new Merge(number, outcomes, until(), amount, purse, new Trials());
        setTimer();
    }

    private long until() {
        return Deadlines.at(frame.time().toNanos())
                .mergeUntil(frame.sinceStart().toNanos());
    }

    /** A merger interrupts itself in time; this is for one that no worker has, or that is lost, and so it comes later. */
    private void setTimer() {
        int timed = ++timers;
        Duration until = Duration.ofNanos(until()).plus(RungWork.OVERTIME);
        Workflow.newTimer(until.minus(frame.sinceStart())).thenApply(up -> {
            if (timed == timers) {
                timeIsUp();
            }
            return null;
        });
    }

    /** The clock of one that waits stands still, unless the caller wants that to count. */
    private void timeIsUp() {
        calls.cancel(KEY);
        if (frame.start().waitsCount()) {
            giveUp();
        }
    }

    private void giveUp() {
        if (awaited != null) {
            awaited = null;
            desk.post(() -> end(PartWork.mergeCancelled("")));
        }
    }

    boolean isWanted() {
        return wanted != null;
    }

    // --- people

    Optional<Wire.Question> question() {
        return Optional.ofNullable(awaited)
                .map(asked -> new Wire.Question(asked.id(), "MERGER", "", "", "", "", asked.what(), ""));
    }

    /** False if nobody waits for that. */
    boolean said(Wire.Said said) {
        Awaited asked = awaited;
        if (asked == null || !said.kind().equals("again") || !said.isTo(asked.id())) {
            return false;
        }
        awaited = null;
        wanted = asked.merge().until(until());
        setTimer();
        return true;
    }

    /** Whether the run is merging: then a cancel ends it when the merger has ended. */
    boolean isMerging() {
        return wanted != null || inFlight != null || awaited != null;
    }

    /** Interrupts the merger for good. */
    void cancel() {
        isCancelled = true;
        calls.cancel(KEY);
        giveUp();
    }

    // --- starts

    void startWanted() {
        Merge merge = wanted;
        if (merge == null) {
            return;
        }
        wanted = null;
        if (isCancelled) {
            desk.post(() -> end(PartWork.mergeCancelled("")));
        } else {
            schedule(merge, frame.money().takeForMerge(merge.purse(), merge.amount()));
        }
    }

    private void schedule(Merge merge, Allotments.Allotment allotment) {
        Duration callTime = frame.leftOf(frame.time());
        Duration left = frame.leftOf(Duration.ofNanos(merge.untilNanos()));
        Wire.Start start = frame.start();
        var order = new Wire.MergeOrder(
                frame.runId(),
                start.graph(),
                start.version(),
                merge.number(),
                Merges.outcomes(merge.outcomes()),
                allotment.amount().picoUsd(),
                callTime.toNanos(),
                left.minus(callTime).toNanos(),
                frame.sinceStart().toNanos());
        inFlight = new InFlight(merge, allotment);
        String queue = frame.registry().queue();
        calls.schedule(
                new ActivityCalls.Call(
                        KEY,
                        Contract.MERGE,
                        needs.callsModel() ? Queues.of(queue, Tier.MINI) : Queues.ofCode(queue),
                        left,
                        PartWork.MERGER),
                Wire.MergeDone.class,
                report -> new Wire.Fed("merge", KEY, null, null, report, null, null),
                desk::feed,
                order,
                frame.input());
    }

    // --- ends

    /** The activity has ended. */
    void ended(Wire.@Nullable MergeDone report, Wire.@Nullable Lost lost) {
        InFlight ended = Objects.requireNonNull(inFlight, "no merger is under way");
        inFlight = null;
        if (report != null) {
            merged(ended.merge(), ended.allotment(), report);
        } else {
            lost(ended.merge(), ended.allotment(), LostRung.read(Objects.requireNonNull(lost)));
        }
    }

    private void merged(Merge merge, Allotments.Allotment allotment, Wire.MergeDone report) {
        if (report.number() != merge.number()) {
            throw new IllegalStateException(
                    "the history answers merge %d where merge %d was decided: the code decides otherwise than when this run began"
                            .formatted(report.number(), merge.number()));
        }
        Wire.Books books = report.books();
        allotment.settle(Payments.spend(books.paid()));
        frame.book("", books.calls(), null, books.notes());
        if (!books.abandoned().isEmpty()) {
            frame.tell(
                    new RunEvent.WorkAbandoned(frame.runId(), frame.sinceStart(), PartWork.MERGER, books.abandoned()));
        }
        if (books.isLeaving() && report.end().equals("MergeFailed")) {
            again(merge, "its worker was shut down", merge.trials().returned());
        } else if (report.end().equals("Awaited") && !isCancelled) {
            awaited = new Awaited(merge, report.what());
        } else {
            end(Merges.end(report, form));
        }
    }

    private void end(RunInput end) {
        desk.take(isCancelled ? new RunInput.Cancelled() : end);
    }

    private void lost(Merge merge, Allotments.Allotment allotment, LostRung lost) {
        switch (lost.fate()) {
            case CANCELLED -> {
                allotment.release();
                end(PartWork.mergeCancelled(""));
            }
            case NOT_BEGUN -> {
                allotment.release();
                again(merge, lost.why(), merge.trials().returned());
            }
            case UNKNOWN -> {
                frame.forfeit(
                        new LostWork(CallPurpose.Kind.MERGE, "", Tier.MINI, PartWork.MERGER, "the merger"),
                        allotment,
                        lost.why());
                again(merge, lost.why(), merge.trials().lost());
            }
        }
    }

    /** What was set aside for it may be lost: then what is free pays for it. */
    private void again(Merge merge, String why, boolean isToBeTried) {
        BudgetGuard all = frame.money().run();
        Money left = merge.purse().available();
        if (isCancelled || frame.leftOf(Duration.ofNanos(merge.untilNanos())).isZero()) {
            end(PartWork.mergeCancelled(""));
        } else if (!isToBeTried) {
            end(failed("the merger was begun too often: " + why));
        } else if (!merge.amount().isMoreThan(left)) {
            wanted = merge;
        } else if (!needs.leastMerge().isMoreThan(all.available())) {
            wanted = merge.paidBy(all, all.available());
        } else {
            end(failed("the merger was lost (%s), it needs %s to be begun again, and %s are left"
                    .formatted(why, needs.leastMerge(), all.available())));
        }
    }

    private static RunInput failed(String why) {
        return new RunInput.MergeFailed(RunFailure.of(RunFailure.Kind.MERGE_FAILED, why));
    }
}
