// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A store in memory with a clock that is set by hand. */
public final class MemoryLimitStore implements LimitStore {
    private final Map<String, LimitRow> limits = new TreeMap<>();
    private final Map<String, ShareRow> shares = new TreeMap<>();
    private Instant now = Instant.parse("2026-11-30T12:00:00Z");
    private int requests;

    public synchronized void pass(Duration time) {
        now = now.plus(time);
    }

    public synchronized List<ShareRow> shares() {
        return List.copyOf(shares.values());
    }

    /** The share of all rows. */
    public synchronized int booked() {
        return shares.values().stream().mapToInt(ShareRow::share).sum();
    }

    public synchronized int requests() {
        return requests;
    }

    @Override
    public synchronized ShareAnswer share(ShareRequest request) {
        requests++;
        return ShareBooks.share(new Rows(), request);
    }

    private final class Rows implements ShareRows {
        @Override
        public Instant now() {
            return now;
        }

        @Override
        public LimitRow lock(String name) {
            return limits.computeIfAbsent(name, LimitRow::unknown);
        }

        @Override
        public List<ShareRow> shares(String name) {
            return shares.values().stream()
                    .filter(row -> row.limit().equals(name))
                    .toList();
        }

        @Override
        public void write(LimitRow row) {
            limits.put(row.name(), row);
        }

        @Override
        public void write(ShareRow row) {
            shares.put(row.holder(), row);
        }

        @Override
        public void delete(ShareRow row) {
            shares.remove(row.holder());
        }
    }
}
