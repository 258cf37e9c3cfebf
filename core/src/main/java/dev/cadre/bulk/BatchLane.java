// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.batch.BatchCommand;
import dev.cadre.batch.BatchEvent;
import dev.cadre.batch.BatchGate;
import dev.cadre.batch.BatchItem;
import dev.cadre.batch.BatchMachine;
import dev.cadre.batch.Shard;
import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ServiceTier;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.run.AttemptEvents;
import dev.cadre.run.EventSink;
import dev.cadre.run.UserCode;
import dev.cadre.schedule.RungThreads;
import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a {@link Bulk} by batches: performs what a {@link BatchMachine} decides, with the provider, the journal,
 * the stream and the caller. All but pulling and the last cancelling happens on one thread.
 */
final class BatchLane<I, O> {
    private static final String TOKEN = "cadre_shard";

    private final BatchTerms<I, O> terms;
    private final GuardedBatches client;
    private final LaneClock time;
    private final ShardRecord record;
    private final BulkProgress<O> progress;
    private final RungThreads threads;
    private final UserCode aside;
    private final EndedItems<O> ended;
    private final AttemptEvents attempts;

    BatchLane(BatchTerms<I, O> terms, Consumer<? super BulkItem<O>> each) {
        this.terms = terms;
        time = terms.time();
        record = new ShardRecord(terms.record(), terms.asked());
        progress = new BulkProgress<>(terms.bulk(), time::sinceStart, each);
        threads = new RungThreads(terms.runId());
        aside = time.aside(threads, this::left);
        client = new GuardedBatches(
                terms.client(), aside, time, terms.bulk().runs().faults());
        ended = new EndedItems<>(record, terms.bulk().type().outputType(), progress);
        attempts = new AttemptEvents(new EventSink(terms.runId(), time::sinceStart, progress::tell));
    }

    private void left(String owner, String thread) {
        progress.tell(new RunEvent.WorkAbandoned(terms.runId(), time.sinceStart(), owner, thread));
    }

