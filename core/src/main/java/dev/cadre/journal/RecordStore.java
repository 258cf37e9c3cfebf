// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.io.IOException;
import java.util.List;

/**
 * Where the records of one journal are kept, such as a file or a table: what lies below the views of a
 * {@link StoredJournal}.
 *
 * <p>For those who write a store; whoever uses journals opens one. Carries no compatibility promise. A record is a line of
 * JSON of at most 16 MiB with its line feed, whose checksum the journal checks; a store keeps the bytes as they are.
 * Whoever makes a store has exclusive access to the journal until {@link #close}.
 */
public interface RecordStore extends AutoCloseable {
    /** Takes the records in their order. */
    @FunctionalInterface
    interface Visitor {
        void visit(byte[] record, Location location);
    }

    /** What messages call the journal. */
    String name();

    /** Hands over every record in the order in which they were appended. Called before anything else, once. */
    void scan(Visitor visitor) throws IOException;

    /**
     * Adds records behind all others, and returns once they are durable; the next call goes on where this one ended. The
     * first call may have none: it too makes durable whatever {@link #scan} handed over. Called by one thread.
     *
     * @return where each of them is
     * @throws IOException if they are not known to be durable, of which nobody can tell whether they are; then there is no
     *     other call. Its message is shown, so it has no secrets
     */
    List<Location> append(List<byte[]> records) throws IOException;

    /**
     * Reads a record again; what is not there any more is missing at the end of the bytes. Called by many threads, which
     * may be interrupted: neither that nor the interrupt may do harm.
     */
    byte[] read(Location location) throws IOException;

    /** The place of a record among all records, from 0; for a message. */
    long number(Location location) throws IOException;

    /** Gives up the exclusive access. */
    @Override
    void close() throws IOException;
}
