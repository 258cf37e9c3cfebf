// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the calls of a command have taught about the server.
 *
 * @param variables those that would have said so from the start, with their values
 * @param environment of the command
 */
record Learned(Map<String, String> variables, Map<String, String> environment) {
    private static final String API = "CADRE_API";
    private static final String SCHEMAS = "CADRE_SCHEMAS";

    /** What to set; empty if nothing was found out. */
    Optional<String> advice() {
        return variables.isEmpty()
                ? Optional.empty()
                : Optional.of(variables.entrySet().stream()
                                .map(variable -> variable.getKey() + "=" + variable.getValue())
                                .collect(Collectors.joining(" "))
                        + " spares each run the calls that find this out");
    }

    /** Why no answer may have its form; empty unless the server ignores the schemas of answers. */
    Optional<String> onNoForm() {
        boolean isIgnored = variables.getOrDefault(SCHEMAS, value(SCHEMAS)).equals("ignored");
        String api = value(API);
        String other = api.isEmpty()
                ? "no other API of it was better"
                : "%s=%s may heed them".formatted(API, api.startsWith("chat") ? "responses" : "chat");
        return isIgnored
                ? Optional.of("the server ignores the schema of an answer: " + other
                        + ", and cadre doctor --probe tells; or take a model that keeps to a form by itself")
                : Optional.empty();
    }

    private String value(String variable) {
        return environment.getOrDefault(variable, "").strip().toLowerCase(Locale.ROOT);
    }
}
