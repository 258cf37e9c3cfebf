// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.worlds;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.WorldDisk;
import dev.cadre.price.Money;
import dev.cadre.task.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One world of files: a graph, a goal or a bulk run in up to three sessions over one journal, each as if in a process of
 * its own. It draws a few mishaps, keeps its own books of what the provider billed, and holds every session to what the
 * library promises.
 */
final class World {
    static final Duration DEADLINE = Duration.ofMinutes(10);

    private static final int MOST_MISHAPS = 4;
    private static final double OFTEN = 0.4;
    private static final List<Mishap> OF_THE_DISK = List.of(Mishap.KILL, Mishap.TORN_LINE, Mishap.DAMAGE);

    private static final Set<Mishap> LASTING = EnumSet.of(
            Mishap.SHORT_BUDGET, Mishap.SHORT_TENANT, Mishap.DEARER_MODEL, Mishap.STRICTER_OUTPUT, Mishap.USAGE_ABSURD);

    /** What is done in this world. */
    enum Kind {
        GRAPH,
        GOAL,
        BULK
    }

    private static final List<Kind> KINDS = List.of(Kind.GRAPH, Kind.GRAPH, Kind.BULK, Kind.BULK, Kind.GOAL);

    final WorldSeed seed;
    final Kind kind;
    final WorldClock clock = new WorldClock();
    final Set<Mishap> met = ConcurrentHashMap.newKeySet();
    private final Set<Mishap> drawn;
    private final int sessions;
    private final Path file;
    private final AtomicLong billed = new AtomicLong();
    private final Map<String, Integer> writes = new ConcurrentHashMap<>();
    private final Map<String, String> lastAsked = new ConcurrentHashMap<>();
    private final Set<String> durable = new HashSet<>();
    private final Set<String> brokenRules = ConcurrentHashMap.newKeySet();
    private String run = "";
    private long linesRead;
    private int session;
    private boolean damaged;
    private volatile boolean cancelled;
    private volatile @Nullable WorldViolation found;

    private World(WorldSeed seed, Path file) {
        this.seed = seed;
        this.file = file;
        SplittableRandom dice = seed.dice("world");
        kind = KINDS.get(dice.nextInt(KINDS.size()));
        sessions = 1 + dice.nextInt(2) + dice.nextInt(5) / 4;
        drawn = drawn(dice);
        if (seed.dice("code spends").nextInt(8) == 0) {
            drawn.add(Mishap.CODE_SPENDS);
        }
    }

    private static Set<Mishap> drawn(SplittableRandom dice) {
        // drawn apart: the numbers of the seeds that found something keep their worlds
        Mishap[] all = Arrays.stream(Mishap.values())
                .filter(mishap -> mishap != Mishap.CODE_SPENDS)
                .toArray(Mishap[]::new);
        var drawn = EnumSet.noneOf(Mishap.class);
        int count = dice.nextInt(MOST_MISHAPS + 1);
        for (int i = 0; i < count; i++) {
            drawn.add(all[dice.nextInt(all.length)]);
        }
        return drawn;
    }

