// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/** What became of one request of a batch. */
public sealed interface BatchAnswer {
    /** The request's name within its batch. */
    String customId();

    /** A reply, billed. */
    record Replied(String customId, ModelReply reply) implements BatchAnswer {}

    /** The provider tried and failed; the exception tells whether another attempt can help and what it cost. */
    record Failed(String customId, ModelException failure) implements BatchAnswer {}

    /** It was not tried before the batch expired or was cancelled; nothing is billed. */
    record Untried(String customId, String reason) implements BatchAnswer {}
}
