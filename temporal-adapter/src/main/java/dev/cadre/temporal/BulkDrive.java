// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.EngineBulk;
import dev.cadre.bulk.ItemMachine;
import dev.cadre.bulk.ItemMachine.Step;
import dev.cadre.event.RunListener;
import dev.cadre.json.JsonException;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RungId;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.unsafe.WorkflowUnsafe;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Drives a bulk run through one history of a workflow: the machines of its items, an activity with an allotment for each rung,
 * one queue for what comes back. When the history is long it begins nothing more, and ends when all that is under way has: what
 * has not begun goes on in another one. Everything in here is replayed. Belongs to the thread of the workflow.
 */
final class BulkDrive<I, O> {
    private final EngineBulk<I, O> parts;
    private final SubtaskType<I, O> type;
    private final ActivityCalls calls;
    private final String queue;
    private final RecordedQuotes quotes;
    private final Money limit;
    private final Allotments money;
    // only ever looked up, never iterated
    private final Map<RungId, Trials> trials = new HashMap<>();
    private final BulkClock clock;
    private final Marks marks;
    private final int parallel;
    private final boolean isFirst;
    private final String runId = Workflow.getInfo().getWorkflowId();
    private final BulkPending<I> pending;
    private final BulkHistory<O> history;

    private final Deque<Runnable> inbox = new ArrayDeque<>();
    private final Deque<BulkWork.Wanted<I, O>> waiting = new ArrayDeque<>();
    private final Map<String, BulkWork.Item<I, O>> underWay = new LinkedHashMap<>();

    private boolean isCancelWanted;
    /** Why what is under way is interrupted. */
    private @Nullable RunInput cut;

    private boolean isTimeUp;
    private String state = "RUNNING";
    private BulkWire.@Nullable Ended result;

    BulkDrive(Registry registry, Bulk<I, O> bulk, BulkWire.Start start, BulkWire.@Nullable Carry carry) {
        type = EngineBulk.type(bulk);
        history = new BulkHistory<>(type.outputType(), start.historyItems());
        RunListener listeners = EngineBulk.listener(bulk);
        parts = new EngineBulk<>(
                bulk, runId, this::sinceStart, event -> once(listeners).on(event), history::add);
        calls = new ActivityCalls(registry.heartbeat());
        queue = registry.queue();
        quotes = new RecordedQuotes(parts.quotes());
        limit = Money.ofPico(start.limit());
        marks = start.marks() ? Marks.ON : Marks.OFF;
        parallel = start.parallel();
        pending = new BulkPending<>(parts, quotes, carry);
        isFirst = carry == null;
        if (carry == null) {
            clock = BulkClock.starting(start, parts::defaultDeadline);
            money = new Allotments(limit);
        } else {
            clock = BulkClock.of(carry);
            money = new Allotments(limit, Payments.spend(carry.paid()));
            parts.wentOn(BulkHistory.counts(carry), Payments.spend(carry.booked()));
        }
    }

    /** The listeners of a process hear what it sees first. */
    private static RunListener once(RunListener listeners) {
        return WorkflowUnsafe.isReplaying() ? RunListener.SILENT : listeners;
    }

    Optional<String> obstacle() {
        return parts.obstacle();
    }

    void inputs(BulkWire.Inputs more) {
        inbox.add(() -> pending.take(more));
    }

    void cancel() {
        isCancelWanted = true;
    }

    Wire.Progress progress() {
        var work = new BulkHistory.Work(pending.taken(), calls.underWay(), pending.size() + waiting.size());
        return BulkHistory.progress(state, work, parts.counts(), money, clock);
    }

    Optional<BulkWire.Ended> result() {
        return Optional.ofNullable(result);
    }

    BulkWire.Page page() {
        return history.page();
    }

    BulkWire.News news(int from) {
        return history.news(from, pending, parts.isOpen());
    }

    BulkWire.Carry carry() {
        return history.carry(clock, pending, parts.counts(), Payments.of(parts.booked()), Payments.of(money.spent()));
    }

    // --- the loop

    /** The end of the run; empty if it is to go on in another history. */
    Optional<BulkWire.Ended> toTheEnd() {
        Promise<Void> deadline = Workflow.newTimer(clock.left());
        if (isFirst) {
            marks.began();
            parts.started(limit);
        }
        while (true) {
            goOn(deadline);
            if (isIdle() && isOver()) {
                return Optional.of(conclude());
            }
            if (isIdle() && history.isFull()) {
                return Optional.empty();
            }
            Workflow.await(() -> !inbox.isEmpty()
                    || (isCancelWanted && cut == null)
                    || (deadline.isCompleted() && !isTimeUp)
                    || mayBegin()
                    || (isIdle() && (isOver() || history.isFull())));
        }
    }

