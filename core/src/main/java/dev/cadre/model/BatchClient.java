// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A client that sends many requests to a language model as one batch, for less money and with an answer within a day.
 *
 * <p>Every method but {@link #limits} and {@link #line} blocks on the network, no longer than its timeout, and throws a
 * {@link ModelException} if the provider cannot be reached in that time or refuses; none retries by itself. An
 * interrupt ends the exchange. Safe for use by many threads. The key it uses appears in no message.
 *
 * <p>A run calls every method on a thread of its own. A method that does not return by the run's deadline is
 * interrupted, and abandoned if it ignores the interrupt. Its effect is then unknown: a batch that it may have created
 * is booked at its worst case and found by the next session.
 */
public interface BatchClient {
    /** The limits of a batch at this provider. */
    BatchLimits limits();

    /**
     * The line of a request in a batch's file, without a line break. Sends nothing.
     *
     * @param customId the name of the request, by which its answer is found
     * @throws IllegalArgumentException if a batch may hold no request of this kind, whatever its input: the bulk run
     *     throws it. Any other exception fails this input alone
     */
    String line(String customId, ModelRequest request);

    /**
     * Uploads the lines of a batch to the provider. They are not processed yet, and nothing is billed.
     *
     * @param lines a file of UTF-8 text; not needed after this method returns
     * @return the provider's id of the file
     */
    String upload(Path lines, Duration timeout) throws InterruptedException;

    /**
     * Creates a batch of the lines of an uploaded file. Spends money.
     *
     * @param metadata identifies this batch in {@link #list}
     * @throws ModelException if the batch is not known to exist; it may exist all the same, unless the charge is
     *     {@link ModelException.Charge#FREE}
     */
    Batch create(String fileId, Map<String, String> metadata, Duration timeout) throws InterruptedException;

    /** Deletes an uploaded file, so that no batch can be created from it any more; does nothing if there is none. */
    void discard(String fileId, Duration timeout) throws InterruptedException;

    /**
     * The state of the batch.
     *
     * @throws ModelException.InvalidRequest with the status 404 if the provider does not know the batch
     */
    Batch retrieve(String id, Duration timeout) throws InterruptedException;

    /** Asks the provider to stop; the answers until then are kept and billed. Does not wait for the end. */
    Batch cancel(String id, Duration timeout) throws InterruptedException;

    /** Visits the batches of this key, newest first, until the visitor returns false. */
    void list(Predicate<Batch> wantsMore, Duration timeout) throws InterruptedException;

    /**
     * Reads the answers of a batch that has ended, in no particular order and in constant memory, until the visitor
     * returns false. The answer to a request may be missing or occur twice. An exception of the visitor ends the
     * reading.
     *
     * @return whether all was read: false if the visitor ended the reading, or a file with answers is missing
     */
    boolean read(Batch batch, Predicate<BatchAnswer> wantsMore, Duration timeout) throws InterruptedException;
}
