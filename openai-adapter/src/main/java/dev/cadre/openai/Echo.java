// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseFormatTextConfig;

/**
 * What a reply of the Responses API repeats of its request, as OpenAI's always does: what a server repeats, it has read.
 *
 * @param hasSchema whether it repeats that the answer was to have the form of a JSON schema
 */
record Echo(boolean hasSchema) {
    /** Of chat completions, which repeat nothing by their nature. */
    static final Echo NONE = new Echo(false);

    static Echo of(Response response) {
        boolean hasSchema = response._text()
                .asKnown()
                .flatMap(text -> text._format().asKnown())
                .filter(ResponseFormatTextConfig::isJsonSchema)
                .isPresent();
        return new Echo(hasSchema);
    }
}
