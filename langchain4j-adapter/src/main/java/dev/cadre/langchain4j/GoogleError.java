// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The details that Google's interfaces put into an error, as {@code google.rpc} defines them; none for others. */
record GoogleError(List<Json.Obj> details) {
    private static final Pattern SECONDS = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)s");
    private static final int NANO_DIGITS = 9;

    /** The error of a body, which LangChain4j gives as the message of its exception. */
    static GoogleError in(String body) {
        try {
            return body.stripLeading().startsWith("{") && Json.parse(body) instanceof Json.Obj object
                    ? new GoogleError(objects(object, "error", "details").toList())
                    : new GoogleError(List.of());
        } catch (JsonException malformed) {
            return new GoogleError(List.of());
        }
    }

    /** The time until another call may succeed. */
    Optional<Duration> retryAfter() {
        return texts("retryDelay")
                .map(SECONDS::matcher)
                .filter(Matcher::matches)
                .map(seconds -> Duration.ofNanos(new BigDecimal(seconds.group(1))
                        .movePointRight(NANO_DIGITS)
                        .longValue()))
                .findFirst();
    }

    /** Whether the allowance of the day is used up: no wait inside a run brings it back. */
    boolean isOfTheDay() {
        return details.stream()
                .flatMap(detail -> objects(detail, "violations"))
                .anyMatch(violation -> violation.at("quotaId").stream()
                        .anyMatch(id -> id instanceof Json.Str(String name) && name.contains("PerDay")));
    }

    private Stream<String> texts(String name) {
        return details.stream()
                .flatMap(detail -> detail.at(name).stream())
                .filter(Json.Str.class::isInstance)
                .map(text -> ((Json.Str) text).value());
    }

    private static Stream<Json.Obj> objects(Json.Obj owner, String... path) {
        return owner.at(path).orElse(Json.arr()) instanceof Json.Arr list
                ? list.items().stream().filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast)
                : Stream.empty();
    }
}
