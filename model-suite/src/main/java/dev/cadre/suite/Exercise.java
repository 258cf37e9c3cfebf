// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.pool.ModelPools;

/** One question that is put to a model, and the judge of what comes of it. Immutable. */
interface Exercise {
    /** Unique in its section; part of the key of its recordings. */
    String id();

    /**
     * Puts the question to the model behind the pools. Blocks; the same for the same replies.
     *
     * @throws InterruptedException if the thread was interrupted
     */
    Verdict perform(ModelPools pools) throws InterruptedException;
}
