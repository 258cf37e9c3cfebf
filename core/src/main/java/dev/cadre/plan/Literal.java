// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import java.util.Collection;

/** The bare JSON of a value of which no more is known than its class. */
final class Literal {
    private Literal() {}

    static Json of(Object value) {
        if (value instanceof Collection<?> items) {
            return new Json.Arr(items.stream().map(Literal::of).toList());
        }
        return Shape.of(classOf(value)).whole(value);
    }

    private static Class<?> classOf(Object value) {
        return value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
    }
}
