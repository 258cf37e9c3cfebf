// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.schema.JsonMismatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The one or two calls that bring one reply in the form that is asked for. For one thread. */
final class MergeDialogue<T> {
    private final ReplyFormat<T> format;
    private final ModelPool pool;
    private final CallTerms terms;
    private final Wishes wishes;
    private final List<String> notes = new ArrayList<>();
    private int calls;

    MergeDialogue(ReplyFormat<T> format, ModelPool pool, CallTerms terms) {
        this(format, pool, terms, Wishes.NONE);
    }

    /** @param wishes has the listener for the text of the reply */
    MergeDialogue(ReplyFormat<T> format, ModelPool pool, CallTerms terms, Wishes wishes) {
        this.format = format;
        this.pool = pool;
        this.terms = terms;
        this.wishes = wishes;
    }

    /** Asks, and once more if the reply is no good or was cut off. */
    T ask(ModelRequest first) throws InterruptedException {
        ModelReply reply = call(first);
        return switch (reply.finish()) {
            case COMPLETE, TOOL_CALLS -> checked(first, reply);
            case TRUNCATED -> cutOff(first, reply);
            case REFUSED, FILTERED -> throw unusable(reply);
        };
    }

    /** What was missing from the reply, one line each. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    private ModelRequest withDoubledCap(ModelRequest first) {
        long doubled = MergeSize.doubled(pool, first.maxOutputTokens());
        if (doubled <= first.maxOutputTokens()) {
            throw new MergeFailedException("the answer ran into the cap of %d tokens, the most that %s can write"
                    .formatted(first.maxOutputTokens(), pool.model()));
        }
        return first.withMaxOutputTokens(doubled);
    }

    private T checked(ModelRequest first, ModelReply reply) throws InterruptedException {
        try {
            return format.read(reply.text());
        } catch (JsonMismatchException e) {
            return read(call(MergePrompt.repair(first, reply, e.defects())));
        }
    }

    /** A whole answer whose list of citations was cut is not asked for again. */
    private T cutOff(ModelRequest first, ModelReply reply) throws InterruptedException {
        Optional<T> answer = format.readCut(reply.text());
        if (answer.isPresent()) {
            notes.add("the reply was cut behind the answer, in its list of citations");
            return answer.get();
        }
        return read(call(withDoubledCap(first)));
    }

    private T read(ModelReply reply) {
        return switch (reply.finish()) {
            case COMPLETE, TOOL_CALLS -> {
                try {
                    yield format.read(reply.text());
                } catch (JsonMismatchException e) {
                    throw new MergeFailedException(
                            "the answer of %s has the wrong shape, also when asked again: %s"
                                    .formatted(pool.model(), e.getMessage()),
                            e);
                }
            }
            case TRUNCATED ->
                throw new MergeFailedException(
                        "the answer of %s ran into its cap, also when asked again".formatted(pool.model()));
            case REFUSED, FILTERED -> throw unusable(reply);
        };
    }

    private MergeFailedException unusable(ModelReply reply) {
        return new MergeFailedException(
                "%s did not merge (%s): %s".formatted(pool.model(), reply.finish(), Excerpt.of(reply.text())));
    }

    private ModelReply call(ModelRequest request) throws InterruptedException {
        calls++;
        return pool.call(request, wishes.heard(terms, calls));
    }
}
