// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Calls a language model many requests at a time, for less money and some time within a day.
 *
 * <p>Every method but {@link #limits} and {@link #line} blocks on the network, no longer than its timeout, and throws a
 * {@link ModelException} if the provider cannot be reached in that time or refuses; none retries by itself. An interrupt
 * ends the exchange. Safe for use by many threads. The key it uses appears in no message.
 *
 * <p>A run calls every method on a thread of its own. One that does not return by the run's deadline is interrupted, and
 * left behind if it ignores that: what it did is unknown, and a batch that it may have made is booked at its worst case
 * and found by the next session.
 */
public interface BatchClient {
    /** What the provider takes as one batch. */
    BatchLimits limits();

    /**
     * A request as a line of a batch's file, without its line break. Sends nothing.
     *
     * @param customId tells the answers of one batch apart
     * @throws IllegalArgumentException if a batch may hold no request of the kind, whatever its input: the bulk throws it.
     *     Whatever else is thrown fails this input alone
     */
    String line(String customId, ModelRequest request);

    /**
     * Uploads the lines of a batch to the provider. Nothing is done with them yet, and nothing is billed.
     *
     * @param lines a file of UTF-8 text; not needed any more once this returns
     * @return the provider's id of the file
     */
    String upload(Path lines, Duration timeout) throws InterruptedException;

    /**
     * Has the lines of an uploaded file worked on. Spends money.
     *
     * @param metadata by which {@link #list} tells this batch from others
     * @throws ModelException if it is not known that the batch exists; it may, unless the charge is
     *     {@link ModelException.Charge#FREE}
     */
    Batch create(String fileId, Map<String, String> metadata, Duration timeout) throws InterruptedException;

    /** Takes an uploaded file away, so that no batch can be made of it any more; does nothing if it is not there. */
    void discard(String fileId, Duration timeout) throws InterruptedException;

    /**
     * Where the batch stands.
     *
     * @throws ModelException.InvalidRequest with the status 404 if the provider knows no such batch
     */
    Batch retrieve(String id, Duration timeout) throws InterruptedException;

    /** Asks the provider to stop; what was answered by then is kept and billed. Does not wait for the end. */
    Batch cancel(String id, Duration timeout) throws InterruptedException;

    /** Visits the batches of this key, newest first, as long as the visitor wants more. */
    void list(Predicate<Batch> wantsMore, Duration timeout) throws InterruptedException;

    /**
     * Reads what became of the requests of a batch that has ended, in no particular order, in constant memory, as long as
     * the visitor wants more. A request need not be among them, or may be twice. What the visitor throws ends the reading.
     *
     * @return whether all was read: false if the visitor ended it, or a file with answers is not there
     */
    boolean read(Batch batch, Predicate<BatchAnswer> wantsMore, Duration timeout) throws InterruptedException;
}
