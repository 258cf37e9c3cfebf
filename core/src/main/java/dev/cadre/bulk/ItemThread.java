// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.bulk.InputPuller.Pull;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.json.Json;
import dev.cadre.price.Spend;
import dev.cadre.record.KnownWork;
import dev.cadre.schedule.EarlierOutcome;
import dev.cadre.schedule.RunDriver;
import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.Attached;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What a thread does for one item of a bulk run, or for several that share a call: looks for them in the journal and the cache,
 * asks for those that are not there, and takes down what came of it. {@link #run} is good for one call; {@link #leave} is safe for
 * use by another thread.
 */
final class ItemThread<I, O> {
    /** Who hears what comes of the items, as soon as it is known and durable; on the item's thread. */
    interface Hearer<I, O> {
        void ended(ItemEnd<I, O> end);

        /** Something could not be recorded, which ends the run. */
        void unrecorded(UnrecordedException because);
    }

    private final ItemTerms<I, O> terms;
    private final SubtaskType<I, O> type;
    private final Hearer<I, O> hearer;
    private final Queue<KnownWork> works = new ConcurrentLinkedQueue<>();
    private boolean isUnrecorded;

    ItemThread(ItemTerms<I, O> terms, Hearer<I, O> hearer) {
        this.terms = terms;
        this.hearer = hearer;
        type = terms.type();
    }

    /** The run has its end without it: nothing more is taken down. */
    void leave() {
        works.forEach(KnownWork::leave);
    }

    /**
     * @param items one, or those of a pack
     * @param share what each of them bears already of the cost of a pack that had no answer for it
     */
    void run(List<Pull.Next<I>> items, Spend share) {
        var open = new ArrayList<PackRun.Member<I>>();
        for (Pull.Next<I> next : items) {
            unlessKnown(next).ifPresent(open::add);
        }
        boolean isPacked = open.size() > 1 && !isUnrecorded;
        var packed = new ArrayList<PackRun.Packed<I>>();
        var single = new ArrayList<PackRun.Member<I>>();
        for (PackRun.Member<I> member : open) {
            Optional<Json> input = isPacked ? terms.pack().written(member.next().input()) : Optional.empty();
            input.ifPresentOrElse(
                    written -> packed.add(new PackRun.Packed<>(member, written)), () -> single.add(member));
        }
        if (packed.size() > 1) {
            new PackRun<>(terms, packed, hearer::ended, this::unrecorded).run();
        } else {
            packed.forEach(each -> single.add(each.member()));
        }
        single.forEach(member -> perform(member, share));
    }

    /** The item if it is to be performed. */
    private Optional<PackRun.Member<I>> unlessKnown(Pull.Next<I> next) {
        if (!terms.mayBeKnown()) {
            return Optional.of(new PackRun.Member<>(next, KnownWork.nothing()));
        }
        try {
            return switch (attached(next)) {
                case Attached.Unmade unmade when RunDriver.isInterrupted() -> notBegun(next);
                case Attached.Unmade(Failure failure) -> {
                    hearer.ended(known(next, new Outcome.Failed<>(failure), Origin.SESSION));
                    yield Optional.empty();
                }
                case Attached.Made made -> unlessKnown(next, terms.known(next.key(), next.input(), made));
            };
        } catch (InterruptedException cancel) {
            return notBegun(next);
        } catch (JournalException | UnrecordedException unreadable) {
            unrecorded(UnrecordedException.of("item '%s'".formatted(next.key()), unreadable));
            return notBegun(next);
        }
    }

    private Optional<PackRun.Member<I>> unlessKnown(Pull.Next<I> next, KnownWork work) throws InterruptedException {
        works.add(work);
        Optional<EarlierOutcome> earlier = work.recall();
        if (earlier.isPresent()) {
            hearer.ended(
                    known(next, typed(earlier.get().outcome()), earlier.get().origin()));
            return Optional.empty();
        }
        return Optional.of(new PackRun.Member<>(next, work));
    }

    private Optional<PackRun.Member<I>> notBegun(Pull.Next<I> next) {
        hearer.ended(new ItemEnd.NotBegun<>(next));
        return Optional.empty();
    }

    private Attached attached(Pull.Next<I> next) throws InterruptedException {
        return terms.attachments()
                .of(
                        next.key(),
                        type,
                        () -> terms.threads()
                                .call(
                                        terms.threads().name(next.key() + "/attachments"),
                                        type,
                                        () -> Attached.of(type, next.input())));
    }

    private ItemEnd<I, O> known(Pull.Next<I> next, Outcome<O> outcome, Origin origin) {
        return new ItemEnd.Ended<>(next, outcome, Spend.NONE, origin, Optional.empty());
    }

    @SuppressWarnings("unchecked") // what is on record was read as the type's output
    private Outcome<O> typed(Outcome<Object> recalled) {
        return (Outcome<O>) (Outcome<?>) recalled;
    }

    /** Performs one item by itself. */
    private void perform(PackRun.Member<I> member, Spend share) {
        Pull.Next<I> next = member.next();
        if (isUnrecorded) {
            hearer.ended(new ItemEnd.NotBegun<>(next));
            return;
        }
        member.bears(share);
        var item = terms.item(type, next.key(), next.index(), member.work(), terms.sink());
        Outcome<O> outcome = item.run(next.input());
        item.unrecorded().ifPresent(this::unrecorded);
        hearer.ended(new ItemEnd.Ended<>(next, outcome, share.plus(item.spend()), Origin.SESSION, item.outage()));
    }

    private void unrecorded(UnrecordedException because) {
        isUnrecorded = true;
        hearer.unrecorded(because);
    }
}