    BulkSummary run(Iterator<? extends I> inputs) throws InterruptedException {
        Money limit = terms.budget().limit();
        List<ShardRecord.Open> left = leftByEarlierSessions();
        Money leftReserved = left.stream().map(ShardRecord.Open::reserved).reduce(Money.ZERO, Money::plus);
        int leftCalls = left.stream().mapToInt(shard -> shard.requests().size()).sum();
        Spend before = terms.record().spent().withoutForfeited(leftReserved, leftCalls);
        terms.record().started(terms.bulk().type().name(), limit);
        progress.started(limit, terms.bulk().shutdowns());
        Money opened = before.total().atMost(limit);
        Spend session = Spend.NONE;
        boolean isWhole = false;
        Session work = null;
        try (var lines = new ShardLines();
                BudgetGuard money = terms.budget().open(opened)) {
            try {
                work = new Session(inputs, lines, money);
                left.forEach(work::adopt);
                work.drive();
                isWhole = work.inputTrouble == null;
            } finally {
                threads.close();
                if (work != null) {
                    work.forfeit();
                }
                session = progress.tally().session(money.state(), opened);
                if (!isWhole) {
                    progress.runEnded("failed", before.plus(session).total());
                }
            }
        }
        if (work.inputTrouble != null) {
            throw BulkRun.<RuntimeException>asThrown(work.inputTrouble);
        }
        progress.recordEnd(terms.record());
        progress.runEnded(before.plus(session).total());
        return progress.summary(
                new BulkSummary.Costs(
                        before, session, limit, Money.ZERO, progress.tally().breaches()),
                time.trouble().stream().toList());
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

    /** The lane while its money is open. */
    private final class Session implements BatchGate {
        private final BatchInputs<I, O> inputs;
        private final ShardLines lines;
        private final BudgetGuard money;
        private final BatchMachine machine;
        /** What the stream, or the naming of an input, threw. */
        private @Nullable Throwable inputTrouble;

        private boolean isClosing;
        private boolean isInterrupted;
        /** Whether there was no time to judge an answer. */
        private boolean isLate;

        Session(Iterator<? extends I> stream, ShardLines lines, BudgetGuard money) {
            this.lines = lines;
            this.money = money;
            inputs = new BatchInputs<>(terms, stream, aside, client, progress);
            var settings = new BatchMachine.Settings(
                    terms.runId(),
                    terms.bulk().type().name(),
                    terms.asked().tier(),
                    terms.asked().model(),
                    terms.call().judgesByInput(),
                    terms.bulk().batchLimits(),
                    record.nextShard(),
                    time.startNanos(),
                    time.untilNanos());
            machine = new BatchMachine(settings, this, new SecureRandom());
        }

        @Override
        public Admission reserve(Money worstCase) {
            return new FetchedMoney(money, time).reserve(worstCase);
        }

        @Override
        public Optional<AttemptEvent.Bill> price(ModelException.Billed billed, Money reserved) {
            return terms.pool().cost(billed, ServiceTier.BATCH, reserved).map(cost -> {
                Money excess = cost.minus(cost.atMost(reserved));
                return new AttemptEvent.Bill(
                        Spend.settled(cost, billed.usage()),
                        terms.pool().breach(billed, excess).orElse(null));
            });
        }

        @Override
        public Optional<ModelException> stoppedBy() {
            return terms.pool().stoppedBy();
        }

        void adopt(ShardRecord.Open left) {
            var items = new ArrayList<BatchItem>();
            for (JournalEntry.Enqueued request : left.requests()) {
                if (!(reserve(request.reserved()) instanceof Admission.Granted(Reservation reservation))) {
                    throw new IllegalArgumentException(
                            "the budget of %s does not cover what is under way in batches: %s"
                                    .formatted(terms.budget().limit(), left.reserved()));
                }
                items.add(new BatchItem(request.key().subtask(), request.fingerprint(), reservation));
            }
            next(new BatchEvent.Adopted(
                            left.number(), left.token(), left.tokens(), left.fileId(), left.batchId(), items))
                    .forEach(this::perform);
        }

        /**
         * Books the worst case of every item that is still in a shard: the run ends, and what becomes of it is for the next
         * session to find out.
         */
        void forfeit() {
            machine.itemsInShards().forEach(item -> item.money().forfeit());
        }

        void drive() throws InterruptedException {
            Throwable trouble = null;
            List<BatchCommand> commands = machine.start(time.nanoTime());
            while (!(commands.getLast() instanceof BatchCommand.Finish)) {
                BatchEvent.Answer answer;
                try {
                    answer = perform(commands);
                } catch (InterruptedException again) {
                    trouble = isClosing ? trouble : again;
                    isInterrupted |= isClosing;
                    answer = new BatchEvent.Cancelled();
                } catch (Throwable broken) { // code of the user: what is under way is stopped all the same
                    if (isClosing) {
                        throw broken;
                    }
                    trouble = broken;
                    answer = new BatchEvent.Cancelled();
                }
                if (trouble != null) {
                    progress.mute();
                }
                commands = next(answer);
            }
            perform(commands);
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
            if (trouble instanceof InterruptedException cancelled) {
                throw cancelled;
            }
            if (trouble != null) {
                throw BulkRun.<RuntimeException>asThrown(trouble);
            }
        }

        private List<BatchCommand> next(BatchEvent event) {
            List<BatchCommand> commands = machine.on(event, time.nanoTime());
            time.limit(machine.untilNanos());
            return commands;
        }

        private BatchEvent.Answer perform(List<BatchCommand> commands) throws InterruptedException {
            try {
                for (BatchCommand command : commands) {
                    if (command instanceof BatchCommand.Ask ask) {
                        flush();
                        return ask(ask);
                    }
                    perform(command);
                }
                flush();
                return new BatchEvent.Done();
            } catch (ModelException failure) {
                return new BatchEvent.Failed(failure);
            } catch (JournalException | UnrecordedException failure) {
                return new BatchEvent.Unrecorded(UnrecordedException.of("an item", failure));
            } catch (BatchInputs.BrokenInputException broken) {
                inputTrouble = broken.why;
                progress.broke("stream or key", broken.why);
                return new BatchEvent.InputBroke();
            }
        }

        private BatchEvent.Answer ask(BatchCommand.Ask ask) throws InterruptedException {
            return switch (ask) {
                case BatchCommand.AskLimits limits -> new BatchEvent.Offered(client.limits());
                case BatchCommand.Pull(long untilNanos) -> inputs.pull(untilNanos);
                case BatchCommand.RefuseName(String name, long index) ->
                    throw new BatchInputs.BrokenInputException(InputPuller.twoShare(name, index));
                case BatchCommand.Announce(Shard shard) -> done(() -> record.announce(shard));
                case BatchCommand.Note(Shard shard, var fact) -> done(() -> record.note(shard, fact));
                case BatchCommand.Upload(Shard shard) -> new BatchEvent.Uploaded(client.upload(lines.path(shard)));
                case BatchCommand.Create(Shard shard) ->
                    new BatchEvent.Stands(
                            client.create(shard.fileId(), Map.of("cadre_run", terms.runId(), TOKEN, shard.token())));
                case BatchCommand.Find find -> new BatchEvent.Found(found(find));
                case BatchCommand.Discard(Shard shard) -> {
                    client.discard(shard.fileId());
                    yield new BatchEvent.Done();
                }
                case BatchCommand.Retrieve(String id) -> new BatchEvent.Stands(client.retrieve(id));
                case BatchCommand.Read(Batch batch) -> {
                    isLate = false;
                    yield new BatchEvent.ReadEnded(client.read(batch, this::take));
                }
                case BatchCommand.Reject(Batch batch) ->
                    throw new BatchRejectedException(batch, terms.bulk().runs()::masked);
                case BatchCommand.Cancel(List<String> ids) -> {
                    client.cancel(ids);
                    yield new BatchEvent.Done();
                }
                case BatchCommand.Pause(var pause) -> {
                    time.pause(pause);
                    yield new BatchEvent.Done();
                }
                case BatchCommand.Flush flush -> new BatchEvent.Done();
            };
        }

        private static BatchEvent.Done done(Runnable work) {
            work.run();
            return new BatchEvent.Done();
        }

        private Map<Shard, Batch> found(BatchCommand.Find find) throws InterruptedException {
            var found = new HashMap<Shard, Batch>();
            client.list(batch -> {
                find.shardOf(batch, batch.metadata().getOrDefault(TOKEN, ""))
                        .ifPresent(shard -> found.put(shard, batch));
                return found.size() < find.shards().size();
            });
            return found;
        }

        /** Whether there is time for more. */
        private boolean take(BatchAnswer answer) {
            next(new BatchEvent.Answered(answer)).forEach(this::perform);
            return !isLate && !time.isUp();
        }

        private void perform(BatchCommand command) {
            switch (command) {
                case BatchCommand.Settle settle -> ended.add(settle);
                case BatchCommand.End end -> {
                    inputs.forget(end.item());
                    ended.add(end.maskedBy(terms.bulk().runs()::masked));
                }
                case BatchCommand.Judge(BatchItem item, ModelReply reply) ->
                    judge(item, reply.maskedBy(terms.bulk().runs()::masked));
                case BatchCommand.Tell(var attempt) -> attempts.on(attempt);
                case BatchCommand.CountBatch count -> progress.submitted();
                case BatchCommand.WriteLine write -> inputs.write(write, lines);
                case BatchCommand.CopyLine(Shard from, var line, Shard to, var copy) ->
                    lines.copy(from, line, to, copy);
                case BatchCommand.CloseLines(Shard shard) -> lines.close(shard);
                case BatchCommand.Release(BatchItem item) -> item.money().release();
                case BatchCommand.HandOver over -> handOver(over);
                case BatchCommand.Stop(var reason) -> progress.stopped(reason);
                case BatchCommand.LeaveInput(var skip) -> {
                    isClosing = true;
                    isInterrupted |= Thread.interrupted();
                    inputs.leave(skip);
                }
                case BatchCommand.Finish finish -> {}
                case BatchCommand.Ask ask -> throw new IllegalArgumentException(ask + " has an answer");
            }
            if (ended.isFull()) {
                flush();
            }
        }

        private void flush() {
            ended.flush(failure -> next(new BatchEvent.EndUnrecorded(failure)).forEach(this::perform));
        }

        @SuppressWarnings("unchecked") // it is of this run's type
        private void handOver(BatchCommand.HandOver over) {
            progress.ended(new BulkItem<>(
                    over.index(), over.name(), (Outcome<O>) over.outcome(), over.spend(), Origin.SESSION));
        }

        /** An answer that the rules did not judge in time is read again by a later session. */
        private void judge(BatchItem item, ModelReply reply) {
            try {
                Outcome<O> outcome = terms.call().judgesByInput()
                        ? aside.call(item.name(), "rules", terms.bulk().type(), () -> outcome(item, reply))
                        : outcome(item, reply);
                next(new BatchEvent.Judged(item, reply, outcome)).forEach(this::perform);
            } catch (UserCode.LateException late) {
                isLate = true;
            } catch (InterruptedException cancel) {
                Thread.currentThread().interrupt();
                isLate = true;
            } catch (ExecutionException broken) {
                throw new IllegalStateException(broken);
            }
        }

        private Outcome<O> outcome(BatchItem item, ModelReply reply) {
            try {
                return terms.call().outcome(inputs.of(item), reply);
            } catch (Throwable broken) { // an item's own fault must not end the others
                return new Outcome.Failed<>(Failure.thrown(
                        Failure.Kind.CODE_FAILED,
                        broken,
                        "subtask type '%s'".formatted(terms.bulk().type().name())));
            }
        }
    }
}
