// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** Thrown if a picture or a file has no known token bound on the model that should read it. */
public final class UnpricedInputException extends UnpricedException {
    UnpricedInputException(String message) {
        super(message);
    }
}
