// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Calls a language model many requests at a time, for less money and some time within a day.
 *
 * <p>Every method but {@link #limits} and {@link #line} blocks on the network and throws a {@link ModelException} if the
 * provider cannot be reached or refuses; none retries by itself. An interrupt ends the exchange. Safe for use by many
 * threads. The key it uses appears in no message.
 */
public interface BatchClient {
    /** What the provider takes as one batch. */
    BatchLimits limits();

    /**
     * A request as a line of a batch's file, without its line break. Sends nothing.
     *
     * @param customId tells the answers of one batch apart
     */
    String line(String customId, ModelRequest request);

    /**
     * Uploads the lines and has them worked on. Spends money.
     *
     * @param lines a file of UTF-8 text; not needed any more once this returns
     * @param metadata by which {@link #list} tells this batch from others
     * @throws ModelException if it is not known that the batch exists; it may, unless the charge is
     *     {@link ModelException.Charge#FREE}
     */
    Batch create(Path lines, Map<String, String> metadata) throws InterruptedException;

    /** Where the batch stands. */
    Batch retrieve(String id) throws InterruptedException;

    /** Asks the provider to stop; what was answered by then is kept and billed. Does not wait for the end. */
    Batch cancel(String id) throws InterruptedException;

    /** Visits the batches of this key, newest first, as long as the visitor wants more. */
    void list(Predicate<Batch> wantsMore) throws InterruptedException;

    /**
     * Reads what became of the requests of a batch that has ended, in no particular order, in constant memory. A request
     * need not be among them. What the visitor throws ends the reading.
     */
    void read(Batch batch, Consumer<BatchAnswer> each) throws InterruptedException;
}
