// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The bindings of the JDK's types that are strings, numbers or booleans in JSON. */
final class Scalars {
    private static final String LOCAL_DATE_TIME = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?$";

    // not the format "duration": it allows months, which have no fixed length, and forbids fractions of a second
    private static final String DURATION = "^P(\\d+D)?(T(-?\\d+H)?(-?\\d+M)?(-?\\d+(\\.\\d{1,9})?S)?)?$";

    /** The most digits that a number can be written with. */
    private static final int MAX_DIGITS = Json.MAX_NUMBER_CHARS;

    private static final Map<Class<?>, ScalarBinding> BY_TYPE = Stream.of(
                    strings(),
                    booleans(),
                    whole(Byte.class, Byte.MIN_VALUE, Byte.MAX_VALUE, Number::byteValue),
                    whole(Short.class, Short.MIN_VALUE, Short.MAX_VALUE, Number::shortValue),
                    whole(Integer.class, Integer.MIN_VALUE, Integer.MAX_VALUE, Number::intValue),
                    whole(Long.class, Long.MIN_VALUE, Long.MAX_VALUE, Number::longValue),
                    bigIntegers(),
                    fractions(Float.class, BigDecimal::floatValue, value -> !value.isInfinite()),
                    fractions(Double.class, BigDecimal::doubleValue, value -> !value.isInfinite()),
                    fractions(BigDecimal.class, value -> value, value -> true),
                    text(Instant.class, format("date-time"), "an instant like 2026-01-31T09:30:00Z", Instant::parse),
                    text(LocalDate.class, format("date"), "a date like 2026-01-31", LocalDate::parse),
                    text(
                            LocalDateTime.class,
                            type("string").with("pattern", LOCAL_DATE_TIME),
                            "a local date and time like 2026-01-31T09:30:00",
                            LocalDateTime::parse),
                    text(
                            Duration.class,
                            type("string").with("pattern", DURATION),
                            "a duration like PT1H30M",
                            Duration::parse),
                    text(UUID.class, format("uuid"), "a UUID", Scalars::uuid),
                    text(URI.class, type("string"), "a URI", URI::create))
            .collect(Collectors.toUnmodifiableMap(binding -> (Class<?>) binding.javaType(), binding -> binding));

    private Scalars() {}

    static Optional<ScalarBinding> of(Class<?> type) {
        return Optional.ofNullable(BY_TYPE.get(type));
    }

    private static Json.Obj type(String name) {
        return Json.obj().with("type", name);
    }

    private static Json.Obj format(String format) {
        return type("string").with("format", format);
    }

    private static ScalarBinding strings() {
        return new ScalarBinding(
                String.class, type("string"), value -> new Json.Str((String) value), Scalars::stringOrDefect);
    }

    private static ScalarBinding booleans() {
        return new ScalarBinding(
                Boolean.class, type("boolean"), value -> new Json.Bool((Boolean) value), (json, at, defects) -> {
                    var bool = defects.require(Json.Bool.class, "true or false", json, at);
                    return bool == null ? null : bool.value();
                });
    }

    private static <N extends Number> ScalarBinding whole(
            Class<N> type, long least, long greatest, Function<Number, N> narrow) {
        var min = BigDecimal.valueOf(least);
        var max = BigDecimal.valueOf(greatest);
        return new ScalarBinding(
                type, type("integer"), value -> Json.Num.of(((Number) value).longValue()), (json, at, defects) -> {
                    var number = wholeOrDefect(json, at, defects);
                    if (number != null && (number.compareTo(min) < 0 || number.compareTo(max) > 0)) {
                        defects.add(at, "%s is not between %d and %d".formatted(number, least, greatest));
                        return null;
                    }
                    return number == null ? null : narrow.apply(number);
                });
    }

    private static ScalarBinding bigIntegers() {
        return new ScalarBinding(
                BigInteger.class,
                type("integer"),
                value -> new Json.Num(new BigDecimal((BigInteger) value)),
                (json, at, defects) -> {
                    var number = wholeOrDefect(json, at, defects);
                    // 1e9999 is short, but takes four kilobytes as a whole number
                    if (number != null && (long) number.precision() - number.scale() > MAX_DIGITS) {
                        defects.add(at, "%s has more than %,d digits".formatted(number, MAX_DIGITS));
                        return null;
                    }
                    return number == null ? null : number.toBigIntegerExact();
                });
    }

    private static <N extends Number> ScalarBinding fractions(
            Class<N> type, Function<BigDecimal, N> convert, Predicate<N> isFinite) {
        return new ScalarBinding(
                type, type("number"), value -> new Json.Num(new BigDecimal(value.toString())), (json, at, defects) -> {
                    var number = defects.require(Json.Num.class, "a number", json, at);
                    if (number == null) {
                        return null;
                    }
                    var converted = convert.apply(number.value());
                    if (isFinite.test(converted)) {
                        return converted;
                    }
                    defects.add(at, "%s is out of range".formatted(number.value()));
                    return null;
                });
    }

    private static ScalarBinding text(Class<?> type, Json.Obj schema, String expected, Function<String, Object> parse) {
        return new ScalarBinding(type, schema, value -> new Json.Str(value.toString()), (json, at, defects) -> {
            var string = stringOrDefect(json, at, defects);
            if (string == null) {
                return null;
            }
            try {
                return parse.apply(string);
            } catch (DateTimeException | IllegalArgumentException | ArithmeticException e) {
                defects.notA(at, string, expected);
                return null;
            }
        });
    }

    private static UUID uuid(String text) {
        var uuid = UUID.fromString(text);
        // fromString also accepts 1-1-1-1-1
        if (!uuid.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException("abbreviated UUID");
        }
        return uuid;
    }

    private static @Nullable String stringOrDefect(Json json, JsonPath at, Defects defects) {
        var string = defects.require(Json.Str.class, "a string", json, at);
        return string == null ? null : string.value();
    }

    /** The number; null, after a defect was reported, if it has a fraction. */
    private static @Nullable BigDecimal wholeOrDefect(Json json, JsonPath at, Defects defects) {
        var number = defects.require(Json.Num.class, "a whole number", json, at);
        if (number == null) {
            return null;
        }
        if (JsonKind.isWhole(number.value())) {
            return number.value();
        }
        defects.add(at, "%s is not a whole number".formatted(number.value()));
        return null;
    }
}
