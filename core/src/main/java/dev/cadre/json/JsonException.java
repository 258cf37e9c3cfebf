// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A text that is not valid JSON, a tree that lacks an expected value, or a value that cannot be written.
 *
 * <p>The message names the place and the defect. It quotes a short excerpt at most, never the whole text.
 */
public class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The method that sets a bound of Jackson's. */
    private static final Pattern NAMED_SETTING = Pattern.compile(", from `[^`]{1,100}`\\)");

    private static final Pattern QUOTED_TOKEN = Pattern.compile("(Unrecognized token) '[^']{0,1000}'");

    public JsonException(String message) {
        super(message);
    }

    /** @param cause what the code of the value threw: the next time it may not */
    public JsonException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * What a parser says of a text, without the setting that it names and the token that it quotes, which may be a part of a
     * key. For every reader of JSON.
     *
     * @param message the parser's, or null
     */
    public static String words(@Nullable String message) {
        String named = NAMED_SETTING.matcher(String.valueOf(message)).replaceAll(")");
        return QUOTED_TOKEN.matcher(named).replaceAll("$1");
    }
}
