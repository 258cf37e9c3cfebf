// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import java.math.BigDecimal;

/** The keywords that bound a number, or the number of items of an array. */
final class NumberRules {
    /** Quotients of fewer digits are found at once. */
    private static final long SHORT_QUOTIENT = 100;

    private NumberRules() {}

    static boolean fits(Json.Obj schema, BigDecimal number, Where at, Defects defects, Steps steps) {
        return isMultiple(schema, number, at, defects, steps)
                && isAtLeast(schema, "minimum", number, at, "%s is not at least %s", defects)
                && isAtMost(schema, "maximum", number, at, "%s is not at most %s", defects)
                && isBeyond(schema, "exclusiveMinimum", number, 1, at, "%s is not above %s", defects)
                && isBeyond(schema, "exclusiveMaximum", number, -1, at, "%s is not below %s", defects);
    }

    static boolean fitsCount(Json.Obj schema, int items, Where at, Defects defects) {
        var count = BigDecimal.valueOf(items);
        return isAtLeast(schema, "minItems", count, at, "%s items, at least %s", defects)
                && isAtMost(schema, "maxItems", count, at, "%s items, at most %s", defects);
    }

    private static boolean isMultiple(Json.Obj schema, BigDecimal number, Where at, Defects defects, Steps steps) {
        if (!(schema.fields().get("multipleOf") instanceof Json.Num(BigDecimal unit))) {
            return true;
        }
        // 1e9999 in units of 1e-9999 is a quotient of twenty thousand digits, and dividing takes their square
        long digits = magnitude(number) - magnitude(unit);
        if (digits > SHORT_QUOTIENT) {
            steps.take(digits * digits / SHORT_QUOTIENT);
        }
        if (number.remainder(unit).signum() == 0) {
            return true;
        }
        defects.add(at, () -> "%s is not a multiple of %s".formatted(number, unit));
        return false;
    }

    /** How many digits stand before the point, less zeros behind it. */
    private static long magnitude(BigDecimal number) {
        return (long) number.precision() - number.scale();
    }

    private static boolean isAtLeast(
            Json.Obj schema, String keyword, BigDecimal number, Where at, String trouble, Defects defects) {
        return !(schema.fields().get(keyword) instanceof Json.Num(BigDecimal limit))
                || number.compareTo(limit) >= 0
                || report(limit, number, at, trouble, defects);
    }

    private static boolean isAtMost(
            Json.Obj schema, String keyword, BigDecimal number, Where at, String trouble, Defects defects) {
        return !(schema.fields().get(keyword) instanceof Json.Num(BigDecimal limit))
                || number.compareTo(limit) <= 0
                || report(limit, number, at, trouble, defects);
    }

    private static boolean isBeyond(
            Json.Obj schema, String keyword, BigDecimal number, int sign, Where at, String trouble, Defects defects) {
        return !(schema.fields().get(keyword) instanceof Json.Num(BigDecimal limit))
                || number.compareTo(limit) == sign
                || report(limit, number, at, trouble, defects);
    }

    private static boolean report(BigDecimal limit, BigDecimal number, Where at, String trouble, Defects defects) {
        defects.add(at, () -> trouble.formatted(number, limit));
        return false;
    }
}
