// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.json.Json;
import dev.cadre.model.OutputFormat;
import dev.cadre.schema.JsonMismatchException;
import dev.cadre.schema.JsonType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a call that reads a part of the outcomes must reply: facts, each with the numbers of the passages that it rests on.
 *
 * @param maxBytes the most UTF-8 bytes that the lines of the facts may have together
 */
record NotesFormat(int maxBytes) implements ReplyFormat<List<NotesFormat.Fact>> {
    private static final JsonType<Reply> TYPE = JsonType.of(Reply.class);
    private static final String FACTS = "facts";

    /** A number in brackets, a blank and a line break. */
    static final int LEAST_LINE_BYTES = 16;

    /** The form that is asked for. */
    record Reply(List<Noted> facts) {}

    /** A fact, when its citations are numbers. */
    record Noted(String text, List<Integer> citations) {}

    /**
     * A fact as the model wrote it: of the right shape, and nothing else is known of it.
     *
     * @param citations numbers, or what a model wrote instead
     */
    record Fact(String text, List<Json> citations) {
        /** The fact with the numbers that its citations mean. */
        Noted citing(List<Integer> numbers) {
            return new Noted(text, numbers);
        }
    }

    @Override
    public OutputFormat output() {
        return new OutputFormat.JsonSchema(TYPE.schemaName(), TYPE.schema());
    }

    /**
     * Reads a reply. A citation in another form than a number is no mistake of a fact.
     *
     * @throws JsonMismatchException with everything that is wrong, or if the notes are too long: they are not cut
     */
    @Override
    public List<Fact> read(String reply) {
        Optional<Json.Obj> object = ReplyFormat.object(reply);
        if (object.isEmpty()) {
            TYPE.read(reply); // says what is wrong
        }
        Json.Obj whole = object.orElseGet(Json::obj);
        var citations = new ArrayList<List<Json>>();
        Reply read = TYPE.read(withoutCitations(whole, citations));
        var facts = new ArrayList<Fact>();
        for (int index = 0; index < read.facts().size(); index++) {
            facts.add(new Fact(read.facts().get(index).text(), citations.get(index)));
        }
        long bytes = facts.stream().mapToLong(fact -> size(fact.text())).sum();
        if (bytes > maxBytes) {
            throw new JsonMismatchException(
                    List.of("$.facts: %d bytes of notes, at most %d are taken: write less".formatted(bytes, maxBytes)));
        }
        return facts;
    }

    /** Notes that a session kept. */
    static List<Noted> kept(String json) {
        return TYPE.read(json).facts();
    }

    /** Notes as text to be kept. */
    static String keep(List<Noted> notes) {
        return TYPE.write(new Reply(notes));
    }

    private static long size(String fact) {
        return Packing.bytes(new Json.Str(fact).write()) + (long) LEAST_LINE_BYTES;
    }

    /** The facts with empty lists of citations, which are handed over as they were written. */
    private static Json withoutCitations(Json.Obj whole, List<List<Json>> citations) {
        if (!(whole.fields().get(FACTS) instanceof Json.Arr(List<Json> facts))) {
            return whole;
        }
        var bare = new ArrayList<Json>();
        for (Json fact : facts) {
            citations.add(fact instanceof Json.Obj cites ? ReplyFormat.citations(cites) : List.of());
            bare.add(fact instanceof Json.Obj cites ? cites.with(CITATIONS, Json.arr()) : fact);
        }
        return whole.with(FACTS, new Json.Arr(bare));
    }
}
