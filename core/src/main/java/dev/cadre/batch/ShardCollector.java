// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.util.Optional;

/** One reading of a batch's answers: decides what each means for its item, what it costs, and whether it is tried again. */
final class ShardCollector {
    private static final int MOST_TRIES = 2;

    private final LaneState lane;
    private final BatchMachine.Settings settings;
    private final BatchGate gate;
    private final Resubmission resubmission;
    private final Shard shard;
    private final ShardAnswers answers = new ShardAnswers();

    ShardCollector(
            LaneState lane, BatchMachine.Settings settings, BatchGate gate, Resubmission resubmission, Shard shard) {
        this.lane = lane;
        this.settings = settings;
        this.gate = gate;
        this.resubmission = resubmission;
        this.shard = shard;
    }

    /** Takes one answer; of two for the same item the first counts. */
    void take(BatchAnswer answer) {
        BatchItem item = shard.item(answer.customId());
        if (!answers.isFirst(answer) || item == null) {
            return;
        }
        switch (answer) {
            // the item stays in its shard until it is judged, so that it is not lost
            case BatchAnswer.Replied(String id, ModelReply reply) -> lane.command(new BatchCommand.Judge(item, reply));
            case BatchAnswer.Failed(String id, ModelException failure) -> failed(item, failure);
            case BatchAnswer.Untried(String id, String reason) ->
                retryOrEnd(item, Spend.NONE, true, modelFailed(reason));
        }
    }

    void judged(BatchItem item, ModelReply reply, Outcome<?> outcome) {
        AttemptEvent.Bill paid = reply.billed()
                .flatMap(billed -> gate.price(billed, item.reserved()))
                .orElseGet(() -> AttemptEvent.Bill.of(Spend.forfeited(item.reserved())));
        lane.command(
                new BatchCommand.Tell(new AttemptEvent.Replied(id(item), AttemptEvent.Reply.of(reply), paid, took())));
        end(item, paid.spend(), outcome);
    }

    /** The cost is known if the failure has a bill, or if the request was turned away; else when all answers are read. */
    private void failed(BatchItem item, ModelException failure) {
        Optional<AttemptEvent.Bill> paid = failure.billed().flatMap(billed -> gate.price(billed, item.reserved()));
        if (paid.isEmpty() && failure.charge() == Charge.FREE) {
            paid = Optional.of(AttemptEvent.Bill.of(Spend.NONE));
        }
        paid.ifPresent(known -> failed(item, known, failure));
    }

    private void failed(BatchItem item, AttemptEvent.Bill paid, ModelException failure) {
        lane.command(new BatchCommand.Tell(new AttemptEvent.Failed(id(item), failure, paid, took())));
        retryOrEnd(item, paid.spend(), failure.isRetryable(), modelFailed(String.valueOf(failure.getMessage())));
    }

    private AttemptEvent.Id id(BatchItem item) {
        var purpose = new CallPurpose(
                CallPurpose.Kind.WORK, settings.runId(), item.name(), settings.type(), "", settings.tier());
        return new AttemptEvent.Id(purpose, settings.model(), item.tries);
    }

    private Duration took() {
        return lane.sinceStart().minus(shard.state.createdAt());
    }

    private static Failure modelFailed(String message) {
        return new Failure(Failure.Kind.MODEL_FAILED, message);
    }

    /**
     * All answers are read. What is left stands in no file or failed without a bill: unbilled if the rest makes up what
     * the provider bills for the batch; else nobody knows which of it is billed.
     */
    void takeRest(Batch batch) {
        for (BatchItem item : shard.items()) {
            Optional<ModelException> failure = answers.failure(item.customId());
            boolean isFree = answers.makeUp(batch.bill(), failure.isPresent());
            Spend spend = isFree ? Spend.NONE : Spend.forfeited(item.reserved());
            failed(
                    item,
                    AttemptEvent.Bill.of(spend),
                    failure.orElseGet(() -> unanswered("batch %s has no answer for it".formatted(batch.id()))));
        }
    }

    private static ModelException unanswered(String message) {
        return new ModelException.TimedOut(message, Charge.UNKNOWN);
    }

    /** Nothing of the shard was done: all of it may be submitted as if it never was. */
    void takeUntouched() {
        for (BatchItem item : shard.items()) {
            if (item.line() == null) {
                end(item, Spend.NONE, new Outcome.Failed<>(modelFailed("it was not sent")));
            } else if (lane.isClosing()) {
                end(item, Spend.NONE, new Outcome.Failed<>(lane.stop().noMore()));
            } else {
                again(item, Spend.NONE);
            }
        }
    }

    /** The provider's list has no batch for this shard, which may have been made all the same. */
    void takeLost() {
        for (BatchItem item : shard.items()) {
            var forfeited = AttemptEvent.Bill.of(Spend.forfeited(item.reserved()));
            failed(item, forfeited, unanswered("nobody knows whether its batch was made"));
        }
    }

    private void retryOrEnd(BatchItem item, Spend spend, boolean canHelp, Failure failure) {
        boolean retries = canHelp && item.tries < MOST_TRIES && item.line() != null;
        if (retries && !lane.isClosing() && !lane.stop().isBrokenOff()) {
            again(item, spend);
        } else {
            end(item, spend, new Outcome.Failed<>(retries ? lane.stop().noMore() : failure));
        }
    }

    private void again(BatchItem item, Spend spend) {
        remove(item);
        lane.command(new BatchCommand.Settle(shard, item, spend));
        resubmission.keep(item, shard, item.earlier.plus(spend));
    }

    private void end(BatchItem item, Spend spend, Outcome<?> outcome) {
        remove(item);
        lane.command(new BatchCommand.End(shard, item, spend, item.earlier.plus(spend), outcome));
    }

    private void remove(BatchItem item) {
        shard.remove(item);
        lane.shards.letGo(item);
    }
}
