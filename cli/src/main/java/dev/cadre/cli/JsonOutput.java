// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.json.Json;
import java.util.Map;

/** Writes JSON, in characters that a terminal only shows; the only class of the command that knows how. */
final class JsonOutput {
    private final ObjectMapper mapper = new ObjectMapper();

    /** Returns the document, a record, on one line. */
    String document(Record document) {
        return write(document);
    }

    /** Returns the document on one line. */
    String document(SimulateDocument document) {
        return write(document);
    }

    /** Returns the document on one line. */
    String document(Json.Obj document) {
        return escaped(document.write());
    }

    /** Returns an event of the progress on one line. */
    String event(Map<String, Object> event) {
        return write(event);
    }

    private String write(Object value) {
        try {
            return escaped(mapper.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of strings and numbers are always written", e);
        }
    }

    /** The mapper escapes the ASCII controls; what else steers a terminal can only stand inside strings. */
    private static String escaped(String json) {
        var safe = new StringBuilder(json.length());
        json.codePoints().forEach(c -> {
            if (TextOutput.isHarmless(c)) {
                safe.appendCodePoint(c);
            } else {
                for (char unit : Character.toChars(c)) {
                    safe.append("\\u%04x".formatted((int) unit));
                }
            }
        });
        return safe.toString();
    }
}
