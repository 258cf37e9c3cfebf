// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import com.fasterxml.jackson.core.ErrorReportConfiguration;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;

/**
 * The only Jackson configuration: strict JSON, bounded depth and lengths, and errors that quote little of the document.
 */
final class JacksonTokens {
    // a short text can have many values: the tree of 16 MB of "[1,1,…" would take half a gigabyte
    private static final long MAX_TOKENS = 1_000_000;
    private static final int MAX_NAME_CHARS = 10_000;
    private static final int MAX_QUOTED_CHARS = 32;
    private static final int MAX_MESSAGE_CHARS = 200;

    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Json.MAX_DEPTH)
                    .maxNameLength(MAX_NAME_CHARS)
                    .maxNumberLength(Json.MAX_NUMBER_CHARS)
                    .maxTokenCount(MAX_TOKENS)
                    .maxStringLength(Json.MAX_CHARS)
                    .build())
            .errorReportConfiguration(ErrorReportConfiguration.builder()
                    .maxErrorTokenLength(MAX_QUOTED_CHARS)
                    .build())
            // names come from models: interning them would fill a table that the whole process shares
            .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
            .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, false)
            .build();

    private JacksonTokens() {}

    static JsonException explain(JsonProcessingException trouble) {
        return new JsonException(located(JsonException.words(trouble.getOriginalMessage()), trouble.getLocation()));
    }

    static String located(String trouble, JsonLocation location) {
        var line = JsonText.line(trouble, MAX_MESSAGE_CHARS);
        return location == null || location.getLineNr() < 0
                ? line
                : "%s at line %d, column %d".formatted(line, location.getLineNr(), location.getColumnNr());
    }
}
