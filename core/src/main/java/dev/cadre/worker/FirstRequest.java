// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.Attachment;
import dev.cadre.model.ModelRequest;
import dev.cadre.pool.ModelPool;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.util.List;

/** The first request of a rung, whichever pool sends it. */
record FirstRequest(
        SubtaskType<?, ?> type,
        Work.Model<?, ?> work,
        String inputJson,
        List<Attachment> attachments,
        String evidence,
        Limits limits) {
    private static final String NO_INPUT = "{}";

    /** For an input that is not known yet. */
    static FirstRequest withoutInput(SubtaskType<?, ?> type, Work.Model<?, ?> work, Limits limits) {
        return new FirstRequest(type, work, NO_INPUT, List.of(), "", limits);
    }

    /** The request as the pool sends it. */
    ModelRequest to(ModelPool pool) {
        return pool.filled(RungPrompt.first(
                type,
                work,
                inputJson,
                attachments,
                evidence,
                pool.model(),
                pool.spec().tokens().maxOutput(),
                limits));
    }
}
