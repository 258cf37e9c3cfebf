// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.Where;
import java.math.BigDecimal;
import java.util.function.IntPredicate;

/** The keywords that bound a number, or the number of items of an array. */
final class NumberRules {
    /** Quotients of fewer digits are found at once. */
    private static final long SHORT_QUOTIENT = 100;

    private NumberRules() {}

    static void check(Json.Obj schema, BigDecimal number, Where at, Defects defects, Steps steps) {
        checkMultiple(schema, number, at, defects, steps);
        compare(schema, "minimum", number, sign -> sign >= 0, at, "%s is not at least %s", defects);
        compare(schema, "maximum", number, sign -> sign <= 0, at, "%s is not at most %s", defects);
        compare(schema, "exclusiveMinimum", number, sign -> sign > 0, at, "%s is not above %s", defects);
        compare(schema, "exclusiveMaximum", number, sign -> sign < 0, at, "%s is not below %s", defects);
    }

    static void checkCount(Json.Obj schema, int items, Where at, Defects defects) {
        var count = BigDecimal.valueOf(items);
        compare(schema, "minItems", count, sign -> sign >= 0, at, "%s items, at least %s", defects);
        compare(schema, "maxItems", count, sign -> sign <= 0, at, "%s items, at most %s", defects);
    }

    private static void checkMultiple(Json.Obj schema, BigDecimal number, Where at, Defects defects, Steps steps) {
        if (!(schema.fields().get("multipleOf") instanceof Json.Num(BigDecimal unit))) {
            return;
        }
        // 1e9999 in units of 1e-9999 is a quotient of twenty thousand digits, and dividing takes their square
        long digits = magnitude(number) - magnitude(unit);
        if (digits > SHORT_QUOTIENT) {
            steps.take(digits * digits / SHORT_QUOTIENT);
        }
        if (number.remainder(unit).signum() != 0) {
            defects.add(at, () -> "%s is not a multiple of %s".formatted(number, unit));
        }
    }

    /** How many digits stand before the point, less zeros behind it. */
    private static long magnitude(BigDecimal number) {
        return (long) number.precision() - number.scale();
    }

    /** @param fits whether a number that compares with the limit of the keyword like this is within it */
    private static void compare(
            Json.Obj schema,
            String keyword,
            BigDecimal number,
            IntPredicate fits,
            Where at,
            String trouble,
            Defects defects) {
        if (schema.fields().get(keyword) instanceof Json.Num(BigDecimal limit) && !fits.test(number.compareTo(limit))) {
            defects.add(at, () -> trouble.formatted(number, limit));
        }
    }
}
