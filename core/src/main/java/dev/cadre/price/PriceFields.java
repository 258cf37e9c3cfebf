// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import dev.cadre.json.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The fields of one model in a price file. A null field counts as missing. */
record PriceFields(Json.Obj fields) {
    private static final int PICO_DECIMALS = 12;
    /** Far beyond any price; a number like 1e-999999999 would take minutes to round. */
    private static final int MAX_SCALE = 40;

    /** A price for one unit, rounded up to a pico-dollar. */
    Optional<Money> money(String name) {
        return decimal(name)
                .map(usd -> Money.usd(
                        usd.setScale(PICO_DECIMALS, RoundingMode.CEILING).toPlainString()));
    }

    Optional<BigDecimal> decimal(String name) {
        if (!isGiven(name)) {
            return Optional.empty();
        }
        var number = fields.decimal(name);
        if (Math.abs(number.scale()) > MAX_SCALE) {
            throw new IllegalArgumentException(name + ": not a price in US dollars: " + number);
        }
        return Optional.of(number);
    }

    long limit(String name) {
        return isGiven(name) ? fields.longValue(name) : ModelSpec.TokenBounds.UNKNOWN;
    }

    boolean flag(String name) {
        return isGiven(name) && fields.bool(name);
    }

    String text(String name, String otherwise) {
        return isGiven(name) ? fields.string(name) : otherwise;
    }

    @Nullable
    LocalDate date(String name) {
        return isGiven(name) ? LocalDate.parse(fields.string(name)) : null;
    }

    boolean isGiven(String name) {
        return fields.at(name).filter(value -> value != Json.Null.NULL).isPresent();
    }

    /** Whether the field can add to a bill: it is present and not zero. */
    boolean counts(String name) {
        return fields.at(name)
                .filter(value -> switch (value) {
                    case Json.Null none -> false;
                    case Json.Num(BigDecimal number) -> number.signum() != 0;
                    case Json.Bool(boolean yes) -> yes;
                    case Json.Str text -> true;
                    case Json.Arr items -> true;
                    case Json.Obj more -> true;
                })
                .isPresent();
    }
}
