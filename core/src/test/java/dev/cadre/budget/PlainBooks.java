// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Lists of what happened, and the rules as the design states them: no sum is kept, each is added up when asked for. */
final class PlainBooks {

    enum Decision {
        GRANTED,
        CONTENDED,
        EXHAUSTED,
        CLOSED
    }

    enum Kind {
        CAP,
        ALLOTMENT,
        LOAN,
        /** Made out of an allotment; draws on free money, too. */
        KEPT
    }

    private record Budget(int parent, long limit, Kind kind, long held) {
        boolean allotment() {
            return kind != Kind.CAP;
        }
    }

    private static final class Attempt {
        final int budget;
        final long amount;
        boolean open = true;
        long settled;
        long forfeited;

        Attempt(int budget, long amount) {
            this.budget = budget;
            this.amount = amount;
        }
    }

    private final List<Budget> budgets = new ArrayList<>();
    private final List<Boolean> closed = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();

    void budget(int parent, long limit, Kind kind) {
        budgets.add(new Budget(parent, limit, kind, limit));
        closed.add(false);
    }

    boolean isAllotment(int budget) {
        return budgets.get(budget).allotment();
    }

    int parent(int budget) {
        return budgets.get(budget).parent();
    }

    void drawOn(int allotment) {
        int parent = parent(allotment);
        long held = closed.get(allotment) ? 0 : unusedOf(allotment);
        close(allotment);
        budgets.add(new Budget(parent, budgets.get(parent).limit(), Kind.KEPT, held));
        closed.add(false);
    }

    void close(int budget) {
        closed.set(budget, true);
        for (int other = 0; other < budgets.size(); other++) {
            if (budgets.get(other).allotment() && isWithin(other, budget)) {
                closed.set(other, true);
            }
        }
    }

    void reserve(int budget, long amount) {
        attempts.add(new Attempt(budget, amount));
    }

    void settle(int attempt, long cost) {
        attempts.get(attempt).open = false;
        attempts.get(attempt).settled = cost;
        attempts.get(attempt).forfeited = 0;
    }

    void forfeit(int attempt) {
        attempts.get(attempt).open = false;
        attempts.get(attempt).forfeited = attempts.get(attempt).amount;
    }

    void markSpent(int attempt) {
        attempts.get(attempt).forfeited = attempts.get(attempt).amount;
    }

    Decision decide(int budget, long need) {
        var decision = Decision.GRANTED;
        boolean asked = true;
        long kept = 0;
        for (int at = budget; at >= 0; at = budgets.get(at).parent()) {
            if (closed.get(at)) {
                return Decision.CLOSED;
            }
        }
        for (int at = budget; at >= 0; at = budgets.get(at).parent()) {
            long lasting = settled(at) + forfeited(at) + unused(at, Kind.ALLOTMENT);
            if (breached(at) || asked && lasting + need > budgets.get(at).limit()) {
                return Decision.EXHAUSTED;
            }
            if (asked
                    && lasting + inFlight(at) + loans(at) + Math.max(0, need - kept)
                            > budgets.get(at).limit()) {
                decision = Decision.CONTENDED;
            }
            boolean isKept = budgets.get(at).kind() == Kind.KEPT;
            kept += isKept
                    ? Math.max(0, budgets.get(at).held() - used(at) - unused(at, Kind.ALLOTMENT) - loans(at))
                    : 0;
            asked &= isKept || !budgets.get(at).allotment();
        }
        return decision;
    }

    LedgerState state(int budget) {
        return new LedgerState(
                Money.ofPico(budgets.get(budget).limit()),
                Money.ofPico(settled(budget)),
                Money.ofPico(forfeited(budget)),
                Money.ofPico(inFlight(budget) + loans(budget)),
                Money.ofPico(unused(budget, Kind.ALLOTMENT)),
                breached(budget));
    }

    long open(int budget) {
        return sum(budget, attempt -> attempt.open, attempt -> 1);
    }

    private long settled(int budget) {
        return sum(budget, attempt -> !attempt.open, attempt -> attempt.settled);
    }

    private long forfeited(int budget) {
        return sum(budget, attempt -> true, attempt -> attempt.forfeited);
    }

    private long inFlight(int budget) {
        return sum(budget, attempt -> attempt.open, attempt -> attempt.amount - attempt.forfeited);
    }

    private boolean breached(int budget) {
        return sum(budget, attempt -> attempt.settled > attempt.amount, attempt -> 1) > 0;
    }

    /** What the open allotments of a kind directly beneath have not used; those within another one are part of it. */
    private long unused(int budget, Kind kind) {
        long sum = 0;
        for (int other = 0; other < budgets.size(); other++) {
            if (isOpenAllotment(other)
                    && budgets.get(other).kind() == kind
                    && other != budget
                    && isWithin(other, budget)
                    && !isNested(other, budget)) {
                sum += unusedOf(other);
            }
        }
        return sum;
    }

    private long loans(int budget) {
        return unused(budget, Kind.LOAN) + unused(budget, Kind.KEPT);
    }

    private long unusedOf(int allotment) {
        long own = Math.max(0, budgets.get(allotment).held() - used(allotment));
        return budgets.get(allotment).kind() == Kind.KEPT
                ? Math.max(own, unused(allotment, Kind.ALLOTMENT) + loans(allotment))
                : own;
    }

    private long used(int budget) {
        return settled(budget) + forfeited(budget) + inFlight(budget);
    }

    /** Whether there is an open allotment between an inner budget and one around it. */
    private boolean isNested(int inner, int around) {
        int at = budgets.get(inner).parent();
        while (at != around && !isOpenAllotment(at)) {
            at = budgets.get(at).parent();
        }
        return at != around;
    }

    private boolean isOpenAllotment(int budget) {
        return budgets.get(budget).allotment() && !closed.get(budget);
    }

    private boolean isWithin(int budget, int around) {
        int at = budget;
        while (at >= 0 && at != around) {
            at = budgets.get(at).parent();
        }
        return at == around;
    }

    private long sum(int budget, Predicate<Attempt> which, ToLongFunction<Attempt> what) {
        return attempts.stream()
                .filter(attempt -> isWithin(attempt.budget, budget))
                .filter(which)
                .mapToLong(what)
                .sum();
    }
}
