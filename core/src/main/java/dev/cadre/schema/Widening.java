// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.model.Attachment;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules by which a type can read the JSON of another type without loss. */
final class Widening {
    private static final Set<Class<?>> LISTS = Set.of(List.class, Collection.class);
    private static final Set<Class<?>> COLLECTIONS = Set.of(List.class, Collection.class, Set.class);

    private static final Map<Class<?>, Set<Class<?>>> NUMBERS = Map.of(
            Short.class, Set.of(Byte.class),
            Integer.class, Set.of(Byte.class, Short.class),
            Long.class, Set.of(Byte.class, Short.class, Integer.class),
            BigInteger.class, Set.of(Byte.class, Short.class, Integer.class, Long.class),
            Float.class, Set.of(Byte.class, Short.class),
            Double.class, Set.of(Byte.class, Short.class, Integer.class, Float.class),
            BigDecimal.class,
                    Set.of(
                            Byte.class,
                            Short.class,
                            Integer.class,
                            Long.class,
                            BigInteger.class,
                            Float.class,
                            Double.class));

    private Widening() {}

    static boolean accepts(Type target, Type produced) {
        if (target.equals(produced)) {
            return true;
        }
        var content = OptionalBinding.contentOf(target);
        if (content.isPresent()) {
            return accepts(content.get(), OptionalBinding.contentOf(produced).orElse(produced));
        }
        var wide = GenericType.rawOf(target);
        var narrow = GenericType.rawOf(produced);
        if ((LISTS.contains(wide) && COLLECTIONS.contains(narrow)) || (wide == Set.class && narrow == Set.class)) {
            return accepts(
                    GenericType.argumentsOf(target).getFirst(),
                    GenericType.argumentsOf(produced).getFirst());
        }
        if (wide == Attachment.class && wide.isAssignableFrom(narrow)) {
            return true;
        }
        return NUMBERS.getOrDefault(wide, Set.of()).contains(narrow);
    }
}
