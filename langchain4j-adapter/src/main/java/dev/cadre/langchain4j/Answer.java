// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;

/**
 * What a model of LangChain4j answered, with the provider's own words.
 *
 * @param notes what had to be put right
 * @param defect why it is no answer, though it came whole; empty as a rule
 */
record Answer(ChatResponse response, RawReply raw, List<String> notes, String defect) {
    static Answer of(ChatResponse response) {
        return new Answer(response, RawReply.of(response), List.of(), "");
    }
}
