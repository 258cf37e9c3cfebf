// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** A text that is no price file: the message says what it is instead. */
public final class PriceFileException extends RuntimeException {

    PriceFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
