// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.bulk.InputPuller.Pull;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.json.Json;
import dev.cadre.model.Tier;
import dev.cadre.price.Spend;
import dev.cadre.record.KnownWork;
import dev.cadre.record.RunRecord;
import dev.cadre.record.UnrecordableException;
import dev.cadre.schedule.RunInput;
import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import dev.cadre.worker.SubtaskWorker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Several items in one call. An item that the answer lacks, has twice or has in a form or with a content that its type does
 * not accept is left to be asked by itself, and so are all of a call that failed in a way that may be of one of them.
 */
final class PackRun<I, O> {
    /** An item, and what is known of it. */
    record Member<I>(Pull.Next<I> next, KnownWork work) {
        /** It bears a part of the cost of a call. */
        void bears(Spend share) {
            work.record().ifPresent(kept -> kept.shares(share));
            work.counted(share);
        }
    }

    /** An item as it is sent. */
    record Packed<I>(Member<I> member, Json input) {}

    private final ItemTerms<I, O> terms;
    private final SubtaskType<I, O> type;
    private final List<Packed<I>> packed;
    private final List<Member<I>> members;
    private final Consumer<ItemEnd<I, O>> hearer;
    private final Consumer<UnrecordedException> unrecorded;
    /** Ends that are on their way to the disk. */
    private final List<ItemEnd<I, O>> pending = new ArrayList<>();

    private final List<CompletableFuture<Void>> written = new ArrayList<>();
    private boolean isUnrecorded;
    private boolean isInterrupted;
    /** On which the call was made last. */
    private Tier tier;

    /**
     * @param hearer hears of each item when its end is durable
     * @param unrecorded hears before that what could not be made durable
     */
    PackRun(
            ItemTerms<I, O> terms,
            List<Packed<I>> packed,
            Consumer<ItemEnd<I, O>> hearer,
            Consumer<UnrecordedException> unrecorded) {
        this.terms = terms;
        this.type = terms.type();
        this.packed = List.copyOf(packed);
        members = packed.stream().map(Packed::member).toList();
        this.hearer = hearer;
        this.unrecorded = unrecorded;
        tier = type.tiers().start();
    }

    void run() {
        SubtaskType<Json, Json> call = terms.pack().call(members.size());
        Pull.Next<I> first = members.get(0).next();
        ItemRun<Json, Json> run = terms.item(
                call,
                first.key(),
                first.index(),
                KnownWork.of(terms.record().map(record -> record.shared(first.key(), call)), Optional.empty()),
                this::tell);
        Outcome<Json> outcome =
                run.run(PackedType.input(packed.stream().map(Packed::input).toList()));
        run.unrecorded().ifPresent(this::unrecorded);
        List<Spend> shares = run.spend().split(members.size());
        List<Optional<O>> answers = outcome instanceof Outcome.Succeeded<Json>(Json answer)
                ? terms.pack().answers(answer, members.size())
                : List.of();
        for (int item = 0; item < members.size(); item++) {
            Member<I> member = members.get(item);
            Spend share = shares.get(item);
            member.bears(share);
            pending.add(
                    isOfAll(outcome, run)
                            ? new ItemEnd.Ended<>(member.next(), without(outcome), share, Origin.SESSION, run.outage())
                            : answers.isEmpty()
                                    ? new ItemEnd.Alone<>(member.next(), share)
                                    : ended(member, answers.get(item), share));
            if (!type.acceptances().isEmpty()) {
                tellPending(); // the next rule may never come back
            }
        }
        tellPending();
    }

    private void unrecorded(UnrecordedException because) {
        isUnrecorded = true;
        unrecorded.accept(because);
    }

    /** Its events are those of each of the items. */
    private void tell(RunEvent event) {
        switch (event) {
            case RunEvent.RungStarted(var runId, var at, var key, var on) -> {
                tier = on;
                members.forEach(member -> terms.sink()
                        .accept(new RunEvent.RungStarted(
                                runId, at, member.next().key(), on)));
            }
            case RunEvent.RungEnded(var runId, var at, var key, var on, var failure) ->
                members.forEach(member -> terms.sink()
                        .accept(new RunEvent.RungEnded(runId, at, member.next().key(), on, failure)));
            default -> terms.sink().accept(event);
        }
    }

