// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.Reservation;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Decides when and how items that their batch left undone, and shards that got no batch, are submitted again. */
final class Resubmission {
    /**
     * An item that is to be submitted again.
     *
     * @param from the shard whose file has its line
     * @param spent the cost of its tries in this session
     */
    private record Undone(BatchItem item, Shard from, int tries, Spend spent) {}

    private final LaneState lane;
    private final BatchGate gate;
    private final ShardSender sender;
    private final RandomGenerator tokens;
    /** What ended shards and those that are being read left undone. */
    private final Map<Shard, List<Undone>> undone = new HashMap<>();
    /** What waits for money. */
    private final List<Undone> waiting = new ArrayList<>();
    /** Shards that have ended, and whose files are not closed. */
    private final List<Shard> ended = new ArrayList<>();

    private int nextShard;

    Resubmission(LaneState lane, BatchGate gate, ShardSender sender, RandomGenerator tokens, int nextShard) {
        this.lane = lane;
        this.gate = gate;
        this.sender = sender;
        this.tokens = tokens;
        this.nextShard = nextShard;
    }

    Shard newShard() {
        return new Shard(nextShard++, new UUID(tokens.nextLong(), tokens.nextLong()).toString(), 0);
    }

    boolean isIdle() {
        return lane.shards.isEmpty() && waiting.isEmpty();
    }

    /** Keeps an item that its shard has left undone. */
    void keep(BatchItem item, Shard shard, Spend spent) {
        undone.computeIfAbsent(shard, each -> new ArrayList<>()).add(new Undone(item, shard, item.tries, spent));
    }

    /** Submits once more what a shard that has ended left undone, unless nothing can be sent any more. */
    void again(Shard old) {
        List<Undone> left = ended(old).stream()
                .map(each -> new Undone(each.item(), old, each.tries() + 1, each.spent()))
                .toList();
        if (gate.stoppedBy().isPresent()) {
            waiting.addAll(left);
        } else {
            sender.submitAll(packed(left));
        }
        closeFiles();
    }

    /** Postpones a shard that the provider rejected because too much was enqueued; if nothing else was, it was too large. */
    void crowdedOut(Shard old) {
        if (!lane.shards.isAnyAtWork()) {
            lane.shards.tighten(old.tokens());
        }
        for (Shard shard : packed(ended(old))) {
            shard.state.markCrowdedOut();
            lane.shards.postpone(shard);
        }
        closeFiles();
    }

    private List<Undone> ended(Shard old) {
        ended.add(old);
        List<Undone> left = undone.remove(old);
        return left == null ? List.of() : left;
    }

    /** Submits what waited for money, as far as there is some. */
    void submitWaiting() {
        List<Undone> before = List.copyOf(waiting);
        waiting.clear();
        sender.submitAll(packed(before));
        closeFiles();
    }

    /**
     * Tries again what was postponed.
     *
     * @param hasEnded whether a batch has ended since
     */
    void submitPostponed(boolean hasEnded) {
        submit(lane.shards.takePostponed(), true, hasEnded);
    }

    private void submit(List<Shard> postponed, boolean isRoom, boolean hasEnded) {
        if (postponed.isEmpty()) {
            return;
        }
        Shard shard = postponed.getFirst();
        List<Shard> others = postponed.subList(1, postponed.size());
        if (isRoom && (!shard.state.isCrowdedOut() || hasEnded || !lane.shards.isAnyAtWork())) {
            lane.first(() -> submit(others, !lane.shards.isAnyPostponed(), hasEnded));
            sender.submit(shard);
        } else {
            postponed.forEach(lane.shards::postpone);
        }
    }

    /** Shards of what there is money for. */
    private List<Shard> packed(List<Undone> items) {
        var full = new ArrayList<Shard>();
        Shard shard = newShard();
        for (Undone next : items) {
            if (!shard.isEmpty() && !shard.hasRoom(line(next).length(), lane.shards.limits(), 0)) {
                full.add(shard);
                shard = newShard();
            }
            pack(next, shard);
        }
        if (!shard.isEmpty()) {
            full.add(shard);
        }
        full.forEach(lane::add);
        return full;
    }

    private void pack(Undone next, Shard shard) {
        try {
            switch (gate.reserve(next.item().reserved())) {
                case Admission.Granted(Reservation reservation) -> {
                    BatchItem again = next.item().again(reservation, next.tries(), next.spent());
                    BatchItem.Line line = line(next);
                    BatchItem.Line copy = shard.add(again, line.length());
                    lane.command(new BatchCommand.CopyLine(next.from(), line, shard, copy));
                    lane.shards.put(shard, again);
                }
                case Admission.Contended contended -> waiting.add(next);
                case Admission.Exhausted exhausted -> end(next, new Failure(Failure.Kind.BUDGET, exhausted.message()));
            }
        } catch (BudgetClosedException closed) {
            end(next, new Failure(Failure.Kind.BUDGET, String.valueOf(closed.getMessage())));
        }
    }

    private static BatchItem.Line line(Undone each) {
        BatchItem.Line line = each.item().line();
        if (line == null) {
            throw new IllegalStateException(
                    "item '%s' has no line".formatted(each.item().name()));
        }
        return line;
    }

    private void closeFiles() {
        for (Shard shard : List.copyOf(ended)) {
            if (waiting.stream().noneMatch(each -> each.from() == shard)) {
                ended.remove(shard);
                lane.command(new BatchCommand.CloseLines(shard));
            }
        }
    }

    private void end(Undone next, Failure failure) {
        BatchItem item = next.item();
        lane.command(new BatchCommand.HandOver(item.index(), item.name(), next.spent(), new Outcome.Failed<>(failure)));
    }

    /** Ends what is not with the provider. */
    void close() {
        lane.shards.takePostponed().forEach(this::withdraw);
        undone.values().forEach(waiting::addAll);
        undone.clear();
        waiting.forEach(next -> end(next, lane.stop().noMore()));
        waiting.clear();
    }

    /** The shard was not submitted, and will not be. */
    private void withdraw(Shard shard) {
        for (BatchItem item : shard.items()) {
            lane.shards.letGo(item);
            shard.remove(item);
            lane.command(
                    shard.state.isAnnounced()
                            ? new BatchCommand.Settle(shard, item, Spend.NONE)
                            : new BatchCommand.Release(item));
            lane.command(new BatchCommand.HandOver(
                    item.index(),
                    item.name(),
                    item.earlier,
                    new Outcome.Skipped<>(lane.stop().notStarted())));
        }
    }
}
