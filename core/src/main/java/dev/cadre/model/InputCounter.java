// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/** A {@link ModelClient} whose provider counts the tokens of an input before it is sent to a model. */
@FunctionalInterface
public interface InputCounter {
    /**
     * The input tokens of this request, pictures, files, tools and schema included. Blocks for one exchange; is not
     * billed.
     *
     * @throws ModelException if the provider does not say
     * @throws InterruptedException if the calling thread was interrupted
     */
    long count(ModelRequest request, CallContext context) throws InterruptedException;
}
