// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.journal.Fingerprint;
import dev.cadre.json.Json;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** The text that a key of the user's is known by in events and in the journal. */
final class ItemName {
    /** A longer key stands in the record with its beginning and a digest. */
    private static final int MAX_CHARS = 512;

    private static final int START_CHARS = 64;

    /** A number of more zeros than these is written with an exponent. */
    private static final int MAX_PLAIN_SCALE = 40;

    private ItemName() {}

    /** @throws IllegalArgumentException if there is no key, or it is empty; it names the input by its index */
    static String of(@Nullable Object key, long index) {
        if (key == null) {
            throw new IllegalArgumentException("input %d has no key: keyedBy returned null".formatted(index));
        }
        String name = text(key);
        if (name.isEmpty()) {
            throw new IllegalArgumentException("the key of input %d is empty".formatted(index));
        }
        return name.length() <= MAX_CHARS
                ? name
                : name.substring(0, START_CHARS) + "…" + Fingerprint.of(name).hex();
    }

    /** Numbers by value, so that 1 and 1.0 are one key; JSON so that the number 1 and the string "1" are two. */
    private static String text(Object key) {
        return switch (key) {
            case Json json -> json.canonical();
            case Double number when !Double.isFinite(number) -> number.toString();
            case Float number when !Float.isFinite(number) -> number.toString();
            case Number number -> plain(new BigDecimal(number.toString()));
            case Enum<?> constant -> constant.name();
            default -> key.toString();
        };
    }

    private static String plain(BigDecimal number) {
        BigDecimal value = number.stripTrailingZeros();
        return Math.abs((long) value.scale()) <= MAX_PLAIN_SCALE ? value.toPlainString() : value.toString();
    }
}
