// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Ledger;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry.ShardFact;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.Tier;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BatchMachineTest {
    private final Ledger ledger = Ledger.of(Money.usd("1.00"));
    private final List<BatchCommand> commands = new ArrayList<>();
    private long now;

    private final BatchMachine machine = new BatchMachine(
            new BatchMachine.Settings(
                    "run",
                    "label",
                    Tier.NANO,
                    "nano",
                    false,
                    BatchLimits.of(2, 1_000),
                    0,
                    0,
                    Duration.ofHours(48).toNanos()),
            new BatchGate() {
                @Override
                public Admission reserve(Money worstCase) {
                    return ledger.reserve(worstCase);
                }

                @Override
                public Optional<AttemptEvent.Bill> price(ModelException.Billed billed, Money reserved) {
                    return Optional.empty();
                }

                @Override
                public Optional<ModelException> stoppedBy() {
                    return Optional.empty();
                }
            },
            new SplittableRandom(1));

    private BatchCommand asked() {
        return commands.getLast();
    }

    private BatchMachineTest on(BatchEvent event) {
        commands.addAll(machine.on(event, now));
        return this;
    }

    private BatchMachineTest start() {
        commands.addAll(machine.start(now));
        return on(new BatchEvent.Offered(BatchLimits.of(2, 1_000)));
    }

    private BatchMachineTest arrive(long index) {
        String name = "T" + index;
        return on(new BatchEvent.Arrived(index, name, Fingerprint.of(name), 10, Money.usd("0.10")));
    }

    private List<Class<?>> asks() {
        return commands.stream()
                .filter(BatchCommand.Ask.class::isInstance)
                .<Class<?>>map(Object::getClass)
                .toList();
    }

    private static Batch batch(String id) {
        return new Batch(
                id, Batch.State.OPEN, "file", List.of(), Map.of(), new Batch.Bill(Batch.Bill.UNKNOWN, null), List.of());
    }

    @Test
    void shard_thatIsFull_isOnRecordBeforeItIsUploaded_andItsFileBeforeABatchIsAskedFor() {
        start().arrive(0).arrive(1).arrive(2);
        on(new BatchEvent.Done())
                .on(new BatchEvent.Uploaded("file"))
                .on(new BatchEvent.Done())
                .on(new BatchEvent.Stands(batch("b")));

        assertThat(asks())
                .endsWith(
                        BatchCommand.Announce.class,
                        BatchCommand.Upload.class,
                        BatchCommand.Note.class,
                        BatchCommand.Create.class,
                        BatchCommand.Note.class);
        assertThat(((BatchCommand.Note) asked()).fact()).isEqualTo(new ShardFact.Created("b"));
        assertThat(ledger.openReservations()).isEqualTo(2);
    }

    @Test
    void shard_thatCannotBeRecorded_isNeverSent() {
        start().arrive(0).on(new BatchEvent.InputEnded());
        on(new BatchEvent.Unrecorded(new UnrecordedException("disk full", new IllegalStateException())));

        assertThat(asks()).doesNotContain(BatchCommand.Upload.class);
        assertThat(asked()).isInstanceOf(BatchCommand.Finish.class);
        assertThat(commands).hasAtLeastOneElementOfType(BatchCommand.Release.class);
    }

    @Test
    void batch_whoseReplyIsLost_isLookedForAndNotAskedForAgain() {
        start().arrive(0).on(new BatchEvent.InputEnded());
        on(new BatchEvent.Done())
                .on(new BatchEvent.Uploaded("file"))
                .on(new BatchEvent.Done())
                .on(new BatchEvent.Failed(new ModelException.TimedOut("lost", Charge.UNKNOWN)));
        assertThat(asked()).isEqualTo(new BatchCommand.Pause(Duration.ofSeconds(5)));

        on(new BatchEvent.Done());

        assertThat(asked()).isInstanceOf(BatchCommand.Find.class);
        assertThat(asks()).filteredOn(BatchCommand.Create.class::equals).hasSize(1);
    }

    @Test
    void stream_thatPauses_hasItsInputsSent() {
        start().arrive(0);
        assertThat(asked()).isInstanceOf(BatchCommand.Pull.class);

        now = Duration.ofMinutes(1).toNanos();
        on(new BatchEvent.NothingYet());

        assertThat(asked()).isInstanceOf(BatchCommand.Announce.class);
    }
}
