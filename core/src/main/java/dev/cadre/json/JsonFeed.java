// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A reader of a document that is still being written. It returns each item of one array as soon as the item is
 * complete.
 *
 * <p>The array is a property of the root object. An object or string is complete at its last character, a number or
 * word at the next character. Items that were returned stay valid if the rest is malformed. The same rules hold as
 * for {@link Json#parse}; a repeated key anywhere makes the document malformed.
 *
 * <p>Not safe for use by several threads. Does not block.
 */
public final class JsonFeed {
    /** The progress of a document. */
    public enum State {
        /** More text is expected. */
        OPEN,
        /** The root object is complete; white space may follow. */
        COMPLETE,
        /** The text ended inside the document. */
        TRUNCATED,
        /** The text is not JSON, exceeds a limit or is not an object; the next call throws the reason. */
        MALFORMED
    }

    private final JsonParser parser;
    private final ByteArrayFeeder feeder;
    private final TreeBuilder tree;
    private final int maxChars;
    private int chars;
    private String pendingSurrogate = "";
    private State state = State.OPEN;
    private @Nullable JsonException trouble;

    private JsonFeed(String arrayName, int maxChars) {
        this.tree = TreeBuilder.draining(arrayName);
        this.maxChars = maxChars;
        try {
            var async = JacksonTokens.FACTORY.createNonBlockingByteArrayParser();
            this.parser = async;
            this.feeder = (ByteArrayFeeder) async.getNonBlockingInputFeeder();
        } catch (IOException e) {
            throw new UncheckedIOException("a parser without input failed", e);
        }
    }

    /** A reader of the array with this name in a document of at most {@link Json#MAX_CHARS} characters. */
    public static JsonFeed ofArray(String name) {
        return ofArray(name, Json.MAX_CHARS);
    }

    /** As {@link #ofArray(String)}, with another limit on the length of the document. */
    public static JsonFeed ofArray(String name, int maxChars) {
        return new JsonFeed(name, maxChars);
    }

    /**
     * Reads the next part of the text.
     *
     * @param chunk the part, which may end anywhere, even within a surrogate pair
     * @return the items completed by this chunk, in order
     * @throws JsonException if an <em>earlier</em> chunk was malformed; an error in this chunk is thrown by the next
     *     call, so that the items before it are not lost
     */
    public List<Json> accept(String chunk) {
        throwTrouble();
        if (state == State.TRUNCATED) {
            throw new JsonException("text after the end was announced");
        }
        chars = (int) Math.min(Integer.MAX_VALUE, (long) chars + chunk.length());
        if (chars > maxChars) {
            fail(new JsonException("document is longer than %d characters".formatted(maxChars)));
        } else {
            read(encode(chunk));
        }
        return tree.drain();
    }

    /**
     * Ends the text.
     *
     * @return the root object without the array, or empty if the text was truncated
     * @throws JsonException if the text is malformed
     */
    public Optional<Json> end() {
        throwTrouble();
        if (state == State.OPEN) {
            state = State.TRUNCATED;
            feeder.endOfInput();
        }
        return tree.root();
    }

    /** The progress after the last call. */
    public State state() {
        return state;
    }

    private void read(byte[] bytes) {
        try {
            feeder.feedInput(bytes, 0, bytes.length);
            for (var token = parser.nextToken(); token != JsonToken.NOT_AVAILABLE; token = parser.nextToken()) {
                take(token);
            }
        } catch (JsonProcessingException e) {
            fail(JacksonTokens.explain(e));
        } catch (JsonException e) {
            fail(e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private void take(JsonToken token) throws IOException {
        if (state == State.COMPLETE) {
            throw malformed("Text after the end of the document");
        }
        if (!tree.isStarted() && token != JsonToken.START_OBJECT) {
            throw malformed("Expected an object");
        }
        tree.accept(token, parser);
        if (!tree.duplicates().isEmpty()) {
            throw malformed("Duplicate key " + tree.duplicates().getFirst());
        }
        if (tree.root().isPresent()) {
            state = State.COMPLETE;
        }
    }

    private JsonException malformed(String why) {
        return new JsonException(JacksonTokens.located(why, parser.currentTokenLocation()));
    }

    private void fail(JsonException why) {
        state = State.MALFORMED;
        trouble = why;
    }

    private void throwTrouble() {
        if (trouble != null) {
            throw trouble;
        }
    }

    /** The chunk as UTF-8. Half a surrogate pair at its end is kept for the next chunk; any other is escaped. */
    private byte[] encode(String chunk) {
        var text = pendingSurrogate + chunk;
        boolean isSplit = !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1));
        pendingSurrogate = isSplit ? text.substring(text.length() - 1) : "";
        return JsonText.escapeLoneSurrogates(isSplit ? text.substring(0, text.length() - 1) : text)
                .getBytes(StandardCharsets.UTF_8);
    }
}
