// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.JsonException;
import java.util.List;

/** A reply that does not fit its {@link JsonType}; {@link #defects()} says why in words fit for a repair prompt. */
public final class JsonMismatchException extends JsonException {
    private static final long serialVersionUID = 1L;

    private final List<String> defects;

    /** Reports the given defects, of which there must be at least one. */
    public JsonMismatchException(List<String> defects) {
        super(String.join("; ", defects));
        if (defects.isEmpty()) {
            throw new IllegalArgumentException("a mismatch needs at least one defect");
        }
        this.defects = List.copyOf(defects);
    }

    /**
     * What is wrong, in document order, such as {@code $.steps[0].tier: "HUGE" is not one of NANO, MINI}.
     *
     * @return 1 to 10 lines of at most 300 characters; further defects of the same reply are left out
     */
    public List<String> defects() {
        return defects;
    }
}
