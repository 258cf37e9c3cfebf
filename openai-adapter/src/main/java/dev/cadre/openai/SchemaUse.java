// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

/**
 * What a server does with the JSON schema of an answer. A model that does not see the schema chooses among labels blindly.
 *
 * <p>OpenAI shows it. Of another server {@link #FORCED} is assumed, and {@link #IGNORED} once it has broken the schema.
 */
public enum SchemaUse {
    /** It shows the schema to the model and forces the model to it: nothing is added to the instructions. */
    SHOWN(AnswerForm.SHOWN),
    /**
     * It forces the model to the schema and does not show it, as llama.cpp: the form of the answer is written behind the
     * instructions. Costs these input tokens of every call, or a tenth of them where the prefix is cached.
     */
    FORCED(AnswerForm.FORCED),
    /** It does not know schemas: it is asked for a JSON object, with the form behind the instructions. */
    IGNORED(AnswerForm.JSON_OBJECT);

    private final AnswerForm form;

    SchemaUse(AnswerForm form) {
        this.form = form;
    }

    AnswerForm form() {
        return form;
    }
}
