// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.run.StopReason;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what happens in one execution of a bulk by batches: fill shards as far as limits and money reach, submit them, ask
 * after them, collect what has ended.
 *
 * <p>Pure: commands follow from the events, the clock readings, the gate's verdicts and the seed. It has no threads and
 * no clock; not safe for use by many threads. The last command of a list is a {@link BatchCommand.Ask}, whose answer is the
 * next event, or {@link BatchCommand.Finish}; while a batch is read, its answers come before that. Every item ends exactly
 * once: it is handed over, or left in a batch for the next session.
 *
 * <p>Public for those who drive it elsewhere, such as a simulator; carries no compatibility promise.
 */
public final class BatchMachine {
    private static final Duration PAUSE_AT_THE_END = Duration.ofMillis(100);
    /** A file that is not there may still come; one that has not come by then is lost. */
    private static final int MOST_READINGS = 4;

    private static final int NOT_FOUND = 404;

    /**
     * The terms of one execution.
     *
     * @param type the name of the subtask type
     * @param judgesByInput whether an answer can only be judged beside its input
     * @param wanted the limits that the caller wants
     * @param nextShard the lowest number that no shard of the run has
     */
    public record Settings(
            String runId,
            String type,
            Tier tier,
            String model,
            boolean judgesByInput,
            BatchLimits wanted,
            int nextShard,
            long startNanos,
            long deadlineNanos) {}

    private final Settings settings;
    private final BatchGate gate;
    private final LaneState lane;
    private final ShardSender sender;
    private final Resubmission resubmission;
    private final ShardFinder finder;
    private final ShardFiller filler;
    /** The reading that is under way, or was the last. */
    private @Nullable ShardCollector reading;
    /** Whether the driver cannot report any more what becomes of the items. */
    private boolean isCancelled;
    /** Whether a batch has ended in this round. */
    private boolean hasEnded;

    private boolean isFinished;

    /** @param tokens makes the tokens of shards; seeded, it makes the machine repeatable */
    public BatchMachine(Settings settings, BatchGate gate, RandomGenerator tokens) {
        this.settings = settings;
        this.gate = gate;
        lane = new LaneState(settings);
        sender = new ShardSender(lane);
        resubmission = new Resubmission(lane, gate, sender, tokens, settings.nextShard());
        finder = new ShardFinder(lane, sender, this::collector, resubmission);
        filler = new ShardFiller(lane, gate, sender, resubmission);
    }

    /** Begins, when the shards of earlier sessions are adopted. */
    public List<BatchCommand> start(long nanoTime) {
        lane.setNow(nanoTime);
        gate.stoppedBy()
                .ifPresent(why ->
                        lane.stopPulling(new StopReason.Paused("the pool has stopped: " + why.getMessage(), why)));
        lane.ask(new BatchCommand.AskLimits(), this::offered);
        return lane.takeCommands();
    }

    /**
     * What follows from an event.
     *
     * @param nanoTime the clock reading, never earlier than the one before
     */
    public List<BatchCommand> on(BatchEvent event, long nanoTime) {
        lane.setNow(nanoTime);
        switch (event) {
            case BatchEvent.Adopted adopted -> adopt(adopted);
            case BatchEvent.Answered(var answer) ->
                Objects.requireNonNull(reading).take(answer);
            case BatchEvent.Judged(var item, var reply, var outcome) ->
                Objects.requireNonNull(reading).judged(item, reply, outcome);
            case BatchEvent.EndUnrecorded(var failure) -> lane.stopPulling(new StopReason.Unrecorded(failure));
            case BatchEvent.Answer answer -> {
                switch (answer) {
                    case BatchEvent.Cancelled cancelled -> cancel();
                    case BatchEvent.InputBroke broke -> lane.end();
                    default -> lane.answered(answer);
                }
                proceed();
            }
        }
        return lane.takeCommands();
    }