    /** Whether to ask for the items one by one would end in the same way, or in none. */
    private boolean isOfAll(Outcome<Json> outcome, ItemRun<Json, Json> run) {
        return run.outage().isPresent()
                || isUnrecorded
                || switch (outcome) {
                    case Outcome.Succeeded<Json> succeeded -> false;
                    case Outcome.Failed<Json>(Failure failure) ->
                        failure.kind() == Failure.Kind.DEADLINE || failure.kind() == Failure.Kind.CANCELLED;
                    case Outcome.Skipped<Json>(Skip skip) -> skip.kind() != Skip.Kind.BUDGET;
                };
    }

    private Outcome<O> without(Outcome<Json> outcome) {
        return switch (outcome) {
            case Outcome.Failed<Json>(Failure failure) -> new Outcome.Failed<>(failure);
            case Outcome.Skipped<Json>(Skip skip) -> new Outcome.Skipped<>(skip);
            case Outcome.Succeeded<Json> lost ->
                Outcome.failed(Failure.Kind.CANCELLED, "its answer could not be recorded");
        };
    }

    private ItemEnd<I, O> ended(Member<I> member, Optional<O> answer, Spend share) {
        if (answer.isEmpty()) {
            return new ItemEnd.Alone<>(member.next(), share);
        }
        if (isInterrupted) {
            return notJudged(member, share);
        }
        try {
            Optional<Failure> broken = SubtaskWorker.broken(
                    type,
                    member.next().input(),
                    answer.get(),
                    terms.threads(),
                    terms.threads().name(member.next().key() + "/rules"));
            if (broken.isPresent() && broken.get().kind() == Failure.Kind.NOT_ACCEPTED) {
                return new ItemEnd.Alone<>(member.next(), share);
            }
            return new ItemEnd.Ended<>(
                    member.next(),
                    broken.<Outcome<O>>map(Outcome.Failed::new).orElseGet(() -> recorded(member, answer.get())),
                    share,
                    Origin.SESSION,
                    Optional.empty());
        } catch (InterruptedException cancel) {
            isInterrupted = true;
            return notJudged(member, share);
        }
    }

    private ItemEnd<I, O> notJudged(Member<I> member, Spend share) {
        boolean isLate = terms.means().times().cut().get().orElse(null) instanceof RunInput.WorkTimeUp;
        Outcome<O> outcome = Outcome.failed(
                isLate ? Failure.Kind.DEADLINE : Failure.Kind.CANCELLED,
                "its answer was not judged by the rules of its type before the run ended");
        return new ItemEnd.Ended<>(member.next(), outcome, share, Origin.SESSION, Optional.empty());
    }

    private Outcome<O> recorded(Member<I> member, O answer) {
        if (member.work().record().isEmpty()) {
            return new Outcome.Succeeded<>(answer);
        }
        try {
            RunRecord.Made<Object> made = member.work().record().get().answered(answer);
            written.add(made.durable());
            return new Outcome.Succeeded<>(type.outputType().rawType().cast(made.value()));
        } catch (UnrecordableException unfit) {
            return Outcome.failed(Failure.Kind.INVALID_OUTPUT, "its output is lost: " + unfit.getMessage());
        }
    }

    /** Waits until what is pending is durable: nobody sees an end before it is. */
    private void tellPending() {
        try {
            ShardRecord.await(written);
            for (ItemEnd<I, O> end : pending) {
                if (end instanceof ItemEnd.Ended<I, O> ended && !isUnrecorded) {
                    workOf(end).ifPresent(work -> end(work, ended.outcome()));
                }
            }
        } catch (UnrecordedException e) {
            unrecorded(e);
        }
        written.clear();
        pending.forEach(hearer);
        pending.clear();
    }

    private void end(KnownWork work, Outcome<O> outcome) {
        work.record().ifPresent(kept -> kept.noted(outcome));
        if (outcome instanceof Outcome.Succeeded<O>(O answer)) {
            work.keep(new RungEnd.Accepted(answer), tier);
        }
    }

    private Optional<KnownWork> workOf(ItemEnd<I, O> end) {
        return members.stream()
                .filter(member -> member.next().index() == end.next().index())
                .findFirst()
                .map(Member::work);
    }
}
