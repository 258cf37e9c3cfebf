// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalEntry.Asked;
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
import dev.cadre.journal.JournalException;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.RunUnderWayException;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link Journal} must do. A test class of a journal extends it and opens one that is empty before each test. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class JournalContract {
    private static final int THREADS = 50;

    private static final JournalKey CATS = JournalKey.of("r1", "cats");
    private static final JournalKey DOGS = JournalKey.of("r1", "dogs");
    private static final JournalKey OWLS = JournalKey.of("r1", "owls");
    private static final JournalKey COWS = JournalKey.of("r1", "cows");
    private static final Fingerprint PRINT = Fingerprint.of("note", "cats");
    private static final Asked NANO = new Asked(CallPurpose.Kind.WORK, Tier.NANO, "gpt-5.4-nano");
    private static final Spend COST =
            new Spend(Money.usd("0.0008"), Money.usd("0.0002"), 2, new TokenUsage(1_000, 600, 300, 500, 400), true);

    private static final RunStarted STARTED = new RunStarted(
            "r1",
            Fingerprint.of("What do cats eat?"),
            "What do cats eat?\0\ud800 Кошки",
            Money.usd("0.25"),
            "key",
            "plan 2",
            "0123456789abcdef");
    private static final PlanAdmitted PLANNED =
            new PlanAdmitted("r1", 0, "{\"id\":\"cats\",\"input\":{\"topic\":\"Кошки \\u0000\\ud800\"}}");
    private static final Ended CATS_ENDED =
            new Ended(CATS, PRINT, new Outcome.Succeeded<>("{\"fact\":\"They purr.\\n\"}"), COST);
    private static final Ended ITEM_FAILED = new Ended(
            new JournalKey("r1", "list", 3), PRINT, Outcome.failed(Failure.Kind.REFUSED, "no \"dogs\"\n"), Spend.NONE);
    private static final Ended BRIEF_SKIPPED = new Ended(
            JournalKey.of("r1", "brief"),
            PRINT,
            new Outcome.Skipped<>(new Skip(Skip.Kind.DEPENDENCY, "needs dogs", List.of("dogs", "list"))),
            Spend.NONE);
    private static final Intent DOGS_OPEN = new Intent(DOGS, PRINT, 1, NANO, Money.usd("0.004"));
    private static final Enqueued COWS_OPEN = new Enqueued(COWS, PRINT, 2, NANO, Money.usd("0.001"));
    private static final List<ShardNoted> SHARD = List.of(
            new ShardNoted("r1", 2, new ShardFact.Announced("token", 2, 40)),
            new ShardNoted("r1", 2, new ShardFact.Uploaded("file-1")),
            new ShardNoted("r1", 2, new ShardFact.Created("batch-1")));
    private static final RunEnded RUN_ENDED = new RunEnded("r1", "partial", List.of("IOException: disk full"));

    /** A run with an entry of each kind: the attempt at dogs is never settled, the request for cows never collected. */
    private static final List<JournalEntry> RUN = List.of(
            STARTED,
            PLANNED,
            new Intent(CATS, PRINT, 1, NANO, Money.usd("0.003")),
            new Settled(CATS, 1, "complete", COST),
            CATS_ENDED,
            DOGS_OPEN,
            ITEM_FAILED,
            BRIEF_SKIPPED,
            SHARD.get(0),
            new Enqueued(OWLS, PRINT, 2, NANO, Money.usd("0.001")),
            COWS_OPEN,
            SHARD.get(1),
            SHARD.get(2),
            new Collected(OWLS, 2, "batch", COST),
            RUN_ENDED);

    /** Opens the journal of a test: the same one at each call, which is closed or is to be refused. */
    protected abstract Journal open();

    private static Ended cats(String output) {
        return new Ended(CATS, PRINT, new Outcome.Succeeded<>(output), Spend.NONE);
    }

    private static Ended item(int item) {
        return new Ended(
                new JournalKey("bulk", "label", item),
                PRINT,
                new Outcome.Succeeded<>("{\"label\":" + item + "}"),
                Spend.NONE);
    }

    private static boolean has(Journal journal, Ended ended) {
        return journal.ended(ended.key(), PRINT).equals(Optional.of(ended));
    }

    private void write(List<? extends JournalEntry> entries) {
        try (Journal journal = open()) {
            entries.forEach(journal::append);
        }
    }

    private static void requireViewsOfTheRun(Journal journal) {
        assertThat(journal.runs()).containsExactly(STARTED);
        assertThat(journal.plan("r1")).containsExactly(PLANNED);
        assertThat(journal.openIntents("r1")).containsExactly(DOGS_OPEN);
        assertThat(journal.batches("r1")).containsExactly(SHARD.get(0), SHARD.get(1), SHARD.get(2), COWS_OPEN);
        assertThat(journal.spent("r1"))
                .isEqualTo(COST.plus(COST)
                        .plus(Spend.forfeited(Money.usd("0.004")))
                        .plus(Spend.forfeited(Money.usd("0.001"))));
        assertThat(journal.planningSpent("r1")).isEqualTo(Spend.NONE);
        assertThat(journal.runEnded("r1")).contains(RUN_ENDED);
        for (Ended ended : List.of(CATS_ENDED, ITEM_FAILED, BRIEF_SKIPPED)) {
            assertThat(journal.ended(ended.key(), PRINT)).contains(ended);
        }
    }

    @Test
    public void views_showEveryDurableEntry_beforeAndAfterReopening() {
        try (Journal journal = open()) {
            RUN.forEach(journal::append);
            requireViewsOfTheRun(journal);
        }
        try (Journal journal = open()) {
            requireViewsOfTheRun(journal);
        }
    }

    @Test
    public void ended_needsKeyAndFingerprint() {
        write(RUN);

        try (Journal journal = open()) {
            assertThat(journal.ended(CATS, PRINT)).contains(CATS_ENDED);
            assertThat(journal.ended(CATS, Fingerprint.of("another prompt"))).isEmpty();
            assertThat(journal.ended(new JournalKey("r1", "cats", 0), PRINT)).isEmpty();
            assertThat(journal.ended(JournalKey.of("r2", "cats"), PRINT)).isEmpty();
        }
    }

    @Test
    public void endedItem_isFoundWhereverItStood() {
        var item = new Ended(new JournalKey("r1", "each", 7), PRINT, new Outcome.Succeeded<>("{}"), Spend.NONE);
        var note = new Ended(
                new JournalKey("r1", "each", 7),
                STARTED.goal(),
                Outcome.failed(Failure.Kind.BUDGET, "poor"),
                Spend.NONE);
        try (Journal journal = open()) {
            journal.append(STARTED);
            journal.append(CATS_ENDED);
            journal.append(item);
            journal.append(note);
        }

        try (Journal journal = open()) {
            assertThat(journal.endedItem("r1", "each", PRINT)).contains(item);
            assertThat(journal.endedItem("r1", "each", STARTED.goal())).isEmpty();
            assertThat(journal.endedItem("r1", "each", Fingerprint.of("another prompt")))
                    .isEmpty();
            assertThat(journal.endedItem("r2", "each", PRINT)).isEmpty();
            assertThat(journal.endedItem("r1", "cats", PRINT)).as("no item").isEmpty();
        }
    }

    @Test
    public void withOutput_namesWhatHasAnOutputOrAnUnknownEffect_ofRunsWithAPlan() {
        var item = new JournalKey("r1", "list", 70);
        var unknown = JournalKey.of("r1", "mail");
        var known = JournalKey.of("r1", "letter");
        List<Ended> ends = List.of(
                new Ended(item, PRINT, new Outcome.Succeeded<>("{}"), Spend.NONE),
                new Ended(unknown, PRINT, Outcome.failed(Failure.Kind.EFFECT_UNKNOWN, "it broke off"), Spend.NONE),
                new Ended(known, PRINT, Outcome.failed(Failure.Kind.EFFECT_UNKNOWN, "it has begun"), Spend.NONE),
                new Ended(known, PRINT, Outcome.failed(Failure.Kind.INVALID_INPUT, "nothing was done"), Spend.NONE));
        try (Journal journal = open()) {
            RUN.forEach(journal::append);
            ends.forEach(journal::append);
            journal.append(item(0)); // of a bulk, which has no plan

            assertThat(journal.withOutput("r1")).containsExactlyInAnyOrder(CATS, item, unknown);
        }
        try (Journal journal = open()) {
            assertThat(journal.withOutput("r1")).containsExactlyInAnyOrder(CATS, item, unknown);
            assertThat(journal.withOutput("bulk")).isEmpty();
            assertThat(journal.withOutput("r2")).isEmpty();
        }
    }

    @Test
    public void ended_severalTimes_isTheLatest() {
        try (Journal journal = open()) {
            for (int i = 0; i < 3; i++) {
                journal.append(cats("{\"fact\":" + i + "}"));
            }

            assertThat(journal.ended(CATS, PRINT)).contains(cats("{\"fact\":2}"));
        }
        try (Journal journal = open()) {
            assertThat(journal.ended(CATS, PRINT)).contains(cats("{\"fact\":2}"));
        }
    }

    @Test
    public void views_ofUnknownRun_areEmpty() {
        write(RUN);

        try (Journal journal = open()) {
            assertThat(journal.plan("r2")).isEmpty();
            assertThat(journal.openIntents("r2")).isEmpty();
            assertThat(journal.batches("r2")).isEmpty();
            assertThat(journal.runEnded("r2")).isEmpty();
            assertThat(journal.spent("r2")).isEqualTo(Spend.NONE);
        }
    }

    @Test
    public void planningSpent_countsThePlannersAttempts_andWhatWasPaidBeforeTheRun() {
        var asked = new Asked(CallPurpose.Kind.PLAN, Tier.FLAGSHIP, "gpt-5.5");
        var planner = JournalKey.of("r1", "@planner");
        write(List.of(
                new Settled(planner, 0, "code", COST),
                new Intent(planner, PRINT, 1, asked, Money.usd("0.05")),
                new Settled(planner, 1, "complete", COST),
                new Intent(planner, PRINT, 2, asked, Money.usd("0.05"))));

        try (Journal journal = open()) {
            assertThat(journal.planningSpent("r1")).isEqualTo(COST.plus(COST).plus(Spend.forfeited(Money.usd("0.05"))));
        }
    }

    @Test
    public void intent_whoseNumberIsUsedAgain_staysOpen() {
        write(List.of(
                new Intent(CATS, PRINT, 1, NANO, Money.usd("0.003")),
                new Intent(CATS, PRINT, 1, NANO, Money.usd("0.005")),
                new Settled(CATS, 1, "complete", COST)));

        try (Journal journal = open()) {
            assertThat(journal.openIntents("r1")).containsExactly(new Intent(CATS, PRINT, 1, NANO, Money.usd("0.003")));
            assertThat(journal.spent("r1")).isEqualTo(COST.plus(Spend.forfeited(Money.usd("0.003"))));
        }
    }

    @Test
    public void plan_isInPlanOrder_andAdmissionIsFinal() {
        var late = new PlanAdmitted("r1", 1, "\"late\"");
        var early = new PlanAdmitted("r1", 0, "\"early\"");
        write(List.of(late, early, new PlanAdmitted("r1", 1, "\"again\""), STARTED));

        try (Journal journal = open()) {
            assertThat(journal.plan("r1")).containsExactly(early, late);
        }
    }

    @Test
    public void run_startedAgain_hasNotEnded() {
        var other = new RunStarted("r2", PRINT, "", Money.usd("2"));
        var again = new RunStarted("r1", PRINT, "", Money.usd("3"));
        try (Journal journal = open()) {
            List.of(STARTED, other, RUN_ENDED).forEach(journal::append);
            assertThat(journal.runEnded("r1")).contains(RUN_ENDED);

            journal.append(again);

            assertThat(journal.runEnded("r1")).isEmpty();
            assertThat(journal.runs()).containsExactly(again, other);
        }
    }

    @Test
    public void claim_isOfOneSessionAtATime() {
        try (Journal journal = open()) {
            Journal.Claim claim = journal.claim("r1");
            assertThatExceptionOfType(RunUnderWayException.class).isThrownBy(() -> journal.claim("r1"));
            journal.claim("r2").close();

            claim.close();
            Journal.Claim next = journal.claim("r1");
            claim.close();

            assertThatExceptionOfType(RunUnderWayException.class).isThrownBy(() -> journal.claim("r1"));
            next.close();
        }
    }

    @Test
    public void entry_thatIsNoJson_orCouldNotBeReadBack_isRefused_andTheJournalGoesOn() {
        var deep = "[".repeat(100) + "]".repeat(100);
        try (Journal journal = open()) {
            for (String text : List.of("", "{", "{} {}", "1,\"x\":2", "NaN", "{\"a\":1}\n{\"a\":2}", deep)) {
                assertThatIllegalArgumentException().isThrownBy(() -> journal.append(cats(text)));
            }
            journal.append(cats("{}"));
        }
        try (Journal journal = open()) {
            assertThat(journal.ended(CATS, PRINT)).contains(cats("{}"));
        }
    }

    @Test
    @Tag("slow")
    public void record_largerThanTheCap_isRefused_andTheLargestIsRead() {
        // two bytes a character, so that the cap on bytes decides
        var tooLarge = cats("\"" + "é".repeat(8 * 1024 * 1024) + "\"");
        var large = cats("\"" + "é".repeat(8 * 1024 * 1024 - 300) + "\"");
        try (Journal journal = open()) {
            assertThatIllegalArgumentException().isThrownBy(() -> journal.append(tooLarge));
            journal.append(large);
            assertThat(has(journal, large)).isTrue();
        }
        try (Journal journal = open()) {
            assertThat(has(journal, large)).isTrue();
        }
    }

    @Test
    public void secondOpener_isRefused_andTheFirstGoesOn() {
        try (Journal journal = open()) {
            journal.append(item(1));
            assertThatExceptionOfType(JournalException.Locked.class).isThrownBy(this::open);
            journal.append(item(2));
        }
        try (Journal journal = open()) {
            assertThat(has(journal, item(1)) && has(journal, item(2))).isTrue();
        }
    }

    @Test
    public void openersThatRace_areOneHolder() throws Exception {
        for (int round = 0; round < 10; round++) {
            var opened = new ArrayList<CompletableFuture<Integer>>();
            var done = new CountDownLatch(4);
            for (int i = 0; i < 4; i++) {
                opened.add(CompletableFuture.supplyAsync(
                        () -> {
                            try (Journal journal = open()) {
                                done.countDown();
                                done.await();
                                journal.append(STARTED);
                                return 1;
                            } catch (JournalException.Locked refused) {
                                done.countDown();
                                return 0;
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        thread -> Thread.ofPlatform().start(thread)));
            }
            assertThat(opened.stream().mapToInt(CompletableFuture::join).sum()).isEqualTo(1);
        }
    }

    @Test
    public void entriesOfOneThread_areInTheOrderInWhichTheyWereSubmitted() {
        List<Intent> intents = IntStream.range(0, 2_000)
                .mapToObj(number -> new Intent(CATS, PRINT, number, NANO, Money.ZERO))
                .toList();
        try (Journal journal = open()) {
            var durable = intents.stream().map(journal::submit).toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(durable).join();
        }
        try (Journal journal = open()) {
            assertThat(journal.openIntents("r1")).isEqualTo(intents);
        }
    }

    @Test
    public void callers_interruptedWhileTheyWait_getTheirEntries_andTheJournalGoesOn() throws InterruptedException {
        var stillInterrupted = new AtomicInteger();
        try (Journal journal = open()) {
            var callers = new ArrayList<Thread>();
            for (int i = 0; i < THREADS; i++) {
                int item = i;
                Runnable append = () -> {
                    Thread.currentThread().interrupt();
                    journal.append(item(item));
                    stillInterrupted.addAndGet(
                            Thread.currentThread().isInterrupted() && has(journal, item(item)) ? 1 : 0);
                };
                callers.add(
                        i % 2 == 0
                                ? Thread.startVirtualThread(append)
                                : Thread.ofPlatform().start(append));
            }
            for (Thread caller : callers) {
                caller.interrupt();
            }
            for (Thread caller : callers) {
                caller.join();
            }
            journal.append(item(THREADS));
        }

        assertThat(stillInterrupted).hasValue(THREADS);
        try (Journal journal = open()) {
            assertThat(IntStream.rangeClosed(0, THREADS)).allMatch(item -> has(journal, item(item)));
        }
    }

    @Test
    public void caller_whoIsInterruptedAllTheTime_canDoEverything() {
        Thread.currentThread().interrupt();
        try (Journal journal = open()) {
            RUN.forEach(journal::append);
            requireViewsOfTheRun(journal);
        }
        try (Journal journal = open()) {
            requireViewsOfTheRun(journal);
        }

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    public void close_makesDurableWhatWasSubmitted() {
        var futures = new ArrayList<CompletableFuture<Void>>();
        try (Journal journal = open()) {
            for (int i = 0; i < THREADS; i++) {
                futures.add(journal.submit(item(i)));
            }
        }

        assertThat(futures).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
        try (Journal journal = open()) {
            assertThat(IntStream.range(0, THREADS)).allMatch(item -> has(journal, item(item)));
        }
    }

    @Test
    public void closedJournal_refusesEverything_andClosesAgain() {
        Journal journal = open();
        journal.close();
        journal.close();

        assertThatIllegalStateException().isThrownBy(() -> journal.append(STARTED));
        List<Supplier<?>> uses = List.of(
                () -> journal.submit(STARTED).isDone(),
                () -> journal.claim("r1"),
                () -> journal.ended(CATS, PRINT),
                journal::runs,
                () -> journal.runEnded("r1"),
                () -> journal.plan("r1"),
                () -> journal.openIntents("r1"),
                () -> journal.batches("r1"),
                () -> journal.spent("r1"),
                () -> journal.planningSpent("r1"));
        for (Supplier<?> use : uses) {
            assertThatIllegalStateException().isThrownBy(use::get);
        }
    }
}
