// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

/**
 * A type or schema that strict mode cannot express. The message names the place, the reason and often an alternative.
 */
public final class JsonTypeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    JsonTypeException(String message) {
        super(message);
    }
}
