// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

/** A Java type that no strict schema can express; the message names the component, its type and what to use instead. */
public final class JsonTypeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    JsonTypeException(String message) {
        super(message);
    }
}
