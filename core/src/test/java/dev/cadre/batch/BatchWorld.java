// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Ledger;
import dev.cadre.budget.Reservation;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry.ShardFact;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.Tier;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.run.StopReason;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A bulk by batches in a world of its own: a stream, a journal, a budget and a provider that one seed makes. Sessions are
 * killed between any two commands, and followed by another one, until one of them has all items.
 */
final class BatchWorld {
    private static final int MOST_SESSIONS = 200;

    /** The session was killed. */
    private static final class KilledException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** The record of one shard, as it is durable. */
    private static final class Recorded {
        String token = "";
        long tokens;
        String file = "";
        String batch = "";
        final Map<String, Money> open = new LinkedHashMap<>();
    }

    private final SplittableRandom dice;
    private final SimulatedBatches provider;
    private final Set<String> phenomena = new TreeSet<>();
    private final int items;
    private final Money limit;
    private final BatchLimits limits;
    private final double killChance;
    private int killsLeft;
    private final Map<Integer, Recorded> shards = new TreeMap<>();
    private final Set<String> succeeded = new TreeSet<>();
    private Money booked = Money.ZERO;
    private long now;
    private int sessions;

    BatchWorld(long seed) {
        dice = new SplittableRandom(seed);
        provider = new SimulatedBatches(dice.split(), dice.nextInt(3) * 0.7, phenomena);
        items = 1 + dice.nextInt(25);
        limit = Money.ofPico(SimulatedBatches.PRICE_PICO * 100 * (dice.nextInt(4) == 0 ? items : items * 40L));
        limits = new BatchLimits(
                1 + dice.nextInt(8), 100 + dice.nextInt(2_000), 20 + dice.nextInt(500), 1 + dice.nextInt(4));
        killChance = 0.02 * dice.nextDouble();
        killsLeft = dice.nextInt(12);
        now = dice.nextLong(1L << 60);
    }

    /** Lives until all items have ended; returns what was met. */
    Set<String> live() {
        while (sessions++ < MOST_SESSIONS) {
            try {
                if (new Session().isLast()) {
                    assertThat(spent().isMoreThan(limit)).isFalse();
                    return phenomena;
                }
            } catch (KilledException killed) {
                phenomena.add("kill");
            }
            requireBooksHold();
            now += Duration.ofSeconds(1 + dice.nextInt(7_200)).toNanos();
        }
        throw new AssertionError("no session has come to the end");
    }

    /** What is on record as spent, the worst case of what is open included. */
    private Money spent() {
        return shards.values().stream()
                .flatMap(shard -> shard.open.values().stream())
                .reduce(booked, Money::plus);
    }

    private void requireBooksHold() {
        assertThat(provider.billed().isMoreThan(spent()))
                .as("billed above the report")
                .isFalse();
        assertThat(spent().isMoreThan(limit))
                .as("the record is above the limit")
                .isFalse();
    }

    private void mayBeKilled() {
        if (killsLeft > 0 && dice.nextDouble() < killChance) {
            killsLeft--;
            throw new KilledException();
        }
    }

    private static String name(long index) {
        return "T" + index;
    }

    private static Fingerprint print(String name) {
        return Fingerprint.of(name);
    }

    /** One session. */
    private final class Session implements BatchGate {
        private final Ledger ledger;
        private final BatchMachine machine;
        private final Map<String, Integer> handedOver = new HashMap<>();
        private final Map<Shard, Integer> lines = new HashMap<>();
        private long next;
        private StopReason stop = new StopReason.EndOfInput();

        Session() {
            Money open = shards.values().stream()
                    .filter(shard -> !shard.file.isEmpty())
                    .flatMap(shard -> shard.open.values().stream())
                    .reduce(Money.ZERO, Money::plus);
            shards.values().stream().filter(shard -> shard.file.isEmpty()).forEach(shard -> shard.open.clear());
            ledger = Ledger.of(limit, spent().minus(open));
            int nextShard = shards.isEmpty()
                    ? 0
                    : shards.keySet().stream().mapToInt(n -> n).max().getAsInt() + 1;
            machine = new BatchMachine(
                    new BatchMachine.Settings(
                            "run",
                            "label",
                            Tier.NANO,
                            "nano",
                            false,
                            limits,
                            nextShard,
                            now,
                            now + Duration.ofHours(48).toNanos()),
                    this,
                    dice.split());
            shards.forEach((number, shard) -> {
                if (!shard.open.isEmpty()) {
                    adopt(number, shard);
                }
            });
        }

