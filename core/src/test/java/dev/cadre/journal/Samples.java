// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.journal.JournalEntry.Collected;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalEntry.Enqueued;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalEntry.RunEnded;
import dev.cadre.journal.JournalEntry.RunStarted;
import dev.cadre.journal.JournalEntry.Settled;
import dev.cadre.journal.JournalEntry.ShardFact;
import dev.cadre.journal.JournalEntry.ShardNoted;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Entries of a small run, and how tests open journals. */
final class Samples {
    static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T00:00:00.123Z"));
    static final Fingerprint PRINT = Fingerprint.of("note", "cats");
    static final Spend COST =
            new Spend(Money.usd("0.0008"), Money.usd("0.0002"), 2, new TokenUsage(1_000, 600, 300, 500, 400), true);

    static final JournalEntry.Asked NANO = new JournalEntry.Asked(CallPurpose.Kind.WORK, Tier.NANO, "gpt-5.4-nano");

    /** One of each kind, with every outcome; the attempt at dogs is never settled, the request for cows
     * never collected. */
    static final List<JournalEntry> RUN = List.of(
            new RunStarted("r1", Fingerprint.of("What do cats eat?"), "What do cats eat?", Money.usd("0.25")),
            new PlanAdmitted("r1", 0, "{\"id\":\"cats\",\"input\":{\"topic\":\"Кошки \\u0000\\ud800\"}}"),
            new Intent(JournalKey.of("r1", "cats"), PRINT, 1, NANO, Money.usd("0.003")),
            new Settled(JournalKey.of("r1", "cats"), 1, "complete", COST),
            new Ended(JournalKey.of("r1", "cats"), PRINT, new Outcome.Succeeded<>("{\"fact\":\"They purr.\"}"), COST),
            new Intent(JournalKey.of("r1", "dogs"), PRINT, 1, NANO, Money.usd("0.004")),
            new Ended(
                    new JournalKey("r1", "list", 3),
                    PRINT,
                    Outcome.failed(Failure.Kind.REFUSED, "no \"dogs\"\n"),
                    Spend.NONE),
            new Ended(
                    JournalKey.of("r1", "brief"),
                    PRINT,
                    new Outcome.Skipped<>(new Skip(Skip.Kind.DEPENDENCY, "needs dogs", List.of("dogs", "list"))),
                    Spend.NONE),
            new ShardNoted("r1", 2, new ShardFact.Announced("token", 2, 40)),
            new Enqueued(JournalKey.of("r1", "owls"), PRINT, 2, NANO, Money.usd("0.001")),
            new Enqueued(JournalKey.of("r1", "cows"), PRINT, 2, NANO, Money.usd("0.001")),
            new ShardNoted("r1", 2, new ShardFact.Uploaded("file-1")),
            new ShardNoted("r1", 2, new ShardFact.TurnedAway()),
            new ShardNoted("r1", 2, new ShardFact.Created("batch-1")),
            new Collected(JournalKey.of("r1", "owls"), 2, "batch", COST),
            new RunEnded("r1", "partial", List.of("IOException: disk full, thrown by tool 'grep'")));

    private Samples() {}

    static FileJournal open(Path path, FaultyDisk disk) {
        return FileJournal.open(path, disk, CLOCK);
    }

    /** Opens without flushing to a real disk. */
    static FileJournal open(Path path) {
        return open(path, new FaultyDisk());
    }

    static Path write(Path path, List<JournalEntry> entries) {
        try (var journal = open(path)) {
            entries.forEach(journal::append);
        }
        return path;
    }

    static List<JournalEntry> entries(Path path) {
        var entries = new ArrayList<JournalEntry>();
        FileJournal.read(path, line -> entries.add(line.entry()));
        return entries;
    }

    /** The end of an item whose output names it. */
    static Ended ended(int item) {
        return new Ended(
                new JournalKey("bulk", "label", item),
                PRINT,
                new Outcome.Succeeded<>("{\"label\":" + item + "}"),
                Spend.NONE);
    }
}
