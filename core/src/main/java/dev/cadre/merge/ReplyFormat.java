// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.json.ParsedJson;
import dev.cadre.model.OutputFormat;
import dev.cadre.schema.JsonMismatchException;
import java.util.List;
import java.util.Optional;

/**
 * The form in which a merging model must reply.
 *
 * @param <T> what a reply is read as
 */
interface ReplyFormat<T> {
    /** The name of a list of numbers of passages. */
    String CITATIONS = "citations";

    /** The form as the model is asked for it. */
    OutputFormat output();

    /**
     * Reads a reply.
     *
     * @throws JsonMismatchException with everything that is wrong
     */
    T read(String reply);

    /** What a reply that ran into its cap has all the same; empty if it must be asked for again, as by default. */
    default Optional<T> readCut(String reply) {
        return Optional.empty();
    }

    /** The object that a reply is; empty if it is none, or has a key twice. */
    static Optional<Json.Obj> object(String reply) {
        try {
            ParsedJson parsed = ParsedJson.reply(reply);
            return parsed.root() instanceof Json.Obj object
                            && parsed.duplicates().isEmpty()
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (JsonException e) {
            return Optional.empty();
        }
    }

    /** What a model cites: numbers, or what it wrote instead. */
    static List<Json> citations(Json.Obj cites) {
        return switch (cites.fields().getOrDefault(CITATIONS, Json.Null.NULL)) {
            case Json.Arr array -> array.items();
            case Json.Null none -> List.of();
            case Json single -> List.of(single);
        };
    }
}
