// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.record.WorkRecord;
import dev.cadre.run.UserCode;
import dev.cadre.run.Attachments;
import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.json.JsonException;
import dev.cadre.model.ModelRequest;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.worker.Attached;
import dev.cadre.worker.SingleCall;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Has inputs pulled and puts them into shards, each with its money. For one thread. */
final class ShardIntake<I, O> {
    /** The stream, or the naming of an input, threw. */
    static final class BrokenInputException extends RuntimeException {
        private static final long serialVersionUID = 1;

        final transient Throwable why;

        private BrokenInputException(Throwable why) {
            super(why);
            this.why = why;
        }
    }

    /** Waits for the stream as long as there is time. */
    static final long PATIENT = Long.MAX_VALUE;

    /** A stream that yields nothing for so long pauses: what it has yielded is sent meanwhile. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    /** An input that is to go into a shard. */
    private record Pending<I>(long index, String name, Fingerprint fingerprint, I input, String line, Money need) {}

    private final BatchTerms<I, O> terms;
    private final InputPuller<I> inputs;
    private final UserCode aside;
    private final GuardedBatches client;
    private final Attachments attachments = new Attachments();
    private final BudgetGuard money;
    private final OpenShards<I> shards;
    private final BulkProgress<O> handover;
    private @Nullable Pending<I> held;
    /** What the stream was asked for and has not yielded. */
    private UserCode.@Nullable Pending<InputPuller.Pull<I>> pulling;

    private long askedNanos;
    private boolean isAtEnd;
    private long nextIndex;

    ShardIntake(
            BatchTerms<I, O> terms,
            Iterator<? extends I> inputs,
            UserCode aside,
            GuardedBatches client,
            BudgetGuard money,
            OpenShards<I> shards,
            BulkProgress<O> handover) {
        this.terms = terms;
        this.inputs = new InputPuller<>(inputs, terms.bulk().naming());
        this.aside = aside;
        this.client = client;
        this.money = money;
        this.shards = shards;
        this.handover = handover;
    }

    /** Whether nothing more is to be submitted. */
    boolean isOver() {
        return !handover.isOpen() || (held == null && isAtEnd);
    }

    /** Whether the stream has not yielded what it was asked for a while ago. */
    boolean isPaused() {
        return pulling != null && pausesAt() <= terms.time().nanoTime();
    }

    private long pausesAt() {
        return askedNanos + PAUSE.toNanos();
    }

    /**
     * Whether there is an input that needs a shard; those that need none are handed over. Waits for the stream until it
     * pauses, and no longer than until that reading of the clock; with {@link #PATIENT} as long as there is time.
     */
    boolean hasNext(long atNanos) throws InterruptedException {
        while (held == null && !isOver() && !terms.time().isUp()) {
            if (pulling == null) {
                long index = nextIndex;
                askedNanos = terms.time().nanoTime();
                pulling = aside.start("input", "pull", inputs, asking -> inputs.pull(index));
            }
            if (!aside.hasEnded(pulling, atNanos == PATIENT ? PATIENT : Math.min(atNanos, pausesAt()))) {
                return false;
            }
            UserCode.Pending<InputPuller.Pull<I>> pulled = pulling;
            pulling = null;
            take(pulled);
        }
        return held != null && handover.isOpen();
    }

    private void take(UserCode.Pending<InputPuller.Pull<I>> pulled) throws InterruptedException {
        switch (result(pulled)) {
            case InputPuller.Pull.Next<I> next -> {
                nextIndex++;
                held = prepare(next.input(), next.key(), next.index());
            }
            case InputPuller.Pull.End<I> end -> isAtEnd = true;
            case InputPuller.Pull.Broken<I>(Throwable why) -> throw new BrokenInputException(why);
            case null -> {} // the stream may have more
        }
    }

