// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.Json;
import dev.cadre.redact.Redactor;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps keys, and what looks like one, out of what is written down. Works on the texts of a tree, before they are
 * escaped: no escape can hide one. Immutable.
 */
final class Secrets {
    private static final String MASK = "[redacted]";

    /** Beside what {@link Redactor#SHAPES} knows: what is named as a secret. The name stays. */
    private static final Pattern NAMED = Pattern.compile(
            "(?i)(?<![A-Za-z0-9])(api[_-]?key|secret|password|access[_-]?token)(\\s{0,8}+[=:]\\s{0,8}+)[^\\s\"',;]{4,}+");

    private final List<String> literals;

    private Secrets(List<String> literals) {
        this.literals = literals;
    }

    /** What looks like a secret, and these; the longest first, so that none leaves a part of another. */
    static Secrets with(List<String> literals) {
        literals.stream().filter(String::isBlank).findFirst().ifPresent(blank -> {
            throw new IllegalArgumentException("a secret must not be blank");
        });
        return new Secrets(literals.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList());
    }

    /** The tree with every text masked, names of fields included. */
    Json clean(Json json) {
        return switch (json) {
            case Json.Obj(var fields) -> {
                Map<String, Json> cleaned = new LinkedHashMap<>();
                fields.forEach((name, value) -> cleaned.put(clean(name), clean(value)));
                yield new Json.Obj(cleaned);
            }
            case Json.Arr(var items) ->
                new Json.Arr(items.stream().map(this::clean).toList());
            case Json.Str(String text) -> new Json.Str(clean(text));
            case Json.Num number -> number;
            case Json.Bool bool -> bool;
            case Json.Null nothing -> nothing;
        };
    }

    String clean(String text) {
        String cleaned = text;
        for (String literal : literals) {
            cleaned = cleaned.replace(literal, MASK);
        }
        cleaned = Redactor.SHAPES.clean(cleaned);
        return NAMED.matcher(cleaned).replaceAll("$1$2" + Matcher.quoteReplacement(MASK));
    }
}
