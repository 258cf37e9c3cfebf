// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import dev.cadre.price.Money;
import dev.cadre.share.SyncAnswer.Standing;
import dev.cadre.share.SyncAnswer.Sums;
import dev.cadre.share.SyncRequest.Stay;
import dev.cadre.share.SyncRequest.Totals;
import dev.cadre.share.SyncRequest.Wants;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Books one request of a holder. Pure but for the rows that it reads and writes. Public for stores, without a promise of
 * compatibility.
 *
 * <p>What it keeps, for each budget whose limit nobody lowers, unless it is breached: what is spent in a window and what
 * leases hold is no more than the limit; and what a holder may spend, by what it was ever told, is covered by what the store
 * counts for it as spent, held or forfeited.
 */
public final class Books {
    /** A holder gets no more than this part of the rest besides what it needs at once: it is lost if the holder dies. */
    private static final int PARTS_OF_REST = 128;

    private static final Duration REMEMBERED = Duration.ofDays(7);

    private final BudgetRows rows;
    private final SyncRequest request;
    private final Instant now;
    /** Those that are locked; the outermost of the tree is the first. */
    private final Map<String, BudgetRow> budgets = new LinkedHashMap<>();

    private final List<String> chain;
    /** The leases of the holder, in no order. */
    private final List<LeaseRow> kept;

    private Books(BudgetRows rows, SyncRequest request) {
        this.rows = rows;
        this.request = request;
        List<BudgetRow> locked = rows.lockChain(request.budget());
        now = rows.now(); // after the lock, or a request that waited for it would turn the time back
        chain = locked.stream().map(BudgetRow::name).toList();
        locked.forEach(this::open);
        kept = rows.leasesOf(request.holder());
    }

    /** Books a request, and answers it. */
    public static SyncAnswer sync(BudgetRows rows, SyncRequest request) {
        return new Books(rows, request).sync();
    }

    private SyncAnswer sync() {
        if (request.sequence() == 1) {
            rows.adoptLeases(chain);
            rows.forgetLeases(chain.getFirst(), now.minus(REMEMBERED));
        }
        for (LeaseRow overdue : rows.overdue(chain.getFirst(), now)) {
            if (!overdue.holder().equals(request.holder())) {
                settle(overdue);
            }
        }
        List<LeaseRow> before = chain.stream().map(name -> own(budget(name))).toList();
        if (request.sequence() <= before.getFirst().sequence()) {
            return answer(before, false);
        }
        boolean hadExpired =
                before.stream().anyMatch(lease -> !lease.counted().lost().isZero());
        List<LeaseRow> booked = before.stream().map(this::book).toList();
        Money grant = isForgotten() ? Money.ZERO : grant(request.wants());
        List<LeaseRow> leases = booked.stream().map(lease -> hold(lease, grant)).toList();
        if (request.stay() == Stay.LEAVES
                && leases.stream().allMatch(lease -> lease.held().isZero())) {
            rows.forget(request.holder()); // what it has spent is in the sums
        } else {
            leases.forEach(rows::write);
        }
        chain.forEach(name -> rows.write(budget(name)));
        return answer(leases, hadExpired);
    }

    /** Begins a new window if its time has come; a clock that goes back begins none. */
    private BudgetRow open(BudgetRow locked) {
        LocalDate start = locked.window().start(now);
        BudgetRow current = locked;
        if (start.isAfter(locked.windowStart())) {
            if (!locked.sums().settled().plus(locked.sums().forfeited()).isZero()) {
                rows.keep(locked);
            }
            current = locked.inWindow(start);
            rows.write(current);
        }
        budgets.put(current.name(), current);
        return current;
    }

    private BudgetRow budget(String name) {
        BudgetRow known = budgets.get(name);
        return known == null ? open(rows.lock(name)) : known;
    }

    private void change(BudgetRow budget, Sums sums) {
        budgets.put(budget.name(), budget.with(sums));
    }

    private void settle(LeaseRow overdue) {
        if (overdue.term().renewedAt().isAfter(now)) { // the clock has gone back
            rows.write(overdue.asRenewedNow(now));
        } else {
            expire(overdue);
        }
    }

