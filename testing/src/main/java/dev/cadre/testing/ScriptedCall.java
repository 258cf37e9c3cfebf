// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;

/** A call that a {@link ScriptedModel} received. */
public record ScriptedCall(ModelRequest request, CallPurpose purpose) {
    @Override
    public String toString() {
        return "%s %s %s on %s".formatted(purpose.kind(), purpose.subtaskType(), purpose.input(), request.model());
    }
}
