// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.math.BigDecimal;
import java.util.function.IntPredicate;

/** The rule of one keyword for a string, a number or the number of items in an array. */
@FunctionalInterface
interface ValueRule {
    /** The digits up to which a division takes no time. */
    long SHORT_QUOTIENT = 100;

    /** Reports a value that breaks the rule. A value to which the keyword does not apply breaks none. */
    void check(Json value, JsonPath at, Defects defects, Steps steps);

    /** The rule of {@code minItems} or {@code maxItems}. */
    static ValueRule count(BigDecimal limit, IntPredicate fits, String relation) {
        return (value, at, defects, steps) -> {
            if (value instanceof Json.Arr array) {
                compare(
                        BigDecimal.valueOf(array.items().size()),
                        limit,
                        fits,
                        "%s items, " + relation + " %s",
                        at,
                        defects);
            }
        };
    }

    /**
     * The rule of {@code minimum} and its like.
     *
     * @param fits whether a number is allowed that compares to the limit with this sign
     * @param relation the relation of allowed numbers to the limit, in words
     */
    static ValueRule bound(BigDecimal limit, IntPredicate fits, String relation) {
        return (value, at, defects, steps) -> {
            if (value instanceof Json.Num number) {
                compare(number.value(), limit, fits, "%s is not " + relation + " %s", at, defects);
            }
        };
    }

    private static void compare(
            BigDecimal number, BigDecimal limit, IntPredicate fits, String defect, JsonPath at, Defects defects) {
        if (!fits.test(number.compareTo(limit))) {
            defects.add(at, () -> defect.formatted(number, limit));
        }
    }

    /** The rule of {@code multipleOf}. */
    static ValueRule multipleOf(BigDecimal unit) {
        return (value, at, defects, steps) -> {
            if (value instanceof Json.Num(BigDecimal number)) {
                // 1e9999 in units of 1e-9999 is a quotient of 20,000 digits, and the division takes their square
                long digits = digitsBeforePoint(number) - digitsBeforePoint(unit);
                if (digits > SHORT_QUOTIENT) {
                    steps.take(digits * digits / SHORT_QUOTIENT);
                }
                if (number.remainder(unit).signum() != 0) {
                    defects.add(at, () -> "%s is not a multiple of %s".formatted(number, unit));
                }
            }
        };
    }

    /** Negative for a number that begins with zeros behind the point. */
    private static long digitsBeforePoint(BigDecimal number) {
        return (long) number.precision() - number.scale();
    }

    /** The rule of {@code format}. */
    static ValueRule format(String name) {
        return (value, at, defects, steps) -> {
            if (value instanceof Json.Str(String text)) {
                steps.take(text.length());
                if (!StringFormats.matches(name, text)) {
                    defects.notA(at, text, "a " + name);
                }
            }
        };
    }

    /**
     * The rule of {@code pattern}.
     *
     * @throws PatternDialect.Refused if it has syntax that strict mode does not allow, or is too large
     */
    static ValueRule pattern(String pattern) {
        var linear = LinearPattern.of(pattern);
        return (value, at, defects, steps) -> {
            if (value instanceof Json.Str(String text) && !linear.occursIn(text, steps)) {
                defects.notA(at, text, "like " + pattern);
            }
        };
    }
}
