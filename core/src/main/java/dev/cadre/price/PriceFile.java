// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads a file of models and prices in LiteLLM's field names. */
final class PriceFile {

    /** Modes whose calls are paid by input and output tokens; others, such as images, are priced by other units. */
    private static final Set<String> TEXT_MODES = Set.of("chat", "responses", "completion");

    private PriceFile() {}

    static List<ModelSpec> read(String json) {
        Json tree;
        try {
            tree = Json.parse(json);
        } catch (JsonException notJson) {
            throw new PriceFileException("not a price file: " + notJson.getMessage(), notJson);
        }
        if (!(tree instanceof Json.Obj models)) {
            var problem = new JsonException("expected an object of models by id, got " + tree.kind());
            throw new PriceFileException("not a price file: " + problem.getMessage(), problem);
        }
        var specs = new ArrayList<ModelSpec>();
        models.fields().forEach((id, value) -> {
            try {
                var entry = new PriceEntry(models.object(id));
                if (TEXT_MODES.contains(entry.text("mode", "chat")) && entry.hasTokenPrices()) {
                    specs.add(entry.spec(id));
                }
            } catch (JsonException | DateTimeException | IllegalArgumentException | ArithmeticException defect) {
                throw new PriceFileException("model '%s': %s".formatted(id, defect.getMessage()), defect);
            }
        });
        return specs;
    }
}
