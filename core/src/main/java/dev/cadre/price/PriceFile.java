// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of models and prices with LiteLLM's field names. It is read entry by entry, so a defect in one entry does not
 * affect the others.
 *
 * @param skipped the models that cannot be priced
 */
record PriceFile(List<ModelSpec> models, List<ModelCatalog.Skipped> skipped) {

    static PriceFile read(String json) {
        var models = new ArrayList<ModelSpec>();
        var skipped = new ArrayList<ModelCatalog.Skipped>();
        entries(json).fields().forEach((id, value) -> {
            try {
                models.add(spec(id, value));
            } catch (JsonException | DateTimeException | IllegalArgumentException | ArithmeticException unfit) {
                skipped.add(new ModelCatalog.Skipped(id, String.valueOf(unfit.getMessage())));
            }
        });
        return new PriceFile(models, skipped);
    }

    private static ModelSpec spec(String id, Json value) {
        if (value instanceof Json.Obj fields) {
            return new PriceEntry(id, fields).spec();
        }
        throw new JsonException("expected an object, got " + value.kind());
    }

    private static Json.Obj entries(String json) {
        Json tree;
        try {
            tree = Json.parse(json);
        } catch (JsonException notJson) {
            throw new PriceFileException("not a price file: " + notJson.getMessage(), notJson);
        }
        if (tree instanceof Json.Obj models) {
            return models;
        }
        var problem = new JsonException("expected an object of models by id, got " + tree.kind());
        throw new PriceFileException("not a price file: " + problem.getMessage(), problem);
    }
}