    /** Null if it did not end in time. */
    private InputPuller.@Nullable Pull<I> result(UserCode.Pending<InputPuller.Pull<I>> pulled) {
        try {
            return pulled.result();
        } catch (UserCode.LateException late) {
            return null;
        } catch (ExecutionException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** Puts the next input into the shard, if it does not want one to itself; false if it must wait for room or money. */
    boolean put(Shard<I> shard) {
        if (held != null && !fits(held, shard)) {
            return false;
        }
        held = null;
        return true;
    }

    /** Whether the next is done with: it has its place, or none at all. */
    private boolean fits(Pending<I> next, Shard<I> shard) {
        if (!shards.canHold(next.line())) {
            end(
                    next,
                    Outcome.failed(
                            Failure.Kind.INVALID_INPUT, "it is longer than a batch may be: " + shards.offered()));
            return true;
        }
        boolean isAlone = shard.isEmpty() && shards.isEmpty();
        if (!isAlone && !shard.hasRoom(next.line(), shards.limits(), shards.tokens())) {
            return false;
        }
        Admission admission;
        try {
            admission = money.reserve(next.need());
        } catch (BudgetClosedException closed) {
            return unpaid(next, String.valueOf(closed.getMessage()));
        }
        return switch (admission) {
            case Admission.Granted(Reservation reservation) -> {
                var item = new BatchItem<I>(next.name(), next.fingerprint(), reservation, 1, Spend.NONE);
                item.setPlace(next.index(), remembered(next.input()));
                shard.add(item, next.line());
                shards.put(shard, item);
                yield true;
            }
            case Admission.Contended contended -> false;
            case Admission.Exhausted exhausted -> unpaid(next, exhausted.message());
        };
    }

    /** The handover stops the run. */
    private boolean unpaid(Pending<I> next, String why) {
        end(next, new Outcome.Skipped<>(new Skip(Skip.Kind.BUDGET, why, List.of())));
        return true;
    }

    private @Nullable I remembered(I input) {
        return terms.call().judgesByInput() ? input : null;
    }

    /** What of an input is still to be done; null if it is handed over already, or under way since another session. */
    private @Nullable Pending<I> prepare(I input, String name, long index) throws InterruptedException {
        handover.admitted(name);
        Attached attached = attachments.of(name, terms.bulk().type(), input, aside);
        attachments.release(name);
        return switch (attached) {
            case Attached.Made made -> prepare(input, made, name, index);
            case Attached.Unmade(Failure failure) -> ended(index, name, new Outcome.Failed<>(failure), false);
        };
    }

    private @Nullable Pending<I> prepare(I input, Attached.Made attached, String name, long index)
            throws InterruptedException {
        Fingerprint fingerprint = terms.fingerprints().of(terms.bulk().type(), input, attached);
        Optional<Outcome<O>> earlier = earlier(name, fingerprint);
        if (earlier.isPresent()) {
            return ended(index, name, earlier.get(), true);
        }
        try {
            ModelRequest request = terms.call().request(input, attached);
            String line = client.line(BatchItem.customId(name, fingerprint), request);
            var next = new Pending<>(
                    index, name, fingerprint, input, line, terms.pool().worstCase(request));
            return isUnderWay(next) ? null : next;
        } catch (UnrecordedException | JournalException | BrokenInputException | IllegalArgumentException ofTheRun) {
            throw ofTheRun;
        } catch (UserCode.LateException late) {
            handover.stop(BulkSummary.Stop.DEADLINE);
            return ended(index, name, new Outcome.Skipped<>(handover.notStarted()), false);
        } catch (InterruptedException cancel) {
            throw cancel;
        } catch (JsonException unfit) {
            return ended(index, name, Outcome.failed(Failure.Kind.INVALID_INPUT, SingleCall.reason(unfit)), false);
        } catch (Throwable broken) { // whatever a client is made of: it fails this item alone
            String place = "the client of model '%s'".formatted(terms.pool().model());
            terms.bulk().runs().faults().warn(place, broken);
            var failure = Failure.thrown(Failure.Kind.MODEL_FAILED, broken, place);
            return ended(index, name, new Outcome.Failed<>(failure), false);
        }
    }

    /** Of an input that needs no shard. */
    private @Nullable Pending<I> ended(long index, String name, Outcome<O> outcome, boolean recorded) {
        handover.ended(new BulkItem<>(index, name, outcome, Spend.NONE, recorded));
        return null;
    }

    private Optional<Outcome<O>> earlier(String name, Fingerprint fingerprint) {
        JsonType<O> output = terms.bulk().type().outputType();
        return terms.record()
                .recall(JournalKey.of(terms.runId(), name), fingerprint, WorkRecord.form(output))
                .map(value -> new Outcome.Succeeded<>(output.rawType().cast(value)));
    }

    private boolean isUnderWay(Pending<I> next) {
        Optional<OpenShards.Place<I>> place = shards.place(next.name());
        if (place.isEmpty()) {
            return false;
        }
        BatchItem<I> item = place.get().item();
        if (item.hasPlace()) {
            throw new BrokenInputException(Bulk.twoShare(next.name(), next.index()));
        }
        if (!item.fingerprint.equals(next.fingerprint())) {
            return false; // it has changed since: the answer to the old one is paid, but not wanted
        }
        item.setPlace(next.index(), remembered(next.input()));
        place.get().shard().learn(item, next.line());
        return true;
    }

    /** An input that was pulled and found no room until the time was up, and one that comes when the stream is stopped. */
    void giveUp() {
        if (pulling != null) {
            aside.stop(List.of(pulling));
            if (result(pulling) instanceof InputPuller.Pull.Next<I>(long index, String key, I input)) {
                handover.admitted(key);
                var unused = ended(index, key, new Outcome.Skipped<>(handover.notStarted()), false);
            }
            pulling = null; // what the stream throws then may be of the interrupt
        }
        Pending<I> untried = held;
        held = null;
        if (untried != null) {
            end(untried, new Outcome.Skipped<>(handover.notStarted()));
        }
    }

    private void end(Pending<I> item, Outcome<O> outcome) {
        handover.ended(new BulkItem<>(item.index(), item.name(), outcome, Spend.NONE, false));
    }
}
