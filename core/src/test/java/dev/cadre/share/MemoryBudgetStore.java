// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import dev.cadre.price.Money;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A store in memory with a clock that is set by hand. */
public final class MemoryBudgetStore implements BudgetStore {
    private final Map<String, BudgetRow> budgets = new LinkedHashMap<>();
    private final Map<String, String> parents = new HashMap<>();
    private final Map<String, LeaseRow> leases = new LinkedHashMap<>();
    private final List<BudgetRow> history = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-30T12:00:00Z");
    private int requests;

    public synchronized MemoryBudgetStore with(String name, String parent, Money limit, BudgetWindow window) {
        budgets.put(name, new BudgetRow(name, limit, window, window.start(now), SyncAnswer.Sums.NONE, false, 80));
        if (!parent.isEmpty()) {
            parents.put(name, parent);
        }
        return this;
    }

    public synchronized void setTime(Instant time) {
        now = time;
    }

    public synchronized Instant time() {
        return now;
    }

    public synchronized void setLimit(String name, Money limit) {
        BudgetRow row = budget(name);
        budgets.put(
                name,
                new BudgetRow(
                        name, limit, row.window(), row.windowStart(), row.sums(), row.breached(), row.alertPercent()));
    }

    public synchronized BudgetRow budget(String name) {
        BudgetRow row = budgets.get(name);
        if (row == null) {
            throw new BudgetStoreException(
                    BudgetStoreException.Kind.UNKNOWN_BUDGET, "no budget '%s'".formatted(name), null);
        }
        return row;
    }

    /** The present sums and those of earlier windows. */
    public synchronized Money counted(String name) {
        return history.stream()
                .filter(ended -> ended.name().equals(name))
                .map(ended -> ended.sums().settled().plus(ended.sums().forfeited()))
                .reduce(budget(name).sums().committed(), Money::plus);
    }

    public synchronized List<BudgetRow> history() {
        return List.copyOf(history);
    }

    public synchronized List<LeaseRow> leases() {
        return List.copyOf(leases.values());
    }

    public synchronized int requests() {
        return requests;
    }

    @Override
    public synchronized SyncAnswer sync(SyncRequest request) {
        requests++;
        var transaction = new Transaction();
        SyncAnswer answer = Books.sync(transaction, request);
        transaction.commit();
        return answer;
    }

    private String root(String name) {
        String parent = parents.get(name);
        return parent == null ? name : root(parent);
    }

    private final class Transaction implements BudgetRows {
        private final Map<String, BudgetRow> changed = new LinkedHashMap<>();
        private final Map<String, LeaseRow> changedLeases = new LinkedHashMap<>(leases);
        private final List<BudgetRow> ended = new ArrayList<>();

        void commit() {
            budgets.putAll(changed);
            leases.clear();
            leases.putAll(changedLeases);
            history.addAll(ended);
        }

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public List<BudgetRow> lockChain(String name) {
            var chain = new ArrayList<BudgetRow>();
            for (String at = name; at != null; at = parents.get(at)) {
                chain.addFirst(lock(at));
            }
            return chain;
        }

        @Override
        public BudgetRow lock(String name) {
            return budget(name);
        }

        @Override
        public List<LeaseRow> leasesOf(String holder) {
            return changedLeases.values().stream()
                    .filter(lease -> lease.holder().equals(holder))
                    .toList();
        }

        @Override
        public void adoptLeases(List<String> chain) {
            // it keeps none: it asks for the parents
        }

        @Override
        public List<LeaseRow> overdue(String outermost, Instant time) {
            List<String> holders = changedLeases.values().stream()
                    .filter(lease -> root(lease.budget()).equals(outermost)
                            && !lease.held().isZero()
                            && (lease.term().expiresAt().isBefore(time)
                                    || lease.term().renewedAt().isAfter(time)))
                    .map(LeaseRow::holder)
                    .toList();
            return changedLeases.values().stream()
                    .filter(lease -> holders.contains(lease.holder())
                            && root(lease.budget()).equals(outermost))
                    .toList();
        }

        @Override
        public void write(BudgetRow row) {
            changed.put(row.name(), row);
        }

        @Override
        public void write(LeaseRow row) {
            changedLeases.put(row.holder() + " " + row.budget(), row);
        }

        @Override
        public void forget(String holder) {
            changedLeases.values().removeIf(lease -> lease.holder().equals(holder));
        }

        @Override
        public void keep(BudgetRow row) {
            ended.add(row);
        }

        @Override
        public void forgetLeases(String outermost, Instant endedBefore) {
            changedLeases
                    .values()
                    .removeIf(lease ->
                            lease.held().isZero() && lease.term().expiresAt().isBefore(endedBefore));
        }
    }
}
