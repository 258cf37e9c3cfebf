// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static dev.cadre.budget.LedgerTest.pico;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.price.Money;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random trees of budgets under random operations, beside {@link PlainBooks}, which adds everything up from scratch. */
@Tag("slow")
final class LedgerRandomTest {

    private enum Seen {
        GRANTED,
        CONTENDED,
        EXHAUSTED,
        CLOSED,
        ALLOTTED,
        LENT,
        DRAWN,
        OVERRUN
    }

    private static final int STEPS = 300;
    private static final int SEEDS = 90;

    @Test
    void honestProvider_neverExceedsTheLimit() {
        var seen = new EnumMap<Seen, Integer>(Seen.class);
        for (long seed = 0; seed < SEEDS; seed++) {
            new Session(seed, 0, seen).run();
        }
        assertThat(seen)
                .containsOnlyKeys(
                        Seen.GRANTED,
                        Seen.CONTENDED,
                        Seen.EXHAUSTED,
                        Seen.CLOSED,
                        Seen.ALLOTTED,
                        Seen.LENT,
                        Seen.DRAWN);
        assertThat(seen.values())
                .as("each kind of decision is met often: %s", seen)
                .allMatch(count -> count > 100);
    }

    @Test
    void providerThatBreaksItsCap_isBookedInFullAndStopsTheTree() {
        var seen = new EnumMap<Seen, Integer>(Seen.class);
        for (long seed = 0; seed < SEEDS; seed++) {
            new Session(seed, 8, seen).run();
        }
        assertThat(seen.get(Seen.OVERRUN)).as("%s", seen).isGreaterThanOrEqualTo(SEEDS);
    }

    /** One tree; a pair of indices stands for the same budget or reservation in both books. */
    private static final class Session {
        private final Random random;
        private final String where;
        private final int overrunPercent;
        private final Map<Seen, Integer> seen;
        private final List<Ledger> ledgers = new ArrayList<>();
        private final List<Reservation> reservations = new ArrayList<>();
        private final PlainBooks books = new PlainBooks();

