// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** Thrown if a text is not a price file; the message says what it is instead. */
public final class PriceFileException extends RuntimeException {

    PriceFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
