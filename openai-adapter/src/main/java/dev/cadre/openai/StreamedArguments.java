// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;

/**
 * The arguments of one call, which a stream sends in pieces, whole, and again with their item. The longest reading counts
 * that agrees with the others; an empty one says nothing, and a whole one counts more than pieces that are no JSON.
 */
final class StreamedArguments {
    private static final ObjectReader WHOLE =
            ServerJson.MAPPER.readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final int MOST_QUOTED = 2_000;

    private final StringBuilder pieces = new StringBuilder();
    private final StringBuilder contradictions = new StringBuilder();
    private String begun = "";
    private JsonNode best = MissingNode.getInstance();

    /** What the item had when it began: a placeholder, the first piece, or all of it. */
    void begin(JsonNode given) {
        if (given.isTextual()) {
            begun = given.asText();
        } else {
            addWhole(given);
        }
    }

    void addPiece(JsonNode piece) {
        if (piece.isContainerNode()) {
            addWhole(piece);
        } else {
            pieces.append(piece.asText(""));
        }
    }

    void addWhole(JsonNode given) {
        if (CallArguments.isEmpty(given)) {
            best = CallArguments.isAbsent(best) ? given : best;
        } else if (CallArguments.isEmpty(best)) {
            best = given;
        } else if (!given.equals(best)) {
            best = longer(best, given);
        }
    }

    /** What was sent; a missing node if nothing was. */
    JsonNode read(ReplyNotes notes) {
        if (!pieces.isEmpty() || !begun.isEmpty()) {
            TextNode joined = TextNode.valueOf(pieces.toString());
            boolean areWhole =
                    pieces.isEmpty() || begun.isEmpty() || !value(joined).isMissingNode();
            addWhole(areWhole ? joined : TextNode.valueOf(begun + pieces));
            if (areWhole) {
                addWhole(TextNode.valueOf(begun));
            }
            pieces.setLength(0);
            begun = "";
        }
        return contradictions.isEmpty()
                ? best
                : TextNode.valueOf(CallArguments.contradictory(quoted(best) + contradictions, notes));
    }

    private JsonNode longer(JsonNode one, JsonNode other) {
        JsonNode value = value(one);
        JsonNode otherValue = value(other);
        if (value.isMissingNode() && otherValue.isMissingNode()) {
            if (other.asText().startsWith(one.asText())) {
                return other;
            }
            if (one.asText().startsWith(other.asText())) {
                return one;
            }
        } else if (otherValue.isMissingNode() || CallArguments.contain(value, otherValue)) {
            return one;
        } else if (value.isMissingNode() || CallArguments.contain(otherValue, value)) {
            return other;
        }
        if (contradictions.length() < MOST_QUOTED) {
            contradictions.append(' ').append(quoted(other));
        }
        return one;
    }

    private static String quoted(JsonNode given) {
        String text = given.isTextual() ? given.asText() : given.toString();
        return text.length() <= MOST_QUOTED ? text : text.substring(0, MOST_QUOTED);
    }

    /** The one JSON value in it; a missing node if there is none, or more. */
    private static JsonNode value(JsonNode given) {
        if (!given.isTextual()) {
            return given;
        }
        try {
            return WHOLE.readTree(given.asText());
        } catch (JsonProcessingException noJson) {
            return MissingNode.getInstance();
        }
    }
}
