// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.run.UserCode;
import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.ModelException;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Gets shards to the provider: submits them, looks for those in doubt, submits again what was not done. For one thread. */
final class ShardDispatch<I, O> {
    /** Without a batch at work nobody waits longer for a provider that fails. */
    private static final int MOST_FAILURES = 5;
    /** Over some minutes: the pauses between them grow. */
    private static final int MOST_LOOKS = 6;

    private static final int NOT_FOUND = 404;

    /**
     * To be submitted once there is money for it.
     *
     * @param tries with the one that is to come
     */
    private record Waiting<I>(BatchItem<I> item, int tries, Spend spent, String line) {}

    private final BatchTerms<I, O> terms;
    private final UserCode aside;
    private final ShardRecord record;
    private final ShardSender sender;
    private final ShardFolder<I> folder;
    private final OpenShards<I> shards;
    private final BudgetGuard money;
    private final BulkProgress<O> handover;
    private final PollPause pause;
    private List<Waiting<I>> waiting = new ArrayList<>();
    private int failures;

    ShardDispatch(
            BatchTerms<I, O> terms,
            UserCode aside,
            GuardedBatches client,
            ShardRecord record,
            ShardFolder<I> folder,
            OpenShards<I> shards,
            BudgetGuard money,
            BulkProgress<O> handover,
            PollPause pause) {
        this.terms = terms;
        this.aside = aside;
        this.record = record;
        this.sender = new ShardSender(terms, client, record);
        this.folder = folder;
        this.shards = shards;
        this.money = money;
        this.handover = handover;
        this.pause = pause;
    }

    boolean isIdle() {
        return shards.isEmpty() && waiting.isEmpty();
    }

    Shard<I> newShard() {
        return folder.open(record.nextNumber(), UUID.randomUUID().toString(), 0);
    }

    ShardCollector<I, O> collector(Shard<I> shard) {
        return new ShardCollector<>(terms, aside, record, shard, shards, handover);
    }

    /** Asks for a batch; one that is not made for now is postponed, one that may be made is looked for later. */
    void submit(Shard<I> shard) throws InterruptedException {
        if (terms.time().isUp() || handover.isUnrecorded()) {
            shards.postpone(shard);
            return;
        }
        try {
            switch (sender.send(shard)) {
                case ShardSender.Sent.Made made -> {
                    failures = 0;
                    markCreated(shard);
                }
                case ShardSender.Sent.InDoubt inDoubt -> shards.doubtful(shard);
                case ShardSender.Sent.TurnedAway(ModelException why) -> turnedAway(shard, why);
            }
        } catch (ModelException never) {
            shards.postpone(shard);
            throw never;
        } catch (UnrecordedException unrecorded) {
            if (shard.state.batchId().isEmpty()) {
                shards.postpone(shard);
            } else {
                markCreated(shard);
            }
            throw unrecorded;
        }
    }

    private void markCreated(Shard<I> shard) {
        shards.made(shard);
        if (shard.state.isAnnounced()) {
            handover.submitted();
        }
    }

    private void turnedAway(Shard<I> shard, ModelException why) {
        why.retryAfter().ifPresent(pause::atLeast);
        boolean isPatient = why instanceof ModelException.RateLimited || shards.isAnyAtWork();
        failures += isPatient ? 0 : 1;
        if (failures == MOST_FAILURES) {
            throw why;
        }
        shards.postpone(shard);
    }

    /**
     * Tries again what was postponed.
     *
     * @param hasEnded whether a batch has ended since
     */
    void submitPostponed(boolean hasEnded) throws InterruptedException {
        boolean isRoom = true;
        for (Shard<I> shard : shards.takePostponed()) {
            boolean isNext = isRoom && (!shard.state.isCrowdedOut() || hasEnded || !shards.isAnyAtWork());
            if (isNext) {
                submit(shard);
                isRoom = !shards.isAnyPostponed();
            } else {
                shards.postpone(shard);
                isRoom = false;
            }
        }
    }

    /** Looks for the batches that may be there. In the end their items count as paid, and are submitted once more. */
    void seek() throws InterruptedException {
        List<Shard<I>> doubtful = shards.doubtful();
        if (doubtful.isEmpty() || terms.time().isUp()) {
            return;
        }
        try {
            sender.find(doubtful).forEach(this::markCreated);
            for (Shard<I> shard : shards.doubtful()) {
                if (shard.state.look() >= MOST_LOOKS) {
                    giveUp(shard);
                }
            }
        } catch (ModelException failure) {
            throwUnlessTransient(failure);
        }
    }

