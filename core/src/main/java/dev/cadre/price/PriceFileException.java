// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** A price file that cannot be trusted: the message names the model and the field. */
public final class PriceFileException extends RuntimeException {

    PriceFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
