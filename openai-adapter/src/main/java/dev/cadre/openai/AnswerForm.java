// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.json.JsonException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.schema.Notation;

/** How a server is asked for an answer of a JSON schema, from the strictest to the weakest. The answer is checked anyway. */
enum AnswerForm {
    /** The server is told the schema, shows it to the model, and forces the model to it. */
    SHOWN(""),
    /** The server is told the schema and forces the model to it, but does not show it: the form stands in the instructions. */
    FORCED(""),
    /** The server forces the model to some JSON object; the form stands in the instructions. */
    JSON_OBJECT("the server takes no JSON schema for the answer: it was asked for a JSON object, and the form was"
            + " written into the instructions"),
    /** The form stands in the instructions, and nothing forces the model. */
    PROMPT("the server takes no form for the answer: it was written into the instructions");

    private static final String INSTRUCTION = "Reply with one line of JSON of this form, and nothing else: ";

    private final String note;

    AnswerForm(String note) {
        this.note = note;
    }

    /** What a reply that was asked for in this form notes; empty for the strictest. */
    String note() {
        return note;
    }

    /** Whether the server is told the schema. */
    boolean hasSchema() {
        return this == SHOWN || this == FORCED;
    }

    /** The next weaker form. */
    AnswerForm weaker() {
        return hasSchema() ? JSON_OBJECT : PROMPT;
    }

    /** The request with its form where this puts it: behind the instructions, which are the same for many requests. */
    ModelRequest apply(ModelRequest request) {
        if (this == SHOWN || !(request.output() instanceof OutputFormat.JsonSchema schema)) {
            return request;
        }
        return new ModelRequest(
                request.model(),
                schema.isExplained() ? request.instructions() : explained(request.instructions(), schema),
                request.turns(),
                request.tools(),
                hasSchema() ? schema : new OutputFormat.Text(),
                request.maxOutputTokens(),
                request.effort(),
                request.serviceTier(),
                request.options());
    }

    private static String explained(String instructions, OutputFormat.JsonSchema schema) {
        try {
            return instructions
                    + (instructions.isBlank() ? "" : "\n\n")
                    + INSTRUCTION
                    + Notation.ofSchema(schema.schema());
        } catch (JsonException broken) {
            throw new IllegalArgumentException(
                    "the output schema '%s' is not a JSON object".formatted(schema.name()), broken);
        }
    }

    /** Asks for a JSON object in a body, if this form does and the request wants one. */
    void apply(ObjectNode body, Api api, ModelRequest request) {
        if (this == JSON_OBJECT && request.output() instanceof OutputFormat.JsonSchema) {
            ObjectNode format = api == Api.RESPONSES
                    ? body.withObjectProperty("text").putObject("format")
                    : body.putObject("response_format");
            format.put("type", "json_object");
        }
    }

    /**
     * Whether a text cannot have been forced to a schema: it is no JSON object, or lacks a member that the schema requires.
     */
    static boolean isIgnoredBy(String text, OutputFormat.JsonSchema output) {
        try {
            JsonNode answer = ServerJson.MAPPER.readTree(text);
            if (!answer.isObject()) {
                return true;
            }
            for (JsonNode required : ServerJson.MAPPER.readTree(output.schema()).path("required")) {
                if (!answer.has(required.asText())) {
                    return true;
                }
            }
            return false;
        } catch (JsonProcessingException noJson) {
            return true;
        }
    }
}