    private void goOn(Promise<Void> deadline) {
        hear();
        if (isCancelWanted && cut == null) {
            cut = new RunInput.Cancelled();
            parts.cancelled();
            stop();
        }
        if (deadline.isCompleted()) {
            timeIsUp();
        }
        hear();
        startWaiting();
        while (mayBegin()) {
            begin(pending.next());
            startWaiting();
        }
        if (!parts.isOpen()) {
            pending.giveUp();
        }
    }

    private void hear() {
        while (!inbox.isEmpty()) {
            inbox.remove().run();
        }
    }

    private boolean isIdle() {
        return underWay.isEmpty() && inbox.isEmpty();
    }

    private boolean isOver() {
        return pending.size() == 0 && (pending.isEnd() || !parts.isOpen());
    }

    private boolean mayBegin() {
        return parts.isOpen() && pending.size() > 0 && underWay.size() < parallel && !history.isFull();
    }

    private void timeIsUp() {
        if (!isTimeUp) {
            isTimeUp = true;
            parts.timeUp();
            if (cut == null) {
                cut = new RunInput.WorkTimeUp();
                stop();
            }
        }
    }

    private void stop() {
        for (BulkWork.Wanted<I, O> wanted : List.copyOf(waiting)) {
            waiting.remove(wanted);
            ended(wanted, new RungEnd.Cancelled(trials(wanted).hasBegun()));
        }
        calls.cancelAll();
    }

    private BulkWire.Ended conclude() {
        Spend spent = parts.spent(limit, money.spent());
        parts.ended(spent.total());
        state = parts.status().toUpperCase(Locale.ROOT);
        marks.ended(state, spent.total());
        BulkWire.Ended told = history.ended(pending.taken(), parts.stopped(), Payments.of(spent), limit);
        result = told;
        return told;
    }

    private Duration sinceStart() {
        return clock.sinceStart();
    }

    // --- items

    private void begin(BulkPending.Waiting<I> next) {
        I input = next.input();
        if (input == null) {
            parts.unread(next.index(), next.key(), next.unfit());
            return;
        }
        ItemMachine<I, O> machine = parts.item(next.key(), input, quotes, money.state(), 0);
        BulkWork.Item<I, O> item = BulkWork.Item.of(next, input, machine);
        underWay.put(item.key(), item);
        follow(item, machine.begin(money.state(), sinceStart().toNanos()));
    }

    private void follow(BulkWork.Item<I, O> item, Step<O> step) {
        switch (step) {
            case Step.Perform<O>(RunCommand.StartRung rung) -> waiting.add(new BulkWork.Wanted<>(item, rung));
            case Step.Ended<O> end -> end(item, end);
        }
    }

    private void end(BulkWork.Item<I, O> item, Step.Ended<O> end) {
        underWay.remove(item.key());
        quotes.forget(item.input());
        history.logging(item.log());
        parts.ended(item.index(), item.key(), end, item.log().spend());
    }

    private void ended(BulkWork.Wanted<I, O> wanted, RungEnd end) {
        Optional<RunInput> because = end instanceof RungEnd.Cancelled ? Optional.ofNullable(cut) : Optional.empty();
        Step<O> next = wanted.item()
                .machine()
                .ended(
                        wanted.rung().id(),
                        end,
                        because,
                        money.state(),
                        sinceStart().toNanos());
        follow(wanted.item(), next);
    }

    // --- rungs

    /**
     * How many there is money for at most: who may need all of it leaves their share to those that may be under way beside it.
     */
    private int sharers() {
        int room = parallel - calls.underWay();
        int others = pending.isEnd() ? Math.min(room, waiting.size() + pending.size()) : room;
        return Math.max(waiting.size(), others);
    }

