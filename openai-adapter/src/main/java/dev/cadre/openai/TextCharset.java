// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonParseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The charset of a body. Whatever its type says, text that is UTF-8 is read so: no other text looks like it but ASCII. Else
 * the charset that the type says counts, and bytes that are none of it are no text: nothing is replaced.
 */
final class TextCharset {
    private static final Pattern NAMED =
            Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\\s\";]{1,40})", Pattern.CASE_INSENSITIVE);

    private final Charset said;
    private final ReplyNotes notes;

    private TextCharset(Charset said, ReplyNotes notes) {
        this.said = said;
        this.notes = notes;
    }

    /** That of a body with a type; of none, and of a type without a charset that is known, UTF-8. */
    static TextCharset of(String contentType, ReplyNotes notes) {
        Matcher named = NAMED.matcher(contentType);
        return new TextCharset(
                named.find() ? known(named.group(1)).orElse(StandardCharsets.UTF_8) : StandardCharsets.UTF_8, notes);
    }

    private static Optional<Charset> known(String name) {
        try {
            return Optional.of(Charset.forName(name));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return Optional.empty();
        }
    }

    /** Whether the type says that it is another than UTF-8. */
    boolean isOther() {
        return !said.equals(StandardCharsets.UTF_8);
    }

    /** Whether bytes are UTF-8. */
    static boolean isUtf8(byte[] bytes) {
        return decoded(bytes, StandardCharsets.UTF_8).isPresent();
    }

    /**
     * The text of bytes that end between two characters.
     *
     * @throws IOException if they are no text
     */
    String decoded(byte[] bytes) throws IOException {
        Optional<String> usual = decoded(bytes, StandardCharsets.UTF_8);
        if (usual.isPresent()) {
            return usual.get();
        }
        Optional<String> other = decoded(bytes, said);
        if (other.isEmpty()) {
            throw new JsonParseException(null, "bytes that are no " + said.name());
        }
        notes.add("the text came as " + said.name());
        return other.get();
    }

    private static Optional<String> decoded(byte[] bytes, Charset charset) {
        try {
            return Optional.of(
                    charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException none) {
            return Optional.empty();
        }
    }
}
