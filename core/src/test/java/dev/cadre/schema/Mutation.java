// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;

/** Changes the shape of a document in one place: a key lost or added, or a value of another kind. */
final class Mutation {
    private static final List<Json> STRANGERS = List.of(
            Json.Null.NULL,
            new Json.Bool(true),
            new Json.Str("stranger"),
            Json.obj(),
            Json.obj().with("stranger", 1),
            Json.arr(),
            Json.arr(Json.obj()),
            new Json.Num(new java.math.BigDecimal("1.5")));

    private final Random random;

    Mutation(Random random) {
        this.random = random;
    }

    Json of(Json json) {
        return switch (json) {
            case Json.Obj object when !object.fields().isEmpty() && random.nextInt(4) > 0 -> within(object);
            case Json.Arr array
            when !array.items().isEmpty() && random.nextInt(4) > 0 -> {
                var items = new ArrayList<>(array.items());
                int index = random.nextInt(items.size());
                items.set(index, of(items.get(index)));
                yield new Json.Arr(items);
            }
            case Json.Obj object when random.nextBoolean() -> object.with("stranger", 1);
            default -> STRANGERS.get(random.nextInt(STRANGERS.size()));
        };
    }

    private Json within(Json.Obj object) {
        var names = List.copyOf(object.fields().keySet());
        var name = names.get(random.nextInt(names.size()));
        if (random.nextInt(4) == 0) {
            return object.without(name);
        }
        var fields = new LinkedHashMap<>(object.fields());
        fields.put(name, of(fields.get(name)));
        return new Json.Obj(fields);
    }
}
