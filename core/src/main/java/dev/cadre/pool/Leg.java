// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.price.Money;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a call that one pool of a chain makes.
 *
 * @param need the least amount to reserve for an attempt, whatever this pool itself needs
 * @param attempts the attempts that other pools have made
 * @param lastFailure the failure of the last of them; null if there was none
 * @param isFollowed whether another pool makes the call if this one does not, so that waiting for this one is no use
 * @param note why this pool answers instead of an earlier one; empty for the first
 */
record Leg(Money need, int attempts, @Nullable ModelException lastFailure, boolean isFollowed, String note) {
    /** A call without a chain. */
    static final Leg WHOLE = new Leg(Money.ZERO, 0, null, false, "");

    ModelReply noted(ModelReply reply) {
        return note.isEmpty() ? reply : reply.noting(List.of(note));
    }
}
