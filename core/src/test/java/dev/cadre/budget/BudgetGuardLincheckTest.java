// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.price.Money;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every answer of a guard that is shared by three threads is one that it could have given to one thread: Lincheck runs
 * random scenarios on platform threads, many times each, and looks for an order of the operations that explains what was
 * answered. Public, because the checker makes instances.
 */
@Tag("slow")
public final class BudgetGuardLincheckTest {

    @Test
    void guard_isLinearizable() {
        options(8, 1_000).check(Guarded.class);
    }

    @Test
    @Tag("nightly")
    void guard_inManyScenarios_isLinearizable() {
        options(200, 20_000).check(Guarded.class);
    }

    /** The checker has teeth: the same books without the lock do not pass. */
    @Test
    void booksWithoutTheLock_areFound() {
        assertThat(catchThrowable(() -> options(500, 10_000).check(Unguarded.class)))
                .isInstanceOf(LincheckAssertionError.class);
    }

    private static StressOptions options(int scenarios, int runsOfEach) {
        return new StressOptions()
                .iterations(scenarios)
                .invocationsPerIteration(runsOfEach)
                .threads(3)
                .actorsBefore(1)
                .actorsPerThread(3)
                .actorsAfter(1)
                .minimizeFailedScenario(false);
    }

    /** One guard of ten pico-dollars, and one reservation in it that all threads may race to end. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "amount", gen = IntGen.class, conf = "1:5")
    public static final class Guarded {
        private final BudgetGuard guard = Budget.of(Money.ofPico(10)).open();
        private final Reservation shared = granted(guard.reserve(Money.ofPico(3)));
        /** A thread ends its own reservations, the oldest first; taking one out is no step that another can see. */
        private final List<Deque<Reservation>> own = slots();

        private final List<Deque<BudgetGuard>> allotments = slots();

        private static <T> List<Deque<T>> slots() {
            return Stream.generate(() -> (Deque<T>) new ArrayDeque<T>())
                    .limit(5)
                    .toList();
        }

        private static Reservation granted(Admission admission) {
            return ((Admission.Granted) admission).reservation();
        }

        @Operation(params = {"thread", "amount"})
        public String reserve(int thread, int amount) {
            return answer(() -> take(thread, guard.reserve(Money.ofPico(amount))));
        }

        @Operation(params = {"thread", "amount"})
        public String settle(int thread, int cost) {
            return end(
                    thread,
                    reservation -> reservation.settle(Money.ofPico(cost)).picoUsd());
        }

        @Operation(params = "thread")
        public String release(int thread) {
            return end(thread, reservation -> {
                reservation.release();
                return 0;
            });
        }

        @Operation(params = "thread")
        public String forfeit(int thread) {
            return end(thread, reservation -> {
                reservation.forfeit();
                return 0;
            });
        }

        @Operation
        public String settleShared() {
            return answer(() -> {
                shared.settle(Money.ofPico(2));
                return "settled";
            });
        }

        @Operation
        public String forfeitShared() {
            return answer(() -> {
                shared.forfeit();
                return "forfeited";
            });
        }

        @Operation(params = {"thread", "amount"})
        public String allot(int thread, int amount) {
            return answer(() -> {
                allotments.get(thread).add(guard.allot(Money.ofPico(amount)));
                return "allotted";
            });
        }

        @Operation(params = {"thread", "amount"})
        public String reserveInAllotment(int thread, int amount) {
            BudgetGuard allotment = allotments.get(thread).peek();
            return allotment == null
                    ? "no allotment"
                    : answer(() -> take(thread, allotment.reserve(Money.ofPico(amount))));
        }

        @Operation(params = "thread")
        public String closeAllotment(int thread) {
            BudgetGuard allotment = allotments.get(thread).poll();
            if (allotment != null) {
                allotment.close();
            }
            return allotment == null ? "no allotment" : "closed";
        }

        @Operation(runOnce = true)
        public String close() {
            guard.close();
            return "closed";
        }

        @Operation
        public LedgerState state() {
            return guard.state();
        }

        @Operation
        public long available() {
            return guard.available().picoUsd();
        }

        private String take(int thread, Admission admission) {
            return switch (admission) {
                case Admission.Granted(var reservation) -> {
                    own.get(thread).add(reservation);
                    yield "granted";
                }
                case Admission.Contended contended -> "contended";
                case Admission.Exhausted exhausted -> "exhausted";
            };
        }

        private String end(int thread, ToLongFunction<Reservation> how) {
            Reservation reservation = own.get(thread).poll();
            return reservation == null ? "nothing reserved" : Long.toString(how.applyAsLong(reservation));
        }
    }

    private static String answer(Supplier<String> action) {
        try {
            return action.get();
        } catch (BudgetClosedException | AllotmentRefusedException | ReservationEndedException refused) {
            return refused.getClass().getSimpleName();
        }
    }

    /** What the guard would be without its lock. */
    @Param(name = "amount", gen = IntGen.class, conf = "1:5")
    public static final class Unguarded {
        private final Ledger ledger = Ledger.of(Money.ofPico(10));

        @Operation(params = "amount")
        public boolean reserve(int amount) {
            return ledger.reserve(Money.ofPico(amount)) instanceof Admission.Granted;
        }

        @Operation
        public LedgerState state() {
            return ledger.state();
        }
    }
}
