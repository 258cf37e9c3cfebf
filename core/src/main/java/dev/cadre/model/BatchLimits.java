// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/**
 * The limits of one batch, and of the batches in progress at once.
 *
 * @param requests the most requests in a batch
 * @param bytes the size of the largest file, in bytes
 * @param enqueuedTokens the most input tokens in all open batches of a model together, estimated at four bytes a token
 * @param openBatches the most batches in progress at once; bounds the memory, because the items of open batches are
 *     kept in it
 */
public record BatchLimits(int requests, long bytes, long enqueuedTokens, int openBatches) {
    public BatchLimits {
        if (requests < 1 || bytes < 1 || enqueuedTokens < 1 || openBatches < 1) {
            throw new IllegalArgumentException(
                    "limits of a batch must be positive: requests=%d, bytes=%d, enqueuedTokens=%d, openBatches=%d"
                            .formatted(requests, bytes, enqueuedTokens, openBatches));
        }
    }

    /** Limits with any number of enqueued tokens and four batches in progress. */
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

    /** The tighter of each limit. */
    public BatchLimits within(BatchLimits others) {
        return new BatchLimits(
                Math.min(requests, others.requests),
                Math.min(bytes, others.bytes),
                Math.min(enqueuedTokens, others.enqueuedTokens),
                Math.min(openBatches, others.openBatches));
    }
}
