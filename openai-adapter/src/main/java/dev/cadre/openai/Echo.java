// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseFormatTextConfig;
import java.util.stream.Stream;

/**
 * What a reply of the Responses API repeats of its request, as OpenAI's always does: what a server repeats, it has read.
 *
 * @param hasSchema whether it repeats that the answer was to have the form of a JSON schema
 * @param hasAny whether it repeats anything that the API always repeats: the cap, the form or the choice of tools
 */
record Echo(boolean hasSchema, boolean hasAny) {
    /** Of chat completions, which repeat nothing by their nature. */
    static final Echo NONE = new Echo(false, false);

    static Echo of(Response response) {
        boolean hasSchema = response._text()
                .asKnown()
                .flatMap(text -> text._format().asKnown())
                .filter(ResponseFormatTextConfig::isJsonSchema)
                .isPresent();
        boolean hasAny = Stream.of(response._maxOutputTokens(), response._text(), response._toolChoice())
                .anyMatch(field -> !field.isMissing() && !field.isNull());
        return new Echo(hasSchema, hasAny);
    }
}
