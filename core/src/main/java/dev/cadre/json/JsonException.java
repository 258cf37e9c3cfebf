// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

/**
 * Text that is not acceptable JSON, a tree that lacks what was asked of it, or a value that cannot be written.
 *
 * <p>The message names the place and the trouble and quotes at most a short excerpt, never the whole text.
 */
public class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JsonException(String message) {
        super(message);
    }
}