        private void adopt(int number, Recorded shard) {
            phenomena.add(shard.batch.isEmpty() ? "shard in doubt after a kill" : "batch of an earlier session");
            var adopted = new ArrayList<BatchItem>();
            shard.open.forEach(
                    (name, reserved) -> adopted.add(new BatchItem(name, print(name), granted(reserve(reserved)))));
            machine.on(
                    new BatchEvent.Adopted(number, shard.token, shard.tokens, shard.file, shard.batch, adopted), now);
        }

        private static Reservation granted(Admission admission) {
            return ((Admission.Granted) admission).reservation();
        }

        @Override
        public Admission reserve(Money worstCase) {
            return ledger.reserve(worstCase);
        }

        @Override
        public Optional<AttemptEvent.Bill> price(ModelException.Billed billed, Money reserved) {
            Money cost = Money.ofPico(billed.usage().inputTokens() * SimulatedBatches.PRICE_PICO);
            return Optional.of(new AttemptEvent.Bill(Spend.settled(cost, billed.usage()), null));
        }

        @Override
        public Optional<ModelException> stoppedBy() {
            return Optional.empty();
        }

        /** Whether all items are handed over in it. */
        boolean isLast() {
            List<BatchCommand> commands = machine.start(now);
            while (!(commands.getLast() instanceof BatchCommand.Finish)) {
                commands = machine.on(perform(commands), now);
            }
            commands.forEach(this::perform);
            machine.itemsInShards().forEach(item -> item.money().forfeit());
            for (long index = 0; index < next; index++) {
                assertThat(handedOver.getOrDefault(name(index), 0))
                        .as("%s is handed over once, by a session that ended as %s", name(index), stop)
                        .isEqualTo(1);
            }
            return stop.isOpen() && next == items || stop instanceof StopReason.Budget;
        }

        private BatchEvent.Answer perform(List<BatchCommand> commands) {
            for (BatchCommand command : commands) {
                mayBeKilled();
                if (command instanceof BatchCommand.Ask ask) {
                    return answer(ask);
                }
                perform(command);
            }
            throw new AssertionError("nothing is asked for: " + commands);
        }

        private BatchEvent.Answer answer(BatchCommand.Ask ask) {
            try {
                BatchEvent.Answer answer = ask(ask);
                requireBooksHold();
                return answer;
            } catch (ModelException failure) {
                return new BatchEvent.Failed(failure);
            }
        }

        private BatchEvent.Answer ask(BatchCommand.Ask ask) {
            now += Duration.ofMillis(dice.nextInt(1_000)).toNanos();
            return switch (ask) {
                case BatchCommand.AskLimits limits -> new BatchEvent.Offered(BatchLimits.of(6, 1_000));
                case BatchCommand.Pull(long untilNanos) -> pull(untilNanos);
                case BatchCommand.RefuseName refused -> throw new AssertionError(refused);
                case BatchCommand.Announce(Shard shard) -> announce(shard);
                case BatchCommand.Note(Shard shard, ShardFact fact) -> note(shards.get(shard.number()), fact);
                case BatchCommand.Upload(Shard shard) -> {
                    assertThat(lines.getOrDefault(shard, 0))
                            .as("lines of a shard")
                            .isEqualTo(shard.items().size());
                    List<String> ids =
                            shard.items().stream().map(BatchItem::customId).toList();
                    yield new BatchEvent.Uploaded(provider.upload(ids, now));
                }
                case BatchCommand.Create(Shard shard) -> {
                    Batch batch = provider.create(shard.fileId(), shard.token(), now);
                    yield new BatchEvent.Stands(batch);
                }
                case BatchCommand.Find find -> {
                    var found = new HashMap<Shard, Batch>();
                    for (Batch batch : provider.list(now)) {
                        find.shardOf(batch, batch.metadata().get("token")).ifPresent(shard -> found.put(shard, batch));
                    }
                    yield new BatchEvent.Found(found);
                }
                case BatchCommand.Discard(Shard shard) -> {
                    phenomena.add("shard given up");
                    provider.discard(shard.fileId(), now);
                    yield new BatchEvent.Done();
                }
                case BatchCommand.Retrieve(String id) -> new BatchEvent.Stands(provider.retrieve(id, now));
                case BatchCommand.Read(Batch batch) -> read(batch);
                case BatchCommand.Reject reject -> throw new AssertionError(reject);
                case BatchCommand.Cancel(List<String> ids) -> {
                    ids.forEach(id -> provider.cancel(id, now));
                    yield new BatchEvent.Done();
                }
                case BatchCommand.Pause(Duration pause) -> {
                    now = Math.min(now + pause.toNanos(), Math.max(now, machine.untilNanos()));
                    yield new BatchEvent.Done();
                }
                case BatchCommand.Flush flush -> new BatchEvent.Done();
            };
        }

