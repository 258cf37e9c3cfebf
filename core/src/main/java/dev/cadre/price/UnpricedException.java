// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** Thrown if the cost of a request cannot be bounded. Nothing was sent, because no budget could hold. */
public sealed class UnpricedException extends RuntimeException permits UnpricedModelException, UnpricedSizeException {

    UnpricedException(String message) {
        super(message);
    }
}
