// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.Reservation;
import dev.cadre.price.Spend;
import dev.cadre.run.StopReason;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which inputs are pulled and into which shard they go. A shard is submitted when it is full, when the stream has
 * ended or pauses, or when its first input has waited long enough.
 */
final class ShardFiller {
    /** A stream that yields nothing for so long pauses: what it has yielded is sent meanwhile. */
    private static final Duration PAUSE = Duration.ofMinutes(1);
    /** An input waits no longer than this for others that share its batch. */
    private static final Duration LONGEST_FILLING = Duration.ofMinutes(15);

    private final LaneState lane;
    private final BatchGate gate;
    private final ShardSender sender;
    private final Resubmission resubmission;
    private BatchEvent.@Nullable Arrived held;
    private boolean isPulling;
    private long pausesAtNanos;
    private boolean isAtEnd;
    /** The shard that nobody has sent; null if there is none. */
    private @Nullable Shard filling;
    /** The time at which it must be sent, however slowly the stream goes on. */
    private long sendsAtNanos;

    ShardFiller(LaneState lane, BatchGate gate, ShardSender sender, Resubmission resubmission) {
        this.lane = lane;
        this.gate = gate;
        this.sender = sender;
        this.resubmission = resubmission;
    }

    /** Whether nothing more is to be submitted. */
    boolean isOver() {
        return !lane.stop().isOpen() || (held == null && isAtEnd);
    }

    /** Whether the stream has not yielded for a while. */
    boolean isPaused() {
        return isPulling && pausesAtNanos <= lane.now();
    }

    boolean isFilling() {
        return filling != null;
    }

    /** Pulls and submits as far as limits and money reach, but asks after what is under way at that time. */
    void fill(long asksAtNanos) {
        if (!canSubmit()) {
            return;
        }
        BatchEvent.Arrived next = held;
        if (next == null && !isOver()) {
            pull(asksAtNanos);
        } else if (next == null || !lane.stop().isOpen()) {
            submitIfDue();
        } else {
            fill(next, asksAtNanos);
        }
    }

    private void fill(BatchEvent.Arrived next, long asksAtNanos) {
        Shard shard = filling;
        if (shard == null) {
            shard = resubmission.newShard();
            filling = shard;
            sendsAtNanos = lane.now() + LONGEST_FILLING.toNanos();
        }
        if (isPlaced(next, shard)) {
            held = null;
            lane.first(() -> fill(asksAtNanos));
        } else if (shard.isEmpty()) {
            filling = null; // there is no room or money until something has ended
        } else {
            lane.first(() -> fill(asksAtNanos));
            submitFilling(shard);
        }
    }

    private boolean canSubmit() {
        return lane.shards.hasRoomForMore() && !lane.shards.isAnyPostponed() && !lane.isUp();
    }

    private void submitIfDue() {
        Shard shard = filling;
        if (shard != null && (isOver() || isPaused() || sendsAtNanos <= lane.now()) && canSubmit()) {
            submitFilling(shard);
        }
    }

    private void submitFilling(Shard shard) {
        filling = null;
        if (!shard.isEmpty()) {
            sender.submit(shard);
        }
    }

    private void pull(long asksAtNanos) {
        if (!isPulling) {
            isPulling = true;
            pausesAtNanos = lane.now() + PAUSE.toNanos();
        }
        lane.ask(new BatchCommand.Pull(waitsUntil(asksAtNanos)), answer -> {
            isPulling = answer instanceof BatchEvent.NothingYet;
            switch (answer) {
                case BatchEvent.NothingYet nothing -> submitIfDue();
                case BatchEvent.Arrived arrived -> arrive(arrived);
                case BatchEvent.ArrivedLate(long index, String name) -> {
                    lane.stopPulling(new StopReason.Deadline());
                    handOver(index, name, new Outcome.Skipped<>(lane.stop().notStarted()));
                }
                case BatchEvent.Passed passed -> {}
                case BatchEvent.Unrecorded(var failure) -> lane.unrecorded(failure);
                case BatchEvent.InputEnded end -> isAtEnd = true;
                default -> throw LaneState.unexpected(answer);
            }
            if (!isPulling && !lane.isWaiting() && !lane.isEnding()) {
                lane.first(() -> fill(asksAtNanos));
            }
        });
    }

