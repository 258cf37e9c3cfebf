// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.core.JsonValue;
import com.openai.models.responses.Tool;
import dev.cadre.model.ProviderTool.RemoteMcp;
import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What remote MCP servers want to be shown, by their address: the provider is told it with each request, in the fields that
 * it has for that, and nobody else. Immutable.
 */
final class McpAccess {
    /** A shorter one could not be masked in what a server says without spoiling every message. */
    private static final int LEAST_SECRET_CHARS = 8;

    static final McpAccess NONE = new McpAccess(Map.of());

    /** @param token empty if there is none */
    private record Shown(String token, Map<String, String> headers) {
        static final Shown NOTHING = new Shown("", Map.of());

        Shown withToken(String secret) {
            return new Shown(secret, headers);
        }

        Shown withHeader(String name, String secret) {
            var more = new LinkedHashMap<>(headers);
            more.put(name, secret);
            return new Shown(token, Map.copyOf(more));
        }

        @Override
        public String toString() {
            return "Shown[...]";
        }
    }

    private final Map<URI, Shown> byServer;

    private McpAccess(Map<URI, Shown> byServer) {
        this.byServer = byServer;
    }

    McpAccess withToken(URI server, String token) {
        return with(server, shown(server).withToken(secret(token)));
    }

    McpAccess withHeader(URI server, String name, String value) {
        if (!name.matches("[A-Za-z0-9-]{1,64}")
                || Set.of("host", "content-length").contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("no name of a header: '%.64s'".formatted(name));
        }
        return with(server, shown(server).withHeader(name, secret(value)));
    }

    private McpAccess with(URI server, Shown shown) {
        var more = new HashMap<>(byServer);
        more.put(server, shown);
        return new McpAccess(Map.copyOf(more));
    }

    private static String secret(String text) {
        if (text.length() < LEAST_SECRET_CHARS || !text.matches("[\\x21-\\x7e]+( [\\x21-\\x7e]+)*")) {
            throw new IllegalArgumentException(
                    "what an MCP server is shown must have at least %d characters of ASCII, not %d characters"
                            .formatted(LEAST_SECRET_CHARS, text.length()));
        }
        return text;
    }

    /** Whether anything is shown to this server. */
    boolean isFor(RemoteMcp server) {
        return byServer.containsKey(server.address());
    }

    /** Adds what this server is shown, to the very address that it was meant for. */
    void show(RemoteMcp server, Tool.Mcp.Builder tool) {
        Shown shown = shown(server.address());
        if (!shown.token().isEmpty()) {
            tool.authorization(shown.token());
        }
        if (!shown.headers().isEmpty()) {
            var headers = Tool.Mcp.Headers.builder();
            shown.headers().forEach((name, value) -> headers.putAdditionalProperty(name, JsonValue.from(value)));
            tool.headers(headers.build());
        }
    }

    /** All that must not be told to anybody else. */
    Stream<String> secrets() {
        return byServer.values().stream()
                .flatMap(shown -> Stream.concat(Stream.of(shown.token()), shown.headers().values().stream()))
                .filter(secret -> !secret.isEmpty());
    }

    private Shown shown(URI server) {
        return byServer.getOrDefault(server, Shown.NOTHING);
    }

    @Override
    public String toString() {
        return "McpAccess[%d servers]".formatted(byServer.size());
    }
}
