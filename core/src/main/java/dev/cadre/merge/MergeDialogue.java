// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.merge.AnswerFormat.Draft;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.schema.JsonMismatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The one or two calls that make one answer. */
final class MergeDialogue<R> {
    private final AnswerFormat<R> format;
    private final Tier tier;
    private final MergeInput input;
    private final MergeTerms terms;
    private final ModelPool pool;
    private final Evidence evidence;
    private final List<String> notes = new ArrayList<>();
    private Map<Integer, Citation> citable = Map.of();

    MergeDialogue(AnswerFormat<R> format, Tier tier, MergeInput input, MergeTerms terms) {
        this.format = format;
        this.tier = tier;
        this.input = input;
        this.terms = terms;
        this.pool = terms.pools().pool(tier);
        this.evidence = new Evidence(input.outcomes());
    }

    Merged<R> run() throws InterruptedException {
        if (evidence.isEmpty()) {
            throw new MergeFailedException("none of %d subtasks succeeded: there is nothing to merge"
                    .formatted(input.outcomes().size()));
        }
        ModelRequest first = firstRequest();
        ModelReply reply = call(first);
        return switch (reply.finish()) {
            case COMPLETE, TOOL_CALLS -> checked(first, reply);
            case TRUNCATED -> cutOff(first, reply);
            case REFUSED, FILTERED -> throw unusable(reply);
        };
    }

    private ModelRequest firstRequest() {
        var prompt =
                new MergePrompt(pool.model(), format.output(), terms.limits().effort());
        long cap = MergeSize.cap(pool, terms.limits());
        int all = Packing.of(evidence, Integer.MAX_VALUE).size();
        int size = MergeSize.largest(
                pool,
                terms.budget().available(),
                all,
                bytes -> prompt.first(
                        input.goal(),
                        input.context(),
                        Packing.of(evidence, bytes).text(),
                        cap));
        var packing = Packing.of(evidence, size);
        notes.addAll(packing.notes());
        citable = packing.citable();
        return prompt.first(input.goal(), input.context(), packing.text(), cap);
    }

    private ModelRequest withDoubledCap(ModelRequest first) {
        long doubled = MergeSize.doubled(pool, first.maxOutputTokens());
        if (doubled <= first.maxOutputTokens()) {
            throw new MergeFailedException("the answer ran into the cap of %d tokens, the most that %s can write"
                    .formatted(first.maxOutputTokens(), pool.model()));
        }
        return first.withMaxOutputTokens(doubled);
    }

    private Merged<R> checked(ModelRequest first, ModelReply reply) throws InterruptedException {
        Draft<R> draft;
        try {
            draft = format.read(reply.text());
        } catch (JsonMismatchException e) {
            draft = read(call(MergePrompt.repair(first, reply, e.defects())));
        }
        return concluded(draft);
    }

    /** A whole answer whose list of citations was cut is not asked for again. */
    private Merged<R> cutOff(ModelRequest first, ModelReply reply) throws InterruptedException {
        Optional<Draft<R>> answer = format.readCut(reply.text());
        if (answer.isPresent()) {
            notes.add("the reply was cut behind the answer, in its list of citations");
            return concluded(answer.get());
        }
        return concluded(read(call(withDoubledCap(first))));
    }

    private Draft<R> read(ModelReply reply) {
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

    private Merged<R> concluded(Draft<R> draft) {
        var cited = CitedPassages.of(citable, draft.citations());
        notes.addAll(cited.notes());
        return new Merged<>(draft.answer(), cited.citations(), notes);
    }

    private ModelReply call(ModelRequest request) throws InterruptedException {
        var purpose = new CallPurpose(CallPurpose.Kind.MERGE, terms.runId(), "", "merger", input.goal(), tier);
        return pool.call(
                request,
                CallTerms.of(terms.budget(), purpose, terms.deadlineNanos()).withAttempts(terms.attempts()));
    }
}
