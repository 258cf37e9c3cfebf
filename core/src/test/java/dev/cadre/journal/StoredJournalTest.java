// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A journal over a store of somebody's own, which keeps what it promises or not. */
@Timeout(60)
class StoredJournalTest {
    private final Store store = new Store();

    /** Records in memory. */
    private static final class Store implements RecordStore {
        final List<byte[]> records = new ArrayList<>();
        boolean isBroken;
        int placesTooFew;
        int closed;

        @Override
        public String name() {
            return "mine";
        }

        @Override
        public void scan(Visitor visitor) throws IOException {
            if (isBroken) {
                throw new IOException("not there");
            }
            for (int i = 0; i < records.size(); i++) {
                visitor.visit(records.get(i), new Location(i, records.get(i).length));
            }
        }

        @Override
        public List<Location> append(List<byte[]> more) {
            var locations = new ArrayList<Location>();
            for (byte[] record : more) {
                locations.add(new Location(records.size(), record.length));
                records.add(record);
            }
            return locations.subList(0, Math.max(0, locations.size() - placesTooFew));
        }

        @Override
        public byte[] read(Location location) throws IOException {
            if (isBroken) {
                throw new IOException("not there");
            }
            return records.get((int) location.offset());
        }

        @Override
        public long number(Location location) {
            return location.offset();
        }

        @Override
        public void close() {
            closed++;
        }
    }

    private Journal open() {
        return StoredJournal.over(store, Samples.CLOCK);
    }

    @Test
    void store_keepsTheLinesOfAFile() {
        try (Journal journal = open()) {
            journal.append(Samples.ended(1));
        }

        assertThat(store.records).hasSize(2).first().isEqualTo(LineFormat.header());
        try (Journal journal = open()) {
            assertThat(journal.ended(Samples.ended(1).key(), Samples.PRINT)).contains(Samples.ended(1));
        }
        assertThat(store.closed).isEqualTo(2);
    }

    @Test
    void storeThatCannotBeRead_isClosedAgain_orNamed() {
        try (Journal journal = open()) {
            journal.append(Samples.ended(1));
            store.isBroken = true;
            assertThatExceptionOfType(UncheckedIOException.class)
                    .isThrownBy(() -> journal.ended(Samples.ended(1).key(), Samples.PRINT))
                    .withMessage("journal mine cannot be read: not there");
        }

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(this::open)
                .withMessage("journal mine cannot be opened: not there");
        assertThat(store.closed).isEqualTo(2);
    }

    @Test
    void damagedStore_isClosedAgain() {
        store.records.add("a shopping list".getBytes(StandardCharsets.UTF_8));

        assertThatExceptionOfType(JournalException.Damaged.class).isThrownBy(this::open);
        assertThat(store.closed).isEqualTo(1);
    }

    @Test
    void storeThatDoesNotSayWhereARecordIs_failsTheJournal() {
        try (Journal journal = open()) {
            store.placesTooFew = 1;

            assertThatExceptionOfType(JournalException.WriteFailed.class)
                    .isThrownBy(() -> journal.append(Samples.ended(1)))
                    .withMessageContaining("its store has 0 places for 1 records");
        }
    }
}