        Session(long seed, int overrunPercent, Map<Seen, Integer> seen) {
            this.random = new Random(seed);
            this.where = "seed " + seed;
            this.overrunPercent = overrunPercent;
            this.seen = seen;
            ledgers.add(Ledger.of(pico(1_000)));
            books.budget(-1, 1_000, PlainBooks.Kind.CAP);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(20)) {
                    case 0 -> cap();
                    case 1 -> allot(random.nextBoolean() ? PlainBooks.Kind.LOAN : PlainBooks.Kind.ALLOTMENT);
                    case 2 -> {
                        close();
                        drawOn();
                    }
                    case 3, 4, 5, 6, 7, 8, 9, 10, 11 -> reserve();
                    default -> end();
                }
                compare(step);
            }
        }

        private void cap() {
            int parent = random.nextInt(ledgers.size());
            long limit = random.nextLong(600);
            if (ledgers.size() < 12) {
                ledgers.add(ledgers.get(parent).cap(pico(limit)));
                books.budget(parent, limit, PlainBooks.Kind.CAP);
            }
        }

        private Ledger allot(int parent, PlainBooks.Kind kind, long amount) {
            return kind == PlainBooks.Kind.LOAN
                    ? ledgers.get(parent).lend(pico(amount))
                    : ledgers.get(parent).allot(pico(amount));
        }

        private void allot(PlainBooks.Kind kind) {
            int parent = random.nextInt(ledgers.size());
            long amount = random.nextLong(200);
            if (ledgers.size() == 12) {
                return;
            }
            switch (books.decide(parent, amount)) {
                case GRANTED -> {
                    ledgers.add(allot(parent, kind, amount));
                    books.budget(parent, amount, kind);
                    count(kind == PlainBooks.Kind.LOAN ? Seen.LENT : Seen.ALLOTTED);
                }
                case CLOSED ->
                    assertThatThrownBy(() -> allot(parent, kind, amount))
                            .as(where)
                            .isInstanceOf(BudgetClosedException.class);
                default ->
                    assertThatThrownBy(() -> allot(parent, kind, amount))
                            .as(where)
                            .isInstanceOf(AllotmentRefusedException.class);
            }
        }

        private void drawOn() {
            int allotment = random.nextInt(ledgers.size());
            if (ledgers.size() == 16 || !books.isAllotment(allotment)) {
                return;
            }
            Ledger around = ledgers.get(books.parent(allotment));
            if (books.decide(books.parent(allotment), 0) == PlainBooks.Decision.CLOSED) {
                assertThatThrownBy(() -> around.drawOn(ledgers.get(allotment)))
                        .as(where)
                        .isInstanceOf(BudgetClosedException.class);
                return;
            }
            ledgers.add(around.drawOn(ledgers.get(allotment)));
            books.drawOn(allotment);
            count(Seen.DRAWN);
        }

        /** Never the outermost, and rarely a large part of the tree, so that most of it stays in use. */
        private void close() {
            int budget = random.nextInt(ledgers.size());
            if (budget > 0 && random.nextInt(3) == 0) {
                ledgers.get(budget).close();
                books.close(budget);
            }
        }

        private void reserve() {
            int budget = random.nextInt(ledgers.size());
            long need = random.nextLong(1 + random.nextLong(400));
            var expected = books.decide(budget, need);
            count(Seen.valueOf(expected.name()));
            assertForetold(budget, need, expected);
            if (expected == PlainBooks.Decision.CLOSED) {
                assertThatThrownBy(() -> ledgers.get(budget).reserve(pico(need)))
                        .as(where)
                        .isInstanceOf(BudgetClosedException.class);
                return;
            }
            var admission = ledgers.get(budget).reserve(pico(need));
            assertThat(admission.getClass().getSimpleName().toUpperCase(Locale.ROOT))
                    .as(where)
                    .isEqualTo(expected.name());
            if (admission instanceof Admission.Granted granted) {
                reservations.add(granted.reservation());
                books.reserve(budget, need);
            }
        }

        /** The state of the whole chain says beforehand how it will decide. */
        private void assertForetold(int budget, long need, PlainBooks.Decision expected) {
            var chain = ledgers.get(budget).chainState();
            assertThat(ledgers.get(budget).available()).as(where).isEqualTo(chain.free());
            if (expected == PlainBooks.Decision.CLOSED) {
                assertThat(chain.room()).as(where).isEqualTo(Money.ZERO);
            } else {
                assertThat(chain.isExhaustedBy(pico(need)))
                        .as("%s, exhausted by %d: %s", where, need, chain)
                        .isEqualTo(expected == PlainBooks.Decision.EXHAUSTED);
                assertThat(chain.isContendedBy(pico(need)))
                        .as("%s, contended by %d: %s", where, need, chain)
                        .isEqualTo(expected == PlainBooks.Decision.CONTENDED);
            }
        }

        private void end() {
            if (reservations.isEmpty()) {
                return;
            }
            int index = random.nextInt(reservations.size());
            var reservation = reservations.get(index);
            if (reservation.state() != Reservation.State.OPEN) {
                assertThatThrownBy(reservation::forfeit).as(where).isInstanceOf(ReservationEndedException.class);
                return;
            }
            long amount = reservation.amount().picoUsd();
            if (random.nextInt(100) < overrunPercent) {
                count(Seen.OVERRUN);
                long excess = 1 + random.nextLong(50);
                assertThat(reservation.settle(pico(amount + excess))).as(where).isEqualTo(pico(excess));
                books.settle(index, amount + excess);
                return;
            }
            switch (random.nextInt(5)) {
                case 4 -> {
                    reservation.markSpent();
                    books.markSpent(index);
                }
                case 0 -> {
                    reservation.release();
                    books.settle(index, 0);
                }
                case 1 -> {
                    reservation.forfeit();
                    books.forfeit(index);
                }
                default -> {
                    long cost = random.nextLong(amount + 1) / 2;
                    assertThat(reservation.settle(pico(cost))).as(where).isEqualTo(Money.ZERO);
                    books.settle(index, cost);
                }
            }
        }

        private void compare(int step) {
            for (int budget = 0; budget < ledgers.size(); budget++) {
                var state = ledgers.get(budget).state();
                assertThat(state)
                        .as("%s, step %d, budget %d", where, step, budget)
                        .isEqualTo(books.state(budget));
                assertThat(ledgers.get(budget).openReservations()).as(where).isEqualTo(books.open(budget));
                long sum = state.settled().picoUsd()
                        + state.forfeited().picoUsd()
                        + state.outstanding().picoUsd()
                        + state.setAside().picoUsd();
                assertThat(state.breached() || sum <= state.limit().picoUsd())
                        .as("%s, step %d: %s", where, step, state)
                        .isTrue();
            }
        }

        private void count(Seen what) {
            seen.merge(what, 1, Integer::sum);
        }
    }
}
