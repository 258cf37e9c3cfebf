// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The answers with which a server sends a page, or a frame in it, somewhere else. Chromium ends where one sends a frame to an
 * address of another program and its preferences refuse that, so that such an answer does not reach it.
 */
final class Redirects {
    /** What DevTools are asked to wait with. */
    static final Map<String, Object> WATCHED = Map.of(
            "patterns", List.of(Map.of("urlPattern", "*", "resourceType", "Document", "requestStage", "Response")));

    /** Of an address that begins with one; what else an address begins with belongs to the page's own. */
    private static final Pattern SCHEME =
            Pattern.compile("[\\x00-\\x20]*+([A-Za-z][A-Za-z0-9+.\\-\\t\\r\\n]*+):.*", Pattern.DOTALL);

    private static final Set<String> KNOWN = Set.of("http", "https");

    private static final Pattern HEAD = Pattern.compile(
            "\\{\"method\":\"Fetch\\.requestPaused\",\"params\":\\{\"requestId\":\"([A-Za-z0-9.-]{1,100})\".*",
            Pattern.DOTALL);

    private static final int HEAD_BYTES = 300;

    private Redirects() {}

    /** The id of an answer that waits, of which a message that is too long to be read tells. */
    static Optional<String> idIn(byte[] message) {
        int head = Math.min(message.length, HEAD_BYTES);
        Matcher told = HEAD.matcher(new String(message, 0, head, StandardCharsets.UTF_8));
        return told.matches() ? Optional.of(told.group(1)) : Optional.empty();
    }

    /** The command with which an answer that waits goes on, or does not. */
    static String command(JsonNode waiting) {
        return waiting.path("responseHeaders").valueStream().anyMatch(Redirects::leadsToAProgram)
                ? "Fetch.failRequest"
                : "Fetch.continueResponse";
    }

    /** What the command is told. */
    static Map<String, String> parameters(JsonNode waiting) {
        String id = waiting.path("requestId").asText();
        return command(waiting).equals("Fetch.failRequest")
                ? Map.of("requestId", id, "errorReason", "BlockedByClient")
                : Map.of("requestId", id);
    }

    private static boolean leadsToAProgram(JsonNode header) {
        Matcher address = SCHEME.matcher(header.path("value").asText());
        return header.path("name").asText().equalsIgnoreCase("location")
                && address.matches()
                && !KNOWN.contains(
                        address.group(1).replaceAll("[\\t\\r\\n]", "").toLowerCase(Locale.ROOT));
    }
}
