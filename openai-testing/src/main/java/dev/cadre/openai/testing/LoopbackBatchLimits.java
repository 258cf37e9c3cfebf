// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

/**
 * What the loopback server takes as one batch.
 *
 * @param requests the most requests of a batch
 * @param bytes the largest input file
 * @param enqueuedTokens the most input tokens that open batches of one model may hold together
 */
record LoopbackBatchLimits(int requests, long bytes, long enqueuedTokens) {
    /** The provider's; what may be enqueued differs from customer to customer. */
    static final LoopbackBatchLimits PROVIDER = new LoopbackBatchLimits(50_000, 200L * 1_000 * 1_000, Long.MAX_VALUE);
}