    /** The reading of the clock after which nothing is begun; it moves once, when the grace of the end begins. */
    public long untilNanos() {
        return lane.untilNanos();
    }

    /** The items whose end is not decided: nobody knows what the provider bills for them. */
    public List<BatchItem> itemsInShards() {
        return lane.itemsInShards();
    }

    private void adopt(BatchEvent.Adopted adopted) {
        var shard = new Shard(adopted.number(), adopted.token(), adopted.tokens());
        shard.state.markUploaded(adopted.fileId());
        shard.state.adoptBatch(adopted.batchId());
        if (adopted.batchId().isEmpty()) {
            lane.shards.doubtful(shard);
        } else {
            lane.shards.made(shard);
        }
        for (BatchItem item : adopted.items()) {
            shard.adopt(item);
            lane.shards.put(shard, item);
        }
        lane.add(shard);
    }

    private void cancel() {
        if (lane.isClosing()) {
            lane.end();
            finish();
        } else {
            isCancelled = true;
            lane.end();
        }
    }

    private void proceed() {
        while (!lane.isWaiting() && !isFinished) {
            Runnable step = lane.nextStep();
            if (lane.isEnding() && !lane.isClosing()) {
                close();
            } else if (step != null) {
                step.run();
            } else if (lane.isClosing()) {
                finish();
            } else {
                beginRound();
            }
        }
    }

    private void offered(BatchEvent.Answer answer) {
        switch (answer) {
            case BatchEvent.Offered(BatchLimits limits) -> {
                lane.shards.offered(limits);
                finder.seek();
            }
            case BatchEvent.Failed(ModelException failure) -> lane.breakOff(failure);
            default -> throw LaneState.unexpected(answer);
        }
    }

    // --- a round: submit what the stream yields, wait, ask after what is under way

    private void beginRound() {
        long asksAtNanos = lane.now() + lane.pause.soonest().toNanos();
        lane.first(() -> rest(asksAtNanos));
        filler.fill(asksAtNanos);
    }

    private void rest(long asksAtNanos) {
        boolean isDone = resubmission.isIdle() && !filler.isFilling() && filler.isOver();
        if (isDone || lane.stop() instanceof StopReason.Unrecorded) {
            lane.end();
            return;
        }
        Duration next = lane.pause.next();
        if (lane.now() < asksAtNanos || lane.shards.isAnyPostponed()) {
            lane.ask(new BatchCommand.Pause(next), paused -> askAfter());
        } else {
            askAfter();
        }
    }

    private void askAfter() {
        if (lane.isUp()) {
            lane.stopPulling(new StopReason.Deadline());
            lane.end();
            return;
        }
        hasEnded = false;
        lane.first(List.of(
                finder::seek,
                () -> lane.first(lane.shards.made().stream()
                        .<Runnable>map(shard -> () -> collect(shard))
                        .toList()),
                this::submitAgain));
    }

    private void submitAgain() {
        if (!lane.stop().isBrokenOff() && gate.stoppedBy().isPresent()) {
            lane.breakOff(gate.stoppedBy().get()); // such as by a dearer model that has answered
            return;
        }
        if (hasEnded) {
            lane.pause.restart();
        }
        boolean ended = hasEnded;
        lane.first(List.of(() -> resubmission.submitPostponed(ended), resubmission::submitWaiting));
    }

    // --- collecting

    /** Takes what the shard's batch answered, if it has ended, and has submitted once more what it did not. */
    private void collect(Shard shard) {
        lane.ask(new BatchCommand.Retrieve(shard.state.batchId()), answer -> {
            switch (answer) {
                case BatchEvent.Stands(Batch batch) -> {
                    if (batch.state().isTerminal() && !waitsForInputs(shard)) {
                        read(shard, batch);
                    }
                }
                case BatchEvent.Failed(ModelException failure) -> unreachable(shard, failure);
                default -> throw LaneState.unexpected(answer);
            }
        });
    }

