// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a Chromium wrote down about its network: names that it looked up, and whom it spoke to. */
final class NetLog {
    private final Map<String, Set<String>> said = new HashMap<>();

    NetLog(Path file) throws IOException {
        JsonNode log = new ObjectMapper().readTree(whole(Files.readString(file)));
        var types = new HashMap<Integer, String>();
        log.at("/constants/logEventTypes")
                .properties()
                .forEach(type -> types.put(type.getValue().asInt(), type.getKey()));
        for (JsonNode event : log.path("events")) {
            String type = types.getOrDefault(event.path("type").asInt(), "");
            for (String key : Set.of("host", "qname", "address")) {
                if (event.path("params").has(key)) {
                    said.computeIfAbsent(type, each -> new TreeSet<>())
                            .add(event.path("params").path(key).asText());
                }
            }
        }
        if (!said.containsKey("TCP_CONNECT_ATTEMPT")) {
            throw new IllegalStateException("a log of another shape: " + said.keySet());
        }
    }

    /** The arguments that have a browser write one. */
    static String[] into(Path file) {
        return new String[] {"--log-net-log=" + file, "--net-log-capture-mode=Everything"};
    }

    /** The file of a browser that was ended in the middle has no end. */
    private static String whole(String text) {
        String stripped = text.strip();
        return stripped.endsWith(",") ? stripped.substring(0, stripped.length() - 1) + "]}" : stripped;
    }

    /** The names that were looked up, of a resolver or of the system. */
    Set<String> names() {
        var names = new TreeSet<String>();
        for (String event : Set.of("HOST_RESOLVER_MANAGER_JOB", "DNS_TRANSACTION_QUERY")) {
            said.getOrDefault(event, Set.of()).forEach(name -> names.add(name.replaceFirst("^[a-z]+://", "")));
        }
        return names;
    }

    /** Where packets were sent to. */
    Set<String> packets() {
        return said.getOrDefault("UDP_BYTES_SENT", Set.of());
    }

    /** Where connections were asked for. */
    Set<String> connections() {
        return said.get("TCP_CONNECT_ATTEMPT");
    }
}