        private BatchEvent.Answer pull(long untilNanos) {
            if (next == items) {
                return new BatchEvent.InputEnded();
            }
            if (untilNanos != BatchCommand.Pull.PATIENT && dice.nextInt(4) == 0) {
                now = Math.max(now, untilNanos);
                return new BatchEvent.NothingYet();
            }
            long index = next++;
            String name = name(index);
            if (succeeded.contains(name)) {
                handedOver.merge(name, 1, Integer::sum);
                return new BatchEvent.Passed();
            }
            Money worst = Money.ofPico(SimulatedBatches.PRICE_PICO * 100);
            return new BatchEvent.Arrived(index, name, print(name), 1 + dice.nextInt(90), worst);
        }

        private BatchEvent.Answer announce(Shard shard) {
            var recorded = new Recorded();
            recorded.token = shard.token();
            recorded.tokens = shard.tokens();
            shard.items().forEach(item -> recorded.open.put(item.name(), item.reserved()));
            shards.put(shard.number(), recorded);
            return new BatchEvent.Done();
        }

        private BatchEvent.Answer note(Recorded shard, ShardFact fact) {
            switch (fact) {
                case ShardFact.Announced announced -> throw new AssertionError(announced);
                case ShardFact.Uploaded(String file) -> shard.file = file;
                case ShardFact.TurnedAway turnedAway -> shard.file = "";
                case ShardFact.Created(String batch) -> shard.batch = batch;
            }
            return new BatchEvent.Done();
        }

        private BatchEvent.Answer read(Batch batch) {
            for (@Nullable BatchAnswer answer : provider.read(batch.id())) {
                if (answer == null) {
                    if (dice.nextBoolean()) {
                        throw new ModelException.TimedOut("the reading broke off", Charge.UNKNOWN);
                    }
                    return new BatchEvent.ReadEnded(false);
                }
                for (BatchCommand command : machine.on(new BatchEvent.Answered(answer), now)) {
                    mayBeKilled();
                    perform(command);
                }
            }
            return new BatchEvent.ReadEnded(true);
        }

        private void perform(BatchCommand command) {
            switch (command) {
                case BatchCommand.Judge(BatchItem item, var reply) ->
                    machine.on(new BatchEvent.Judged(item, reply, new Outcome.Succeeded<>("{}")), now)
                            .forEach(this::perform);
                case BatchCommand.Settle(Shard shard, BatchItem item, Spend spend) -> settle(shard, item, spend);
                case BatchCommand.End(Shard shard, BatchItem item, Spend spend, Spend total, Outcome<?> outcome) -> {
                    if (outcome.isSucceeded()) {
                        succeeded.add(item.name());
                    }
                    settle(shard, item, spend);
                    if (item.hasPlace()) {
                        handedOver.merge(item.name(), 1, Integer::sum);
                    }
                }
                case BatchCommand.Release(BatchItem item) -> item.money().release();
                case BatchCommand.HandOver over -> handedOver.merge(over.name(), 1, Integer::sum);
                case BatchCommand.Stop(StopReason reason) -> stop = reason;
                case BatchCommand.WriteLine write -> lines.merge(write.shard(), 1, Integer::sum);
                case BatchCommand.CopyLine copy -> lines.merge(copy.to(), 1, Integer::sum);
                default -> {}
            }
        }

        private void settle(Shard shard, BatchItem item, Spend spend) {
            shards.get(shard.number()).open.remove(item.name());
            booked = booked.plus(spend.total());
            if (spend.attempts() == 0) {
                item.money().release();
            } else if (spend.estimated()) {
                item.money().forfeit();
            } else {
                item.money().settle(spend.settled());
            }
        }
    }
}