    /** The process has died, for all that is known: whatever it held may have been sent. */
    private void expire(LeaseRow overdue) {
        BudgetRow budget = budget(overdue.budget());
        Sums sums = budget.sums();
        change(
                budget,
                new Sums(
                        sums.settled(),
                        sums.forfeited().plus(overdue.held()),
                        sums.held().minus(overdue.held()),
                        sums.setAside().minus(overdue.setAside())));
        rows.write(budget(overdue.budget()));
        rows.write(overdue.inWindow(budget.windowStart()).expired());
    }

    private LeaseRow own(BudgetRow budget) {
        LeaseRow.Term term = LeaseRow.Term.from(now, request.lease());
        return kept.stream()
                .filter(lease -> lease.budget().equals(budget.name()))
                .findFirst()
                .orElseGet(() -> LeaseRow.first(request, budget, isForgotten() ? request.keeps() : Money.ZERO, term))
                .inWindow(budget.windowStart());
    }

    /**
     * Whether the rows of the holder were deleted: it held nothing, or all of it was forfeited. So what it has spent is booked,
     * and what it keeps is paid. It is granted nothing before its next request: this one may be a late one of a holder
     * that has left, and nobody would give the money back.
     */
    private boolean isForgotten() {
        return kept.isEmpty() && request.sequence() > 1;
    }

    /**
     * Counts what was spent since the last request, and holds what is kept. What was taken for lost comes back first: the
     * holder is alive, and says what it has spent of it.
     */
    private LeaseRow book(LeaseRow before) {
        Totals totals = request.totals();
        if (totals.isLessThan(before.totals())) {
            throw new BudgetStoreException(
                    BudgetStoreException.Kind.DAMAGED,
                    "a holder of budget '%s' has spent less than it had".formatted(before.budget()),
                    null);
        }
        Money settled = totals.settled().minus(before.totals().settled());
        Money forfeited = totals.forfeited().minus(before.totals().forfeited());
        Money prepaid = before.prepaid().minusOrZero(settled.plus(forfeited)).atMost(request.keeps());
        Money newSettled = settled.minusOrZero(before.prepaid().minusOrZero(forfeited));
        Money newForfeited = forfeited.minusOrZero(before.prepaid());
        Money held = request.keeps().minus(prepaid);
        Money setAside = request.setAside().atMost(held);

        BudgetRow budget = budget(before.budget());
        Sums sums = budget.sums();
        change(
                totals.overruns() > before.totals().overruns() ? budget.asBreached() : budget,
                new Sums(
                        sums.settled().plus(newSettled),
                        sums.forfeited().minus(before.counted().lost()).plus(newForfeited),
                        sums.held().minus(before.held()).plus(held),
                        sums.setAside().minus(before.setAside()).plus(setAside)));
        return new LeaseRow(
                before.holder(),
                before.budget(),
                request.sequence(),
                totals,
                held,
                setAside,
                LeaseRow.Term.from(now, request.lease()),
                new LeaseRow.Counted(
                        budget.windowStart(), before.counted().spent().plus(newSettled, newForfeited), Money.ZERO),
                prepaid);
    }

    /** All of a need or nothing, and a little more if much is left. */
    private Money grant(Wants wants) {
        Money free = chain.stream()
                .map(name -> budget(name).free())
                .reduce(Money::atMost)
                .orElse(Money.ZERO);
        if (wants.isNone() || wants.least().isMoreThan(free)) {
            return Money.ZERO;
        }
        if (wants.most().isMoreThan(free)) {
            return wants.least();
        }
        Money share = Money.ofPico(free.picoUsd() / PARTS_OF_REST);
        return wants.most().atLeast(wants.target().atMost(share));
    }

    private LeaseRow hold(LeaseRow lease, Money grant) {
        BudgetRow budget = budget(lease.budget());
        Sums sums = budget.sums();
        change(budget, new Sums(sums.settled(), sums.forfeited(), sums.held().plus(grant), sums.setAside()));
        return lease.granted(grant);
    }

    private SyncAnswer answer(List<LeaseRow> leases, boolean hadExpired) {
        List<Standing> standings = leases.stream().map(this::standing).toList();
        LeaseRow lease = leases.getLast();
        return new SyncAnswer(lease.sequence(), lease.entitled(), hadExpired, standings);
    }

    private Standing standing(LeaseRow lease) {
        BudgetRow budget = budget(lease.budget());
        return new Standing(
                budget.name(),
                budget.windowStart(),
                budget.limit(),
                budget.sums().without(lease),
                lease.counted().spent(),
                budget.breached(),
                budget.alertPercent());
    }
}
