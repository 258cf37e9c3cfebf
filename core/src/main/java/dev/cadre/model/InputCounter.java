// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/** A {@link ModelClient} whose provider can count the tokens of an input before it is sent to a model. */
@FunctionalInterface
public interface InputCounter {
    /**
     * The number of input tokens of this request, images, files, tools and schema included. Blocks for one exchange; is
     * not billed.
     *
     * @throws ModelException if the provider does not report it
     * @throws InterruptedException if the calling thread was interrupted
     */
    long count(ModelRequest request, CallContext context) throws InterruptedException;
}
