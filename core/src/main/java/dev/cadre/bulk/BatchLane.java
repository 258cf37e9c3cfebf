// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.record.RunRecord;
import dev.cadre.run.UserCode;
import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.Batch;
import dev.cadre.model.ModelException;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.RungThreads;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a {@link Bulk} by batches, all but pulling and the last cancelling on one thread: fill shards as far as
 * limits and money reach, submit them, ask after them, collect what has ended.
 */
final class BatchLane<I, O> {
    private static final Duration PAUSE_AT_THE_END = Duration.ofMillis(100);
    /** An input waits no longer than this for others that share its batch. */
    private static final Duration LONGEST_FILLING = Duration.ofMinutes(15);

    /** A file that is not there may still come; one that has not come by then is lost. */
    private static final int MOST_READINGS = 4;

    private final BatchTerms<I, O> terms;
    private final GuardedBatches client;
    private final LaneClock time;
    private final ShardRecord record;
    private final BulkProgress<O> handover;
    private final OpenShards<I> shards;
    private final PollPause pause = new PollPause();
    private final RungThreads threads;
    private final UserCode aside;
    /** What the stream has yielded and nobody has sent; null if that is nothing. */
    private @Nullable Shard<I> filling;
    /** When it must be sent, however slowly the stream goes on. */
    private long sendsAtNanos;
    /** What the stream, or the naming of an input, threw. */
    private @Nullable Throwable inputTrouble;

    BatchLane(BatchTerms<I, O> terms, Consumer<? super BulkItem<O>> each) {
        this.terms = terms;
        time = terms.time();
        record = new ShardRecord(terms.record(), terms.asked());
        handover = new BulkProgress<>(terms.bulk(), time::sinceStart, each);
        shards = new OpenShards<>(terms.bulk().batchLimits());
        threads = new RungThreads(terms.runId());
        aside = time.aside(threads, this::left);
        client = new GuardedBatches(
                terms.client(), aside, time, terms.bulk().runs().faults());
    }

    private void left(String owner, String thread) {
        handover.tell(new RunEvent.WorkAbandoned(terms.runId(), time.sinceStart(), owner, thread));
    }

    BulkSummary run(Iterator<? extends I> inputs) throws InterruptedException {
        Money limit = terms.budget().limit();
        List<ShardRecord.Open> left = leftByEarlierSessions();
        Money leftReserved = left.stream().map(ShardRecord.Open::reserved).reduce(Money.ZERO, Money::plus);
        int leftCalls = left.stream().mapToInt(shard -> shard.requests().size()).sum();
        Spend before = terms.record().spent().withoutForfeited(leftReserved, leftCalls);
        terms.record().started(terms.bulk().type().name(), limit);
        handover.started(
                limit, terms.bulk().shutdowns());
        Money opened = before.total().atMost(limit);
        Spend session = Spend.NONE;
        boolean isWhole = false;
        try (var folder = new ShardFolder<I>();
                BudgetGuard money = terms.budget().open(opened)) {
            try {
                left.forEach(shard -> adopt(shard, money, folder));
                var dispatch =
                        new ShardDispatch<>(terms, aside, client, record, folder, shards, money, handover, pause);
                workAndStop(new ShardIntake<>(terms, inputs, aside, client, money, shards, handover), dispatch);
                shards.underWay().forEach(this::unread);
                isWhole = inputTrouble == null;
            } finally {
                threads.close();
                folder.forfeit();
                session = handover.tally().session(money.state(), opened);
                if (!isWhole) {
                    handover.runEnded("failed", before.plus(session).total());
                }
            }
        }
        if (inputTrouble != null) {
            throw BulkRun.<RuntimeException>asThrown(inputTrouble);
        }
        handover.recordEnd(terms.record());
        handover.runEnded(before.plus(session).total());
        return handover.summary(
                new BulkSummary.Costs(before, session, limit, handover.tally().breaches()), time.trouble());
    }

    /** The shards that may have batches. A process died before it asked for the others: their items were never sent. */
    private List<ShardRecord.Open> leftByEarlierSessions() {
        var left = new ArrayList<ShardRecord.Open>();
        for (ShardRecord.Open shard : record.open()) {
            if (shard.fileId().isEmpty()) {
                record.neverSent(shard);
            } else {
                left.add(shard);
            }
        }
        return left;
    }