    /** With nothing to send and nothing to ask after there is nothing to do but to wait for the stream. */
    private long waitsUntil(long asksAtNanos) {
        if (filling == null && resubmission.isIdle()) {
            return BatchCommand.Pull.PATIENT;
        }
        long at = resubmission.isIdle() ? pausesAtNanos : Math.min(asksAtNanos, pausesAtNanos);
        return filling == null ? at : Math.min(sendsAtNanos, at);
    }

    private void arrive(BatchEvent.Arrived arrived) {
        Optional<OpenShards.Place> place = lane.shards.place(arrived.name());
        if (place.isPresent()) {
            BatchItem item = place.get().item();
            if (item.hasPlace()) {
                lane.ask(new BatchCommand.RefuseName(arrived.name(), arrived.index()), answer -> {
                    throw LaneState.unexpected(answer);
                });
                return;
            }
            // if it has changed since, the answer to the old one is paid, but not wanted
            if (item.fingerprint().equals(arrived.fingerprint())) {
                Shard shard = place.get().shard();
                item.placeAt(arrived.index());
                lane.command(new BatchCommand.WriteLine(shard, item, shard.write(item, arrived.length())));
                return;
            }
        }
        held = arrived;
    }

    /** Whether the input is done with: it has its place, or none at all. */
    private boolean isPlaced(BatchEvent.Arrived next, Shard shard) {
        if (!lane.shards.canHold(next.length())) {
            handOver(
                    next.index(),
                    next.name(),
                    Outcome.failed(
                            Failure.Kind.INVALID_INPUT, "it is longer than a batch may be: " + lane.shards.offered()));
            return true;
        }
        boolean isAlone = shard.isEmpty() && lane.shards.isEmpty();
        if (!isAlone && !shard.hasRoom(next.length(), lane.shards.limits(), lane.shards.tokens())) {
            return false;
        }
        try {
            return switch (gate.reserve(next.worstCase())) {
                case Admission.Granted(Reservation reservation) -> {
                    var item = new BatchItem(next.name(), next.fingerprint(), reservation);
                    item.placeAt(next.index());
                    if (shard.isEmpty()) {
                        lane.add(shard);
                    }
                    lane.command(new BatchCommand.WriteLine(shard, item, shard.add(item, next.length())));
                    lane.shards.put(shard, item);
                    yield true;
                }
                case Admission.Contended contended -> false;
                case Admission.Exhausted exhausted -> isUnpaid(next, exhausted.message());
            };
        } catch (BudgetClosedException closed) {
            return isUnpaid(next, String.valueOf(closed.getMessage()));
        }
    }

    private boolean isUnpaid(BatchEvent.Arrived next, String why) {
        lane.stopPulling(new StopReason.Budget());
        handOver(next.index(), next.name(), new Outcome.Skipped<>(new Skip(Skip.Kind.BUDGET, why, List.of())));
        return true;
    }

    private void handOver(long index, String name, Outcome<?> outcome) {
        lane.command(new BatchCommand.HandOver(index, name, Spend.NONE, outcome));
    }

    /** Stops pulling; an input that found no room is skipped, and what was never sent is withdrawn. */
    void close() {
        lane.command(new BatchCommand.LeaveInput(lane.stop().notStarted()));
        BatchEvent.Arrived untried = held;
        if (untried != null) {
            handOver(
                    untried.index(),
                    untried.name(),
                    new Outcome.Skipped<>(lane.stop().notStarted()));
        }
        held = null;
        isPulling = false;
        if (filling != null) {
            lane.shards.postpone(filling);
        }
        filling = null;
    }
}
