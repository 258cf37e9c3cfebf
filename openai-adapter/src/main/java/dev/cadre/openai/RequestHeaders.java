// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Headers that a gateway wants, by their names in any case. No message quotes a value. */
final class RequestHeaders {
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("host", "content-length", "content-type", "transfer-encoding", "connection", "proxy-authorization");

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
        if (!name.matches("[A-Za-z0-9_-]{1,64}") || OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("no name of a header of a gateway: '%.64s'".formatted(name));
        }
        if (!value.matches("[\\x20-\\x7e]*")) {
            throw new IllegalArgumentException(
                    "the header '%s' has other characters than visible ASCII".formatted(name));
        }
    }
}
