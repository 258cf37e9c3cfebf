// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

/**
 * A text that is not valid JSON, a tree that lacks an expected value, or a value that cannot be written.
 *
 * <p>The message names the place and the defect. It quotes a short excerpt at most, never the whole text.
 */
public class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JsonException(String message) {
        super(message);
    }
}
