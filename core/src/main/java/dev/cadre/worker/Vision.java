// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.Attachment;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Capability;
import dev.cadre.task.Failure;

/** Keeps pictures from models that see none. */
final class Vision {
    private Vision() {}

    /** Throws {@link UnattachableException} if a picture goes with the input and the model cannot see it. */
    static void require(RungTask task, ModelPool pool) {
        if (!pool.spec().can(Capability.VISION)
                && task.attachments().stream().anyMatch(Attachment.Image.class::isInstance)) {
            String message =
                    "a picture goes with the input of subtask type '%s', and the model '%s' of tier %s lacks %s: state it with ModelSpec.withCapabilities if it has it"
                            .formatted(task.type().name(), pool.model(), task.tier(), Capability.VISION);
            throw new UnattachableException(new Failure(Failure.Kind.INVALID_INPUT, message));
        }
    }
}
