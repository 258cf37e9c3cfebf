// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.model.OutputFormat;
import dev.cadre.schema.JsonMismatchException;
import dev.cadre.schema.JsonType;
import dev.cadre.task.TypeRef;
import java.util.List;

/**
 * What a merging model must reply: the answer, and where it comes from.
 *
 * @param <R> the answer
 */
final class AnswerFormat<R> {
    private final JsonType<Draft<R>> type;

    /** A reply as the model wrote it: of the right shape, and nothing else is known of it. */
    record Draft<R>(R answer, List<Claim> citations) {}

    /** A citation that has not been checked. */
    record Claim(String subtask, String quote) {}

    private AnswerFormat(JsonType<Draft<R>> type) {
        this.type = type;
    }

    @SuppressWarnings("unchecked") // the type argument is R
    static <R> AnswerFormat<R> of(TypeRef<R> answer) {
        return new AnswerFormat<>((JsonType<Draft<R>>) JsonType.of(Draft.class, answer.type()));
    }

    OutputFormat output() {
        return new OutputFormat.JsonSchema(type.schemaName(), type.schema());
    }

    /** Reads a reply; throws {@link JsonMismatchException} with everything that is wrong. */
    Draft<R> read(String reply) {
        return type.read(reply);
    }
}
