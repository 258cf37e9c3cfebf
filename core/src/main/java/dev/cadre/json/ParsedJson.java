// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The tree of a JSON text, with facts that the tree does not show.
 *
 * @param duplicates the places of repeated keys
 * @param endOffset the index of the first character after the value
 */
public record ParsedJson(Json root, List<String> duplicates, int endOffset) {

    /** Reads a text that is exactly one document. */
    static ParsedJson document(String text) {
        return read(text, true);
    }

    /** Reads the document at the start of a text. */
    static ParsedJson prefix(String text) {
        return read(text, false);
    }

    /**
     * Reads the reply of a model: a document, or one object in a code fence or between sentences.
     *
     * <p>The first brace opens the object. A bracket outside of the object means that the reply is something else,
     * perhaps cut off or two answers. Then choosing one would be a guess.
     */
    public static ParsedJson reply(String text) {
        int start = text.indexOf('{');
        if (start <= 0) {
            return start < 0 ? document(text) : object(text);
        }
        var before = text.substring(0, start);
        // the prose becomes blanks, so that an error has the right line and column
        return isProse(before) ? object(before.replaceAll("[^\n]", " ") + text.substring(start)) : document(text);
    }

    Json requireUniqueKeys() {
        if (!duplicates.isEmpty()) {
            throw new JsonException(duplicates.getFirst() + ": duplicate key");
        }
        return root;
    }

    private static ParsedJson object(String text) {
        var parsed = prefix(text);
        return isProse(text.substring(parsed.endOffset)) ? parsed : document(text);
    }

    private static boolean isProse(String text) {
        return text.chars().noneMatch(c -> c == '{' || c == '}' || c == '[' || c == ']');
    }

    private static ParsedJson read(String text, boolean toTheEnd) {
        if (text.length() > Json.MAX_CHARS) {
            throw new JsonException("text of %d characters is longer than %d".formatted(text.length(), Json.MAX_CHARS));
        }
        try (var parser = JacksonTokens.FACTORY.createParser(text)) {
            var tree = TreeBuilder.whole();
            while (tree.root().isEmpty()) {
                tree.accept(next(parser), parser);
            }
            int end = (int) parser.currentLocation().getCharOffset();
            if (toTheEnd && parser.nextToken() != null) {
                throw new JsonException(
                        JacksonTokens.located("Text after the end of the document", parser.currentTokenLocation()));
            }
            return new ParsedJson(tree.root().orElseThrow(), tree.duplicates(), end);
        } catch (JsonProcessingException e) {
            throw JacksonTokens.explain(e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private static JsonToken next(JsonParser parser) throws IOException {
        var token = parser.nextToken();
        if (token == null) {
            throw new JsonException(JacksonTokens.located("Unexpected end of text", parser.currentLocation()));
        }
        return token;
    }
}