    private void adopt(ShardRecord.Open left, BudgetGuard money, ShardFolder<I> folder) {
        Shard<I> shard = folder.open(left.number(), left.token(), left.tokens());
        shard.state.markUploaded(left.fileId());
        shard.state.markCreated(left.batchId());
        if (left.batchId().isEmpty()) {
            shards.doubtful(shard);
        } else {
            shards.made(shard);
        }
        for (JournalEntry.Enqueued intent : left.requests()) {
            if (!(money.reserve(intent.reserved()) instanceof Admission.Granted(Reservation reservation))) {
                throw new IllegalArgumentException("the budget of %s does not cover what is under way in batches: %s"
                        .formatted(terms.budget().limit(), left.reserved()));
            }
            var item = new BatchItem<I>(intent.key().subtask(), intent.fingerprint(), reservation, 1, Spend.NONE);
            shard.adopt(item);
            shards.put(shard, item);
        }
    }

    private void workAndStop(ShardIntake<I, O> intake, ShardDispatch<I, O> dispatch) throws InterruptedException {
        boolean isBroken = true;
        try {
            terms.pool()
                    .stoppedBy()
                    .ifPresent(why -> handover.paused("the pool has stopped: " + why.getMessage(), why));
            shards.offered(client.limits());
            dispatch.seek();
            work(intake, dispatch);
            isBroken = false;
        } catch (ModelException outage) {
            if (outage instanceof ModelException.TimedOut && time.isUp()) {
                handover.stop(BulkSummary.Stop.DEADLINE);
            } else {
                handover.brokenOff(String.valueOf(outage.getMessage()), outage);
            }
            isBroken = false;
        } catch (JournalException | UnrecordedException failed) {
            handover.unrecorded(RunRecord.unrecorded("an item", failed));
            isBroken = false;
        } catch (ShardIntake.BrokenInputException broken) {
            inputTrouble = broken.why;
            handover.broke("stream or key", broken.why);
            isBroken = false;
        } finally {
            if (isBroken) {
                handover.mute();
            }
            stop(intake, dispatch);
        }
    }

    private void work(ShardIntake<I, O> intake, ShardDispatch<I, O> dispatch) throws InterruptedException {
        while (true) {
            long asksAtNanos = time.nanoTime() + pause.soonest().toNanos();
            fill(intake, dispatch, asksAtNanos);
            if (handover.isUnrecorded() || (dispatch.isIdle() && filling == null && intake.isOver())) {
                return;
            }
            Duration next = pause.next();
            if (time.nanoTime() < asksAtNanos || shards.isAnyPostponed()) {
                time.pause(next);
            }
            if (time.isUp()) {
                handover.stop(BulkSummary.Stop.DEADLINE);
                return;
            }
            dispatch.seek();
            boolean hasEnded = false;
            for (Shard<I> shard : shards.made()) {
                hasEnded |= collect(shard, intake, dispatch);
            }
            if (!handover.isBrokenOff()) {
                terms.pool().stoppedBy().ifPresent(BatchLane::raise); // such as by a dearer model that has answered
            }
            if (hasEnded) {
                pause.restart();
            }
            dispatch.submitPostponed(hasEnded);
            dispatch.submitWaiting();
        }
    }

    /**
     * Submits what the stream yields, shard by shard. One is submitted when it is full, or the stream has ended or pauses,
     * or its first input has waited long enough. What is under way is asked after meanwhile.
     */
    private void fill(ShardIntake<I, O> intake, ShardDispatch<I, O> dispatch, long asksAtNanos)
            throws InterruptedException {
        boolean isRoom = true;
        while (isRoom && canSubmit() && intake.hasNext(waitsUntil(dispatch, asksAtNanos))) {
            if (filling == null) {
                filling = dispatch.newShard();
                sendsAtNanos = time.nanoTime() + LONGEST_FILLING.toNanos();
            }
            isRoom = intake.put(filling) || submit(filling, dispatch);
        }
        boolean isDue = intake.isOver() || intake.isPaused() || sendsAtNanos <= time.nanoTime();
        if (filling != null && isDue && canSubmit()) {
            submit(filling, dispatch);
        }
    }

    private boolean canSubmit() {
        return shards.hasRoomForMore() && !shards.isAnyPostponed() && !time.isUp();
    }