    /** Lives through a world; returns what befell it. */
    static Set<Mishap> live(long seed, Path folder) {
        Path file = folder.resolve(seed + ".journal");
        var world = new World(new WorldSeed(seed), file);
        try {
            world.live();
            return world.met;
        } catch (Throwable broken) {
            throw new WorldViolation(
                    "seed %d, %s: %s%nreplay: %s".formatted(seed, world, broken, world.seed.replayCommand()), broken);
        } finally {
            Thread.interrupted();
            delete(file);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void live() throws Exception {
        for (session = 0; session < sessions && !damaged; session++) {
            if (session > 0) {
                disturbFile();
            }
            try (FileJournal journal = open()) {
                readDurable();
                lastAsked.clear();
                cancelled = false;
                try {
                    new Session(this, journal).run();
                } finally {
                    throwFound();
                }
            } catch (JournalException.WriteFailed killed) {
                WorldViolation.unless(met.contains(Mishap.KILL), "the disk is sound: %s", killed);
            } catch (JournalException.Damaged found) {
                WorldViolation.unless(damaged, "nobody damaged the journal: %s", found);
            }
        }
    }

    @SuppressWarnings("Finally") // what was found first explains the rest
    private void throwFound() {
        if (found != null) {
            throw found;
        }
    }

    private FileJournal open() {
        SplittableRandom dice = seed.dice("disk " + session);
        boolean killed = !isLast() && befalls(Mishap.KILL, "session");
        long bytes = killed ? dice.nextLong(kind == Kind.BULK ? 6_000 : 7_000) : Long.MAX_VALUE;
        return WorldDisk.journal(file, bytes);
    }

    private void disturbFile() throws IOException {
        SplittableRandom dice = seed.dice("file " + session);
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length > 0 && befalls(Mishap.TORN_LINE, "file")) {
            Files.write(file, new byte[] {'{', '"'}, StandardOpenOption.APPEND);
        }
        if (bytes.length > 0 && befalls(Mishap.DAMAGE, "file")) {
            damaged = true;
            bytes[dice.nextInt(bytes.length)] ^= (byte) (1 << dice.nextInt(7));
            Files.write(file, bytes);
        }
    }

    /** What the last session left as finished, so that it must not be asked again. */
    private void readDurable() {
        FileJournal.read(file, line -> {
            boolean isNew = line.number() > linesRead;
            linesRead = Math.max(linesRead, line.number());
            if (isNew
                    && line.entry() instanceof JournalEntry.Ended ended
                    && ended.outcome() instanceof Outcome.Succeeded<?>) {
                String label = label(ended.key());
                String asked = lastAsked.get(label);
                if (asked != null) {
                    durable.add(label + " " + asked);
                }
            }
        });
    }

    /** What a call names the subtask or item by. */
    private String label(JournalKey key) {
        if (kind == Kind.BULK) {
            return "item#" + key.subtask().substring(1);
        }
        return key.item() < 0 ? key.subtask() : key.subtask() + "#" + key.item();
    }

    // --- what befalls it

    int session() {
        return session;
    }

    boolean isLast() {
        return session == sessions - 1;
    }

    boolean isResumed() {
        return session > 0;
    }

    /** Whether this mishap belongs to this world. */
    boolean draws(Mishap mishap) {
        if (drawn.contains(mishap)) {
            met.add(mishap);
            return true;
        }
        return false;
    }

    /** Whether this mishap happens here and now; the last session of several is spared what passes. */
    boolean befalls(Mishap mishap, String site) {
        if (!drawn.contains(mishap) || (isLast() && sessions > 1 && !OF_THE_DISK.contains(mishap))) {
            return false;
        }
        if (seed.dice("befalls " + mishap + " " + session + " " + site).nextDouble() < OFTEN) {
            met.add(mishap);
            return true;
        }
        return false;
    }

    /** Whether any of these may have happened in any session so far. */
    boolean metAny(Mishap... mishaps) {
        return Arrays.stream(mishaps).anyMatch(met::contains);
    }

    /** Whether nobody can know what was billed: a process that is killed before it reads that a dearer model answered. */
    boolean mayHideABill() {
        return isDamaged() || (metAny(Mishap.DEARER_MODEL) && metAny(Mishap.KILL));
    }

    boolean isDamaged() {
        return damaged;
    }

    /** Its sessions must be known as those of one run. */
    void sameRun(String id) {
        WorldViolation.unless(run.isEmpty() || run.equals(id), "run %s is now called %s", run, id);
        run = id;
    }

    void cancels(Thread caller) {
        cancelled = true;
        caller.interrupt();
    }

    /** Whether the caller of this session was interrupted. */
    boolean isCancelled() {
        return cancelled;
    }

    /** Whether anything may keep its last session from being complete. */
    boolean isBothered() {
        return damaged
                || sessions == 1 && !drawn.isEmpty()
                || drawn.stream().anyMatch(LASTING::contains)
                || !writes.isEmpty();
    }

    /** What was found on a thread of the library's, which keeps it from coming out. */
    void found(WorldViolation violation) {
        found = found == null ? violation : found;
    }

    // --- what it knows

    void billed(Money amount) {
        billed.addAndGet(amount.picoUsd());
    }

    Money billed() {
        return Money.ofPico(billed.get());
    }

    /** A tool has written for a subtask with its present input. */
    void wrote(String label) {
        writes.merge(label + " given " + lastAsked.get(label), 1, Integer::sum);
    }

    Map<String, Integer> writes() {
        return writes;
    }

    /** A subtask or item asks a model for the first time in this session. */
    void asks(String label, String text) {
        lastAsked.put(label, text);
        boolean comparable = !draws(Mishap.NEW_INSTRUCTIONS)
                && !draws(Mishap.OTHER_MODEL)
                && !draws(Mishap.STRICTER_OUTPUT)
                && !draws(Mishap.KEY_SHARED)
                && !damaged;
        WorldViolation.unless(
                !comparable || !durable.contains(label + " " + text), "'%s' was finished, and is asked again", label);
    }

    void ruleBroke(String text) {
        brokenRules.add(session + " " + text);
    }

    /** A dearer tier is asked: not because a rule of the user's broke. */
    void escalates(String text) {
        WorldViolation.unless(!brokenRules.contains(session + " " + text), "a broken rule is paid for: %s", text);
    }

    Budget budget(BudgetGuard tenant) {
        SplittableRandom dice = seed.dice("budget");
        Money limit = draws(Mishap.SHORT_BUDGET)
                ? Money.ofPico((long) (Math.pow(10, 8 + 2 * dice.nextDouble())))
                : Money.usd("20");
        return Budget.of(limit).within(DEADLINE).under(tenant);
    }

    BudgetGuard tenant() {
        SplittableRandom dice = seed.dice("tenant");
        Money limit = draws(Mishap.SHORT_TENANT)
                ? Money.ofPico((long) (Math.pow(10, 8 + 2 * dice.nextDouble())))
                : Money.usd("1000");
        return Budget.of(limit).open();
    }

    @Override
    public String toString() {
        return "%s in session %d of %d with %s".formatted(kind, session + 1, sessions, drawn);
    }
}