    /** Starts what there is money for; who comes first has it first. */
    private void startWaiting() {
        boolean isShort = false;
        for (BulkWork.Wanted<I, O> wanted : List.copyOf(waiting)) {
            Money first = quotes.worstCase(
                    wanted.rung().type(), wanted.rung().input(), wanted.rung().tier());
            if (isShort && !first.isZero()) {
                continue;
            }
            switch (money.take(wanted.rung().type(), first, sharers())) {
                case Allotments.Decision.Wait wait -> isShort = true;
                case Allotments.Decision.Never never -> {
                    waiting.remove(wanted);
                    ended(wanted, new RungEnd.Unaffordable(first));
                }
                case Allotments.Decision.Start(Allotments.Allotment allotment) -> {
                    waiting.remove(wanted);
                    schedule(wanted, allotment);
                }
            }
        }
    }

    private void schedule(BulkWork.Wanted<I, O> wanted, Allotments.Allotment allotment) {
        RunCommand.StartRung rung = wanted.named();
        String input;
        try {
            input = Ends.write(rung.type().inputType(), rung.input());
        } catch (JsonException unfit) {
            allotment.release();
            ended(
                    wanted,
                    RungEnd.Failed.of(new Failure(Failure.Kind.INVALID_INPUT, String.valueOf(unfit.getMessage()))));
            return;
        }
        ActivityCalls.Call call = RungCalls.call(rung, queue, clock.left());
        calls.schedule(
                call,
                Wire.Performed.class,
                report -> new Wire.Fed("rung", call.key(), report, null, null, null, null),
                fed -> inbox.add(() -> heard(wanted, allotment, fed)),
                wanted.order(runId, allotment.amount(), clock),
                "", // the name of the type is enough
                input);
    }

    private void heard(BulkWork.Wanted<I, O> wanted, Allotments.Allotment allotment, Wire.Fed fed) {
        if (fed.rung() != null) {
            performed(wanted, allotment, fed.rung());
        } else {
            lost(wanted, allotment, LostRung.read(Objects.requireNonNull(fed.lost())));
        }
    }

    private void performed(BulkWork.Wanted<I, O> wanted, Allotments.Allotment allotment, Wire.Performed report) {
        if (!report.place().equals(RungCalls.place(wanted.id()))) {
            throw new IllegalStateException(
                    "the history answers '%s' where '%s' was decided: the code decides otherwise than when this run began"
                            .formatted(report.place(), wanted.id()));
        }
        allotment.settle(Payments.spend(report.paid()));
        history.heard(report);
        wanted.item()
                .log()
                .add(report, runId, sinceStart(), wanted.item().key())
                .forEach(parts::book);
        if (report.isTimeUp()) { // by its clock; what it says is understood after the end of the time only
            timeIsUp();
        }
        boolean isCut = report.end().type().equals("Cancelled");
        if (!report.abandoned().isEmpty()) {
            Outcome<O> left =
                    ItemMachine.leftBehind(report.abandoned(), report.end().message(), isTimeUp);
            end(wanted.item(), new Step.Ended<>(left, Optional.empty()));
        } else if (report.isLeaving() && isCut && cut == null) {
            again(wanted, "its worker was shut down", trials(wanted).returned(), true);
        } else {
            ended(wanted, Ends.read(report.end(), wanted.rung().type()));
        }
    }

    private void lost(BulkWork.Wanted<I, O> wanted, Allotments.Allotment allotment, LostRung lost) {
        switch (lost.fate()) {
            case CANCELLED -> {
                allotment.release();
                ended(wanted, new RungEnd.Cancelled(trials(wanted).hasBegun()));
            }
            case NOT_BEGUN -> {
                allotment.release();
                again(wanted, lost.why(), trials(wanted).returned(), false);
            }
            case UNKNOWN -> {
                LostWork work = LostWork.of(wanted.named());
                Spend forfeited = allotment.forfeit();
                if (!forfeited.total().isZero()) {
                    parts.tell(work.event(runId, sinceStart(), forfeited, lost.why()));
                }
                wanted.item().log().lost(forfeited, work.note(lost.why(), forfeited));
                again(wanted, lost.why(), trials(wanted).lost(), true);
            }
        }
    }

    private void again(BulkWork.Wanted<I, O> wanted, String why, boolean isToBeTried, boolean mayHaveRun) {
        if (cut != null) {
            ended(wanted, new RungEnd.Cancelled(true));
            return;
        }
        trials(wanted)
                .end(
                        wanted.named(),
                        why,
                        isToBeTried,
                        mayHaveRun && wanted.rung().type().hasEffects())
                .ifPresentOrElse(end -> ended(wanted, end), () -> waiting.add(wanted));
    }

    private Trials trials(BulkWork.Wanted<I, O> wanted) {
        return trials.computeIfAbsent(wanted.id(), id -> new Trials());
    }
}