    /** With nothing to send and nothing to ask after there is nothing to do but to wait for the stream. */
    private long waitsUntil(ShardDispatch<I, O> dispatch, long asksAtNanos) {
        if (filling == null) {
            return dispatch.isIdle() ? ShardIntake.PATIENT : asksAtNanos;
        }
        return dispatch.isIdle() ? sendsAtNanos : Math.min(sendsAtNanos, asksAtNanos);
    }

    /** Returns whether there was anything in it. */
    private boolean submit(Shard<I> shard, ShardDispatch<I, O> dispatch) throws InterruptedException {
        filling = null;
        if (shard.isEmpty()) {
            shard.close();
            return false;
        }
        dispatch.submit(shard);
        return true;
    }

    /** There was no time to read what its batch answered, or to hear what became of that. */
    private void unread(BatchItem<I> item) {
        Outcome<O> outcome = new Outcome.Failed<>(handover.unread());
        handover.ended(new BulkItem<>(item.index(), item.name, outcome, item.earlier, false));
    }

    /** Takes what the shard's batch answered, if it has ended, and has submitted once more what it did not. */
    private boolean collect(Shard<I> shard, ShardIntake<I, O> intake, ShardDispatch<I, O> dispatch)
            throws InterruptedException {
        ShardCollector<I, O> collector = dispatch.collector(shard);
        Batch batch;
        try {
            batch = client.retrieve(shard.state.batchId());
            if (!batch.state().isTerminal() || waitsForInputs(shard, intake) || !take(collector, shard, batch)) {
                return false;
            }
        } catch (ModelException failure) {
            dispatch.throwUnlessTransient(failure, shard);
            return false; // the rest of it comes when it is asked for again
        } finally {
            collector.flush();
        }
        shards.ended(shard);
        if (batch.isTurnedAwayForNow()) {
            dispatch.crowdedOut(collector, shard);
            return false;
        }
        if (batch.state() == Batch.State.REJECTED) {
            throw new BatchRejectedException(batch);
        }
        dispatch.again(collector, shard);
        return true;
    }

    private static void raise(ModelException outage) {
        throw outage;
    }

    /**
     * Whether answers of an earlier session are better read when the stream has come to their inputs, without which no
     * rule can judge them. Once nothing else is under way it will not come there.
     */
    private boolean waitsForInputs(Shard<I> shard, ShardIntake<I, O> intake) {
        if (!terms.call().judgesByInput() || shard.isPlaced() || intake.isOver()) {
            return false;
        }
        boolean isFirst = !shard.state.isParked();
        shard.state.park();
        return isFirst || shards.isAnyAtWork() || intake.isPaused();
    }

    /** Whether all was read that there will be. */
    private boolean take(ShardCollector<I, O> collector, Shard<I> shard, Batch batch) throws InterruptedException {
        if (batch.state() == Batch.State.REJECTED) {
            collector.untouched();
            return true;
        }
        boolean isWhole = client.read(batch, collector::take);
        if (!isWhole && (time.isUp() || shard.state.readInPart() < MOST_READINGS)) {
            return false;
        }
        collector.rest(batch);
        return true;
    }

    /**
     * Leaves nothing under way that can be stopped: cancels open batches and takes what they have answered, as far as
     * that is told within the grace. The rest stays on record as under way, for a resumed run to collect.
     */
    private void stop(ShardIntake<I, O> intake, ShardDispatch<I, O> dispatch) {
        boolean interrupted = Thread.interrupted();
        time.beginGrace();
        intake.giveUp();
        if (filling != null) {
            shards.postpone(filling); // nothing of it was sent
        }
        dispatch.giveUp();
        try {
            client.cancel(
                    shards.made().stream().map(shard -> shard.state.batchId()).toList());
            while (!shards.made().isEmpty() && !time.isUp()) {
                for (Shard<I> shard : shards.made()) {
                    collectLast(dispatch.collector(shard), shard);
                }
                time.pause(PAUSE_AT_THE_END);
            }
        } catch (InterruptedException again) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void collectLast(ShardCollector<I, O> collector, Shard<I> shard) throws InterruptedException {
        try {
            Batch batch = client.retrieve(shard.state.batchId());
            boolean canJudge = !terms.call().judgesByInput() || shard.isPlaced();
            if (batch.state().isTerminal() && canJudge && take(collector, shard, batch)) {
                shards.ended(shard);
            }
        } catch (ModelException unreachable) {
            // what was read is kept, the rest is found by the next session
        } finally {
            collector.flush();
        }
    }
}