    /** Throws a failure to ask after a batch that waiting does not mend; one that is not known may be so new. */
    void throwUnlessTransient(ModelException failure, Shard<I> shard) {
        boolean isUnknown = failure instanceof ModelException.InvalidRequest unknown && unknown.status() == NOT_FOUND;
        if (!isUnknown || shard.state.look() >= MOST_LOOKS) {
            throwUnlessTransient(failure);
        }
    }

    private void throwUnlessTransient(ModelException failure) {
        if (!failure.isRetryable()) {
            throw failure;
        }
        failure.retryAfter().ifPresent(pause::atLeast);
    }

    private void giveUp(Shard<I> shard) throws InterruptedException {
        sender.withdraw(shard);
        List<Shard<I>> found = sender.find(List.of(shard));
        if (found.isEmpty()) {
            ShardCollector<I, O> collector = collector(shard);
            collector.lost();
            collector.flush();
            shards.ended(shard);
            again(collector, shard);
        } else {
            markCreated(shard);
        }
    }

    /** Submits once more what a shard that has ended left undone, unless nothing can be sent any more. */
    void again(ShardCollector<I, O> collector, Shard<I> old) throws InterruptedException {
        if (terms.pool().stoppedBy().isPresent()) {
            waiting(collector, old, 1).forEach(waiting::add);
        } else {
            for (Shard<I> shard : packed(waiting(collector, old, 1))) {
                submit(shard);
            }
        }
        old.close();
    }

    /** Postpones a shard that the provider rejected because too much was enqueued; if nothing else was, it was too large. */
    void crowdedOut(ShardCollector<I, O> collector, Shard<I> old) {
        if (!shards.isAnyAtWork()) {
            shards.tighten(old.tokens());
        }
        for (Shard<I> shard : packed(waiting(collector, old, 0))) {
            shard.state.crowdedOut();
            shards.postpone(shard);
        }
        old.close();
    }

    /** Submits what waited for money, as far as there is some. */
    void submitWaiting() throws InterruptedException {
        List<Waiting<I>> before = waiting;
        waiting = new ArrayList<>();
        for (Shard<I> shard : packed(before.stream())) {
            submit(shard);
        }
    }

    private Stream<Waiting<I>> waiting(ShardCollector<I, O> collector, Shard<I> old, int moreTries) {
        return collector.again().stream()
                .map(again -> new Waiting<>(
                        again.item(), again.item().tries + moreTries, again.spent(), old.line(again.item())));
    }

    /** Shards of what there is money for. */
    private List<Shard<I>> packed(Stream<Waiting<I>> items) {
        var full = new ArrayList<Shard<I>>();
        Shard<I> shard = newShard();
        for (Iterator<Waiting<I>> each = items.iterator(); each.hasNext(); ) {
            Waiting<I> next = each.next();
            if (!shard.isEmpty() && !shard.hasRoom(next.line(), shards.limits(), 0)) {
                full.add(shard);
                shard = newShard();
            }
            pack(next, shard);
        }
        if (shard.isEmpty()) {
            shard.close();
        } else {
            full.add(shard);
        }
        return full;
    }

    private void pack(Waiting<I> next, Shard<I> shard) {
        BatchItem<I> item = next.item();
        switch (money.reserve(item.reserved())) {
            case Admission.Granted(Reservation reservation) -> {
                BatchItem<I> again = item.again(reservation, next.tries(), next.spent());
                shard.add(again, next.line());
                shards.put(shard, again);
            }
            case Admission.Contended contended -> waiting.add(next);
            case Admission.Exhausted exhausted -> end(next, new Failure(Failure.Kind.BUDGET, exhausted.message()));
        }
    }

    private void end(Waiting<I> next, Failure failure) {
        BatchItem<I> item = next.item();
        handover.ended(new BulkItem<>(item.index(), item.name, new Outcome.Failed<>(failure), next.spent(), false));
    }

    /** Ends what is not with the provider. */
    void giveUp() {
        for (Shard<I> shard : shards.takePostponed()) {
            collector(shard).withdrawn();
        }
        waiting.forEach(next -> end(next, handover.noMore()));
        waiting = List.of();
    }
}