    private ShardCollector collector(Shard shard) {
        return new ShardCollector(lane, settings, gate, resubmission, shard);
    }

    private void read(Shard shard, Batch batch) {
        ShardCollector collector = collector(shard);
        reading = collector;
        if (batch.state() == Batch.State.REJECTED) {
            collector.takeUntouched();
            collected(shard, batch);
            return;
        }
        lane.ask(new BatchCommand.Read(batch), answer -> {
            switch (answer) {
                case BatchEvent.ReadEnded(boolean isWhole) -> {
                    if (isWhole || (!lane.isUp() && shard.state.countPartialReading() >= MOST_READINGS)) {
                        collector.takeRest(batch);
                        collected(shard, batch);
                    }
                }
                case BatchEvent.Failed(ModelException failure) -> unreachable(shard, failure);
                default -> throw LaneState.unexpected(answer);
            }
        });
    }

    /** A batch that the provider does not know may be that new; what was read is kept, the rest is asked for again. */
    private void unreachable(Shard shard, ModelException failure) {
        boolean isUnknown = failure instanceof ModelException.InvalidRequest unknown && unknown.status() == NOT_FOUND;
        if (!lane.isClosing() && (!isUnknown || shard.state.countLook() >= ShardFinder.MOST_LOOKS)) {
            lane.waitOrBreakOff(failure);
        }
    }

    private void collected(Shard shard, Batch batch) {
        lane.shards.ended(shard);
        if (!lane.isClosing()) {
            lane.ask(new BatchCommand.Flush(), flushed -> again(shard, batch));
        }
    }

    private void again(Shard shard, Batch batch) {
        if (batch.isTurnedAwayForNow()) {
            resubmission.crowdedOut(shard);
        } else if (batch.state() == Batch.State.REJECTED) {
            lane.ask(new BatchCommand.Reject(batch), answer -> {
                throw LaneState.unexpected(answer);
            });
        } else {
            resubmission.again(shard);
            hasEnded = true;
        }
    }

    /**
     * Whether answers of an earlier session are better read when the stream has come to their inputs, without which no
     * rule can judge them. Once nothing else is under way it will not come there.
     */
    private boolean waitsForInputs(Shard shard) {
        if (!settings.judgesByInput() || shard.isPlaced()) {
            return false;
        }
        if (lane.isClosing()) {
            return true;
        }
        if (filler.isOver()) {
            return false;
        }
        boolean isFirst = !shard.state.isParked();
        shard.state.park();
        return isFirst || lane.shards.isAnyAtWork() || filler.isPaused();
    }

    // --- the end

    /**
     * Leaves nothing under way that can be stopped: cancels open batches and takes what they have answered, as far as
     * that is told within the grace. The rest stays on record as under way, for a resumed run to collect.
     */
    private void close() {
        lane.close();
        filler.close();
        resubmission.close();
        List<String> open =
                lane.shards.made().stream().map(shard -> shard.state.batchId()).toList();
        if (!open.isEmpty()) {
            lane.ask(new BatchCommand.Cancel(open), cancelled -> collectLast());
        }
    }

    private void collectLast() {
        if (lane.shards.made().isEmpty() || lane.isUp()) {
            return;
        }
        lane.first(() -> lane.ask(new BatchCommand.Pause(PAUSE_AT_THE_END), paused -> collectLast()));
        lane.first(lane.shards.made().stream()
                .<Runnable>map(shard -> () -> collect(shard))
                .toList());
    }

    private void finish() {
        if (!isCancelled) {
            for (BatchItem item : lane.shards.underWay()) {
                lane.command(new BatchCommand.HandOver(
                        item.index(),
                        item.name(),
                        item.earlier,
                        new Outcome.Failed<>(lane.stop().unread())));
            }
        }
        isFinished = true;
        lane.command(new BatchCommand.Finish());
    }
}
