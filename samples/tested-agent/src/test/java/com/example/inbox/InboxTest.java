// SPDX-License-Identifier: Apache-2.0
package com.example.inbox;

import static com.example.inbox.Inbox.LABEL;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.inbox.Inbox.Digest;
import com.example.inbox.Inbox.Label;
import com.example.inbox.Inbox.Ticket;
import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.testing.CadreExtension;
import dev.cadre.testing.Dollars;
import dev.cadre.testing.EventLog;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import dev.cadre.testing.TestSeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(CadreExtension.class)
class InboxTest {
    private static final List<Ticket> TICKETS = List.of(
            new Ticket("t1", "I was charged twice"),
            new Ticket("t2", "The app crashes"),
            new Ticket("t3", "Please delete my account"));
    private static final Digest DIGEST = new Digest("billing, mobile, privacy");

    private static Label label(Ticket ticket) {
        return new Label(
                switch (ticket.id()) {
                    case "t1" -> "billing";
                    case "t2" -> "mobile";
                    default -> "privacy";
                },
                "it says so");
    }

    @Test
    void tickets_areLabelledInParallel_onTheCheapestTier(
            ScriptedModel model, EventLog log, @Dollars("0.25") BudgetGuard day, Gate gate) throws Exception {
        TICKETS.forEach(ticket -> model.on(LABEL, ticket)
                .costing(1_000, 400)
                .holdUntil(gate)
                .replies(label(ticket)));
        var inbox = new CarefulInbox(coordinator(model, log), day);

        var reading = start(() -> inbox.read(TICKETS));
        assertThat(model.awaitInFlight(3)).isTrue();
        gate.open();

        assertThat(reading.get())
                .isCompleteWith(DIGEST)
                .hasShape("t1: label", "t2: label", "t3: label", "digest: digest <- t1, t2, t3")
                .outcome("t2")
                .usedTiers(Tier.NANO)
                .spent("0.0021"); // 3 x (1,000 in + 400 out) on nano
        assertThat(log).ranTogether("t1", "t2", "t3").ended("t3").before("digest");
    }

    @Test
    void label_withoutAReason_isAskedOfTheNextTier_andARateLimitCostsNothing(
            ScriptedModel model, EventLog log, BudgetGuard day) throws Exception {
        TICKETS.forEach(ticket -> model.on(LABEL, ticket).costing(1_000, 400).replies(label(ticket)));
        model.on(LABEL, TICKETS.get(0))
                .onlyOn(Tier.NANO)
                .isRateLimited(Duration.ZERO)
                .costing(1_000, 400)
                .replies(new Label("billing", " "));

        var result = new CarefulInbox(coordinator(model, log), day).read(TICKETS);

        assertThat(result)
                .isCompleteWith(DIGEST)
                .outcome("t1")
                .usedTiers(Tier.NANO, Tier.MINI)
                .outcome("t1")
                .spent("0.00325"); // $0.0007 on nano, nothing for the 429, $0.00255 on mini
    }

    @Test
    void refusedTicket_skipsTheDigestAndNothingElse(ScriptedModel model, EventLog log, BudgetGuard day)
            throws Exception {
        TICKETS.forEach(ticket -> model.on(LABEL, ticket).replies(label(ticket)));
        model.on(LABEL, TICKETS.get(1)).refuses("not this one");

        var result = new CarefulInbox(coordinator(model, log), day).read(TICKETS);

        assertThat(result)
                .outcome("t2")
                .isFailedBecause(Failure.Kind.REFUSED)
                .outcome("t3")
                .hasValue(label(TICKETS.get(2)));
        assertThat(log).neverStarted("digest");
    }

    // --- the planted budget bug

    @Test
    void tenInboxes_keepToTheDaysBudget(ScriptedModel model, EventLog log) throws Exception {
        TICKETS.forEach(ticket ->
                model.on(LABEL, ticket).costing(1_000, 400).replies(label(ticket)));
        Money limit = Money.usd("0.01");

        assertThat(spentInADay(CarefulInbox::new, limit, coordinator(model, log)))
                .isLessThanOrEqualTo(limit);
        assertThat(spentInADay(ThriftlessInbox::new, limit, coordinator(model, log)))
                .as("the planted bug: each inbox has a budget of its own")
                .isEqualTo(Money.usd("0.021"))
                .isGreaterThan(limit);
    }

    private static Money spentInADay(
            BiFunction<Coordinator, BudgetGuard, Inbox> kind, Money limit, Coordinator coordinator) throws Exception {
        Money spent = Money.ZERO;
        try (BudgetGuard day = Budget.of(limit).open()) {
            Inbox inbox = kind.apply(coordinator, day);
            for (int i = 0; i < 10; i++) {
                spent = spent.plus(inbox.read(TICKETS).spend().total());
            }
        }
        return spent;
    }

    // --- the planted race

    @Test
    void digest_isTheSameInWhateverOrderLabelsArrive(TestSeed seed) throws Exception {
        var digests = new LinkedHashMap<Long, String>();
        for (long each = seed.number(); each < seed.number() + 8; each++) {
            assertThat(digest(CarefulInbox::new, each)).as("seed %d", each).isEqualTo(DIGEST.text());
            digests.put(each, digest(RacyInbox::new, each));
        }

        digests.values().removeIf(DIGEST.text()::equals);
        assertThat(digests).as("the planted race, found by seed").isNotEmpty();
        var found = digests.firstEntry();
        assertThat(digest(RacyInbox::new, found.getKey()))
                .as("seed %d again", found.getKey())
                .isEqualTo(found.getValue());
    }

    /** Lets the labels arrive in an order that follows from the seed. */
    private static String digest(BiFunction<Coordinator, BudgetGuard, Inbox> kind, long seed) throws Exception {
        var model = new ScriptedModel();
        var log = new EventLog();
        var gates = new LinkedHashMap<Ticket, Gate>();
        for (Ticket ticket : TICKETS) {
            gates.put(ticket, new Gate());
            model.on(LABEL, ticket).holdUntil(gates.get(ticket)).replies(label(ticket));
        }
        try (BudgetGuard day = Budget.usd("1.00").open()) {
            var inbox = kind.apply(coordinator(model, log), day);
            var reading = start(() -> inbox.read(TICKETS));
            assertThat(model.awaitInFlight(TICKETS.size())).isTrue();
            var order = new ArrayList<>(TICKETS);
            Collections.shuffle(order, new SplittableRandom(seed));
            for (Ticket next : order) {
                gates.get(next).open();
                String last = inbox instanceof RacyInbox ? "note-" + next.id() : next.id();
                assertThat(log.awaitEnd(last)).isTrue();
            }
            return reading.get().requireComplete().text();
        }
    }

    private static Coordinator coordinator(ScriptedModel model, EventLog log) {
        return Coordinator.builder(model.pools()).listener(log).build();
    }

    private interface Reading {
        RunResult<Digest> read() throws InterruptedException;
    }

    private static FutureTask<RunResult<Digest>> start(Reading reading) {
        var task = new FutureTask<>(reading::read);
        Thread.ofVirtual().start(task);
        return task;
    }

    /** Who uses no model of LangChain4j does not get it. */
    @Test
    void classPath_hasNoLangChain4j() {
        assertThatThrownBy(() -> Class.forName("dev.langchain4j.model.chat.ChatModel"))
                .isInstanceOf(ClassNotFoundException.class);
    }
}
