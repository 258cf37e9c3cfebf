// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Headers that a gateway wants, by their names in any case. No message quotes a value. */
final class RequestHeaders {
    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "host",
            "content-length",
            "content-type",
            "transfer-encoding",
            "connection",
            "proxy-authorization",
            "accept-encoding",
            "expect");

    private RequestHeaders() {}

    /**
     * The same headers and one more.
     *
     * @throws IllegalArgumentException if no such header may be sent
     */
    static Map<String, String> with(Map<String, String> headers, String name, String value) {
        requireSendable(name, value);
        var more = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        more.putAll(headers);
        more.put(name, value);
        return more;
    }

    /** @throws IllegalArgumentException if no such header may be sent */
    static void requireSendable(String name, String value) {
        if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
            // not quoted: what has no colon in its place has a value here
            throw new IllegalArgumentException(
                    "a header of a gateway has a name of letters, digits, '-' and '_' before its colon, at most 64");
        }
        if (OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("the header '%s' belongs to the connection".formatted(name));
        }
        requireVisible("the header '%s'".formatted(name), value);
    }

    /** @throws IllegalArgumentException if a value cannot be sent in a header */
    static void requireVisible(String what, String value) {
        if (!value.matches("[\\x20-\\x7e]*")) {
            throw new IllegalArgumentException(what + " has other characters than visible ASCII");
        }
    }
}
