// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** Something was asked for whose cost cannot be bounded: nothing was sent, because no budget could hold it. */
public abstract sealed class UnpricedException extends RuntimeException
        permits UnpricedInputException,
                UnpricedModelException,
                UnpricedSizeException,
                UnpricedTierException,
                UnpricedToolException {

    UnpricedException(String message) {
        super(message);
    }
}
