// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.merge.AnswerFormat.Draft;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.prompt.Prompt;
import dev.cadre.task.Limits;
import dev.cadre.task.TypeRef;
import java.util.ArrayList;

/**
 * A merger that lets a model write the answer from the outcomes, in one call and at most one more. Immutable.
 *
 * @param <R> the answer
 */
public final class ModelMerger<R> implements Merger<R> {
    private static final String DEFAULT = "synthesis on " + Tier.MINI;

    private final Asking<Draft<R>> asking;
    private final Wishes wishes;

    private ModelMerger(Tier tier, ReplyFormat<Draft<R>> format, Wishes wishes) {
        this.asking = Asking.of(tier, Prompt.MERGE.with(), wishes, format);
        this.wishes = wishes;
    }

    static <R> ModelMerger<R> of(TypeRef<R> answer, Tier tier) {
        return new ModelMerger<>(tier, AnswerFormat.of(answer), Wishes.NONE);
    }

    /**
     * Gives the model these instructions for the answer, such as its language, length or tone; default none. They stand
     * with the library's own, not among the data; the {@linkplain MergeInput#context() context} of a goal is data. Changed
     * instructions merge again, also in a run whose answer is on record. Replaces earlier ones.
     *
     * @throws IllegalArgumentException if they are blank
     */
    public ModelMerger<R> instructedBy(String instructions) {
        return new ModelMerger<>(asking.tier(), asking.format(), wishes.instructedBy(instructions));
    }

    /**
     * Passes the texts of the answer to a listener while the model writes them, unchecked; the result of the run has the
     * checked answer. Default: nobody hears of them. A text that comes from the journal is not passed on. A call that breaks
     * off after its first text is not tried again, as {@link dev.cadre.pool.CallTerms.Callbacks} says.
     */
    public ModelMerger<R> streamingTo(AnswerListener listener) {
        return new ModelMerger<>(asking.tier(), asking.format(), wishes.streamingTo(listener));
    }

    @Override
    public Merged<R> merge(MergeInput input, MergeTerms terms) throws InterruptedException {
        Evidence evidence = Evidence.of(input);
        ModelPool pool = terms.pools().pool(asking.tier());
        var notes = new ArrayList<String>();
        var prompt = asking.prompt(pool, terms.limits());
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
        ModelRequest first = prompt.first(input.goal(), input.context(), packing.text(), cap);
        requireShown(packing, first, pool, terms);
        var dialogue = new MergeDialogue<>(asking.format(), pool, terms.call(input, asking.tier()), wishes);
        Draft<R> draft = dialogue.ask(first);
        var cited = CitedPassages.of(packing.citable(), draft.citations());
        notes.addAll(dialogue.notes());
        notes.addAll(cited.notes());
        return new Merged<>(draft.answer(), cited.citations(), notes);
    }

    /** An answer that rests on nothing is none. A call that the money does not bear is refused as such. */
    private static void requireShown(Packing packing, ModelRequest first, ModelPool pool, MergeTerms terms) {
        Money available = terms.budget().available();
        if (packing.showsNothing() && !MergeSize.bothCalls(pool, first, 0).isMoreThan(available)) {
            throw new MergeFailedException(
                    "%s can be shown none of %d outcomes: its context, two calls of %d output tokens and the %s set aside leave no room; lower Limits.workerOutputTokens, or give it a larger context or more money"
                            .formatted(pool.model(), packing.leftOut(), first.maxOutputTokens(), available));
        }
    }

    @Override
    public boolean callsModel() {
        return true;
    }

    @Override
    public String identity() {
        String identity = wishes.identity("synthesis on " + asking.tier());
        return identity.equals(DEFAULT) ? "" : identity; // as in the journals that know no identity yet
    }

    @Override
    public Money leastCost(ModelPools pools, Limits limits) {
        return MergeSize.least(pools.pool(asking.tier()), limits, asking);
    }

    @Override
    public Quote quote(MergeLoad load) {
        return MergeSize.quote(load.pools().pool(asking.tier()), asking, load);
    }
}
