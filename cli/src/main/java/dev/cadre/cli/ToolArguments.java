// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.json.Json;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The arguments of a call of a tool, of which a client may have sent anything; every refusal names the argument. */
final class ToolArguments {
    private final Json.Obj given;

    private ToolArguments(Json.Obj given) {
        this.given = given;
    }

    /** @throws UsageException if one has a name that the tool does not know: a limit that is misspelt must not be lost */
    static ToolArguments of(Json.Obj given, Set<String> known) throws UsageException {
        for (String name : given.fields().keySet()) {
            if (!known.contains(name)) {
                throw OptionValues.refused(
                        "arguments",
                        name,
                        "one of " + String.join(", ", known.stream().sorted().toList()));
            }
        }
        return new ToolArguments(given);
    }

    private Optional<Json> at(String name) {
        return given.at(name).filter(value -> value != Json.Null.NULL);
    }

    /** A string of at most this length; empty if there is none. */
    String text(String name, int maxCharacters) throws UsageException {
        Json value = at(name).orElse(new Json.Str(""));
        if (!(value instanceof Json.Str(String text))) {
            throw new UsageException("bad_argument", name + " is a string, not " + value.kind());
        }
        if (text.length() > maxCharacters) {
            throw new UsageException(
                    "bad_argument",
                    name + " has " + text.length() + " characters; at most " + maxCharacters + " are allowed");
        }
        return text;
    }

    boolean isTrue(String name) throws UsageException {
        Json value = at(name).orElse(new Json.Bool(false));
        if (!(value instanceof Json.Bool(boolean isTrue))) {
            throw new UsageException("bad_argument", name + " is true or false, not " + value.kind());
        }
        return isTrue;
    }

    /** An amount of dollars above 0, as a number or a string; at most the limit, which is also the default. */
    Money usd(String name, Money limit) throws UsageException {
        Optional<String> value = literal(name);
        if (value.isEmpty()) {
            return limit;
        }
        Money amount = OptionValues.usd(name, value.get());
        if (amount.isMoreThan(limit)) {
            throw OptionValues.refused(name, value.get(), "within what one call may ask for, %s".formatted(limit));
        }
        return amount;
    }

    int count(String name, int ordinary, int max) throws UsageException {
        Optional<String> value = literal(name);
        return value.isEmpty() ? ordinary : OptionValues.count(name, value.get(), max);
    }

    /** A time such as {@code 30s}; at most the limit, which is also the default. */
    Duration time(String name, Duration limit) throws UsageException {
        Optional<String> value = literal(name);
        if (value.isEmpty()) {
            return limit;
        }
        Duration time = OptionValues.time(name, value.get());
        if (time.compareTo(limit) > 0) {
            throw OptionValues.refused(
                    name, value.get(), "within what one call may ask for, " + OptionValues.typed(limit));
        }
        return time;
    }

    /** A number or a string as it was written; numbers are not expanded, since {@code 1e999999999} is one, too. */
    private Optional<String> literal(String name) throws UsageException {
        Optional<Json> value = at(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (value.get()) {
                    case Json.Num(var number) -> number.toString();
                    case Json.Str(String text) -> text;
                    default ->
                        throw new UsageException(
                                "bad_argument",
                                name + " is a number, not " + value.get().kind());
                });
    }
}
