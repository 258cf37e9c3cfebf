// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.JsonException;
import java.util.List;

/** A reply that does not fit its {@link JsonType}. The text of its {@link #defects()} can stand in a repair prompt. */
public final class JsonMismatchException extends JsonException {
    private static final long serialVersionUID = 1L;

    private final List<String> defects;

    /** An exception with at least one defect. */
    public JsonMismatchException(List<String> defects) {
        super(String.join("; ", defects));
        if (defects.isEmpty()) {
            throw new IllegalArgumentException("a mismatch needs at least one defect");
        }
        this.defects = List.copyOf(defects);
    }

    /**
     * The defects in document order, such as {@code $.steps[0].tier: "HUGE" is not one of NANO, MINI}.
     *
     * @return 1 to 10 lines of at most 300 characters; further defects are left out
     */
    public List<String> defects() {
        return defects;
    }
}
