// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.bulk.InputPuller.Pull;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.json.Json;
import dev.cadre.price.Spend;
import dev.cadre.record.RunRecord;
import dev.cadre.record.UnrecordableException;
import dev.cadre.record.WorkRecord;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.SubtaskWorker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Several items in one call. An item that the answer lacks, has twice or has in a form or with a content that its type does
 * not accept is left to be asked by itself, and so are all of a call that failed in a way that may be of one of them.
 */
final class PackRun<I, O> {
    /** An item, and its own record if there is a journal. */
    record Member<I>(Pull.Next<I> next, Optional<WorkRecord> record) {}

    private final ItemTerms<I, O> terms;
    private final SubtaskType<I, O> type;
    private final List<Member<I>> members;
    private final List<ItemEnd<I, O>> ends = new ArrayList<>();
    private final List<CompletableFuture<Void>> written = new ArrayList<>();
    private @Nullable UnrecordedException unrecorded;

    PackRun(ItemTerms<I, O> terms, List<Member<I>> members) {
        this.terms = terms;
        this.type = terms.type();
        this.members = List.copyOf(members);
    }

    /** What could not be recorded of it; to be read when it has ended. */
    Optional<UnrecordedException> unrecorded() {
        return Optional.ofNullable(unrecorded);
    }

    List<ItemEnd<I, O>> run() {
        SubtaskType<Json, Json.Obj> call = terms.pack().call(members.size());
        Pull.Next<I> first = members.get(0).next();
        ItemRun<Json, Json.Obj> run = terms.item(
                call,
                first.key(),
                first.index(),
                terms.record().map(record -> record.shared(first.key(), call)),
                this::tell);
        Outcome<Json.Obj> outcome = run.run(terms.pack()
                .input(members.stream().map(member -> member.next().input()).toList()));
        unrecorded = run.unrecorded().orElse(null);
        List<Spend> shares = run.spend().split(members.size());
        List<Optional<O>> answers = outcome instanceof Outcome.Succeeded<Json.Obj>(Json.Obj answer)
                ? terms.pack().answers(answer, members.size())
                : List.of();
        for (int item = 0; item < members.size(); item++) {
            Member<I> member = members.get(item);
            Spend share = shares.get(item);
            member.record().ifPresent(kept -> kept.shares(share));
            ends.add(
                    isOfAll(outcome, run)
                            ? new ItemEnd.Ended<>(member.next(), without(outcome), share, false, run.outage())
                            : answers.isEmpty()
                                    ? new ItemEnd.Alone<>(member.next(), share)
                                    : ended(member, answers.get(item), share));
        }
        await();
        return ends;
    }

    /** Its events are those of each of the items. */
    private void tell(RunEvent event) {
        switch (event) {
            case RunEvent.RungStarted(var runId, var at, var key, var tier) ->
                members.forEach(member -> terms.sink()
                        .accept(new RunEvent.RungStarted(
                                runId, at, member.next().key(), tier)));
            case RunEvent.RungEnded(var runId, var at, var key, var tier, var failure) ->
                members.forEach(member -> terms.sink()
                        .accept(new RunEvent.RungEnded(runId, at, member.next().key(), tier, failure)));
            default -> terms.sink().accept(event);
        }
    }

    /** Whether to ask for the items one by one would end in the same way, or in none. */
    private boolean isOfAll(Outcome<Json.Obj> outcome, ItemRun<Json, Json.Obj> run) {
        return run.outage().isPresent()
                || unrecorded != null
                || switch (outcome) {
                    case Outcome.Succeeded<Json.Obj> succeeded -> false;
                    case Outcome.Failed<Json.Obj>(Failure failure) ->
                        failure.kind() == Failure.Kind.DEADLINE || failure.kind() == Failure.Kind.CANCELLED;
                    case Outcome.Skipped<Json.Obj>(Skip skip) -> skip.kind() != Skip.Kind.BUDGET;
                };
    }

    private Outcome<O> without(Outcome<Json.Obj> outcome) {
        return switch (outcome) {
            case Outcome.Failed<Json.Obj>(Failure failure) -> new Outcome.Failed<>(failure);
            case Outcome.Skipped<Json.Obj>(Skip skip) -> new Outcome.Skipped<>(skip);
            case Outcome.Succeeded<Json.Obj> lost ->
                Outcome.failed(Failure.Kind.CANCELLED, "its answer could not be recorded");
        };
    }

    private ItemEnd<I, O> ended(Member<I> member, Optional<O> answer, Spend share) {
        if (answer.isEmpty()) {
            return new ItemEnd.Alone<>(member.next(), share);
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
                    false,
                    Optional.empty());
        } catch (InterruptedException cancel) {
            return new ItemEnd.Alone<>(member.next(), share); // if the run goes on, which it does not as a rule
        }
    }

    private Outcome<O> recorded(Member<I> member, O answer) {
        if (member.record().isEmpty()) {
            return new Outcome.Succeeded<>(answer);
        }
        try {
            RunRecord.Made<Object> made = member.record().get().answered(answer);
            written.add(made.durable());
            return new Outcome.Succeeded<>(type.outputType().rawType().cast(made.value()));
        } catch (UnrecordableException unfit) {
            return Outcome.failed(Failure.Kind.INVALID_OUTPUT, "its output is lost: " + unfit.getMessage());
        }
    }

    /** Waits until all answers are durable: nobody sees one before it is. */
    private void await() {
        try {
            ShardRecord.await(written);
            for (int item = 0; item < members.size() && unrecorded == null; item++) {
                if (ends.get(item) instanceof ItemEnd.Ended<I, O> ended) {
                    members.get(item).record().ifPresent(kept -> kept.noted(ended.outcome()));
                }
            }
        } catch (UnrecordedException e) {
            unrecorded = e;
        }
    }
}
