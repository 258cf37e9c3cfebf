// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/** The provider's list of models. Safe for use by many threads. */
final class LoopbackModels {
    private final SequencedMap<String, Optional<LocalDate>> shutdowns = new TreeMap<>(Map.of(
            "gpt-5.4", Optional.empty(),
            "gpt-5.4-mini", Optional.empty(),
            "gpt-5.4-nano", Optional.of(LocalDate.of(2027, 4, 1))));

    synchronized void put(String model, Optional<LocalDate> shutdown) {
        shutdowns.put(model, shutdown);
    }

    synchronized void remove(String model) {
        shutdowns.remove(model);
    }

    /** The answer to {@code GET /v1/models} and to {@code GET /v1/models/{model}}. */
    synchronized LoopbackAnswer.Whole answer(String path) {
        String id = path.substring("/v1/models".length());
        if (id.isEmpty()) {
            return LoopbackAnswer.Whole.json(Json.obj()
                    .with("object", "list")
                    .with(
                            "data",
                            new Json.Arr(
                                    shutdowns.keySet().stream().map(this::model).toList()))
                    .write());
        }
        String model = id.substring(1);
        return shutdowns.containsKey(model)
                ? LoopbackAnswer.Whole.json(model(model).write())
                : LoopbackService.error(404, "model_not_found", "The model '%s' does not exist".formatted(model));
    }

    private Json model(String id) {
        Json shutdown = shutdowns
                .getOrDefault(id, Optional.empty())
                .<Json>map(date -> new Json.Str(date.toString()))
                .orElse(Json.Null.NULL);
        return Json.obj()
                .with("id", id)
                .with("object", "model")
                .with("created", 1_772_668_800)
                .with("owned_by", "openai")
                .with("shutdown_date", shutdown);
    }
}
