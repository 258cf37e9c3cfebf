// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.json.Json;
import dev.cadre.model.OutputFormat;
import dev.cadre.schema.JsonMismatchException;
import dev.cadre.schema.JsonType;
import dev.cadre.task.TypeRef;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a merging model must reply: the answer, and the numbers of the passages that it rests on.
 *
 * @param <R> the answer
 */
final class AnswerFormat<R> implements ReplyFormat<AnswerFormat.Draft<R>> {
    /** A list of numbers that has no end. */
    private static final Pattern OPEN_LIST = Pattern.compile("\\s*+:\\s*+\\[[\\d,\\s]*+");

    private final JsonType<Reply<R>> type;

    /** The form that is asked for. */
    record Reply<R>(R answer, List<Integer> citations) {}

    /**
     * A reply as the model wrote it: of the right shape, and nothing else is known of it.
     *
     * @param citations numbers, or what a model wrote instead
     */
    record Draft<R>(R answer, List<Json> citations) {}

    private AnswerFormat(JsonType<Reply<R>> type) {
        this.type = type;
    }

    @SuppressWarnings("unchecked") // the type argument is R
    static <R> AnswerFormat<R> of(TypeRef<R> answer) {
        var written = JsonType.of(answer.type()).requireWritable("the answer that a model is to write");
        return new AnswerFormat<>((JsonType<Reply<R>>) JsonType.of(Reply.class, written.javaType()));
    }

    @Override
    public OutputFormat output() {
        return new OutputFormat.JsonSchema(type.schemaName(), type.schema());
    }

    /**
     * Reads a reply. A citation in another form than a number is no mistake of the answer.
     *
     * @throws JsonMismatchException with everything that is wrong
     */
    @Override
    public Draft<R> read(String reply) {
        Optional<Json.Obj> object = ReplyFormat.object(reply);
        if (object.isEmpty()) {
            type.read(reply); // says what is wrong
        }
        Json.Obj whole = object.orElseGet(Json::obj);
        List<Json> citations = ReplyFormat.citations(whole);
        return new Draft<>(type.read(whole.with(CITATIONS, Json.arr())).answer(), citations);
    }

    /**
     * The draft in a reply that was cut in its list of citations, which stands behind the answer; empty if it was cut
     * elsewhere. Small models count on and on there.
     */
    @Override
    public Optional<Draft<R>> readCut(String reply) {
        String name = '"' + CITATIONS + '"';
        int list = reply.lastIndexOf(name);
        if (list < 0
                || !OPEN_LIST.matcher(reply.substring(list + name.length())).matches()) {
            return Optional.empty();
        }
        int comma = reply.lastIndexOf(',');
        int end = comma > list ? comma : reply.lastIndexOf('[') + 1; // the last number may be half of one
        try {
            return Optional.of(read(reply.substring(0, end) + "]}"));
        } catch (JsonMismatchException otherwise) {
            return Optional.empty();
        }
    }
}
