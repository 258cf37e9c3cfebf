// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.json.JsonException;

/**
 * A value as text, and as the next session will read it.
 *
 * @param value read again from the text
 */
record Written<T>(String json, T value) {

    /** @throws UnrecordableException if it is no value of this form */
    static <T> Written<T> of(T value, Form<T> form) throws UnrecordableException {
        try {
            String json = form.write(value);
            return new Written<>(json, form.read(json));
        } catch (JsonException | IllegalArgumentException unfit) {
            throw new UnrecordableException(unfit);
        }
    }
}
