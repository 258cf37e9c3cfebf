// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/**
 * How much goes into one batch, and how much is under way at once.
 *
 * @param requests the most requests of a batch
 * @param bytes the largest file
 * @param enqueuedTokens the most input tokens in all open batches of a model together, estimated at four bytes a token
 * @param openBatches the most batches under way at once; bounds the memory, because the items of open batches are held
 */
public record BatchLimits(int requests, long bytes, long enqueuedTokens, int openBatches) {
    public BatchLimits {
        if (requests < 1 || bytes < 1 || enqueuedTokens < 1 || openBatches < 1) {
            throw new IllegalArgumentException(
                    "limits of a batch must be positive: requests=%d, bytes=%d, enqueuedTokens=%d, openBatches=%d"
                            .formatted(requests, bytes, enqueuedTokens, openBatches));
        }
    }

    /** Those of a batch: any number of tokens enqueued, four batches under way. */
    public static BatchLimits of(int requests, long bytes) {
        return new BatchLimits(requests, bytes, Long.MAX_VALUE, 4);
    }

    public BatchLimits withRequests(int requests) {
        return new BatchLimits(requests, bytes, enqueuedTokens, openBatches);
    }

    public BatchLimits withBytes(long bytes) {
        return new BatchLimits(requests, bytes, enqueuedTokens, openBatches);
    }

    public BatchLimits withEnqueuedTokens(long enqueuedTokens) {
        return new BatchLimits(requests, bytes, enqueuedTokens, openBatches);
    }

    public BatchLimits withOpenBatches(int openBatches) {
        return new BatchLimits(requests, bytes, enqueuedTokens, openBatches);
    }

    /** Each limit of both that is tighter. */
    public BatchLimits within(BatchLimits others) {
        return new BatchLimits(
                Math.min(requests, others.requests),
                Math.min(bytes, others.bytes),
                Math.min(enqueuedTokens, others.enqueuedTokens),
                Math.min(openBatches, others.openBatches));
    }
}
