// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.prompt.Prompt;
import dev.cadre.task.Limits;

/**
 * What a model is asked in a merge, whatever the outcomes are.
 *
 * @param tier the tier that is asked
 * @param instructions what it is told to do
 * @param format the form of its reply
 */
record Asking<T>(Tier tier, String instructions, ReplyFormat<T> format) {
    /**
     * Asks a model to do a task as the caller wants it done.
     *
     * @param task the library's instructions, which the caller's follow
     */
    static <T> Asking<T> of(Tier tier, String task, Wishes wishes, ReplyFormat<T> format) {
        String own = wishes.instructions();
        return new Asking<>(tier, own.isEmpty() ? task : task + "\n\n" + Prompt.MERGE_INSTRUCTIONS.with(own), format);
    }

    MergePrompt prompt(ModelPool pool, Limits limits) {
        return new MergePrompt(pool.model(), instructions, format.output(), limits.effort());
    }
}
