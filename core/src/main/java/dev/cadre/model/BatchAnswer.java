// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/** The answer to one request of a batch. */
public sealed interface BatchAnswer {
    /** The name of the request within its batch. */
    String customId();

    /** A reply, billed. */
    record Replied(String customId, ModelReply reply) implements BatchAnswer {}

    /** The provider tried and failed; the exception states whether another attempt can help, and the cost. */
    record Failed(String customId, ModelException failure) implements BatchAnswer {}

    /** The batch expired or was cancelled before the request was tried; nothing is billed. */
    record Untried(String customId, String reason) implements BatchAnswer {}
}
