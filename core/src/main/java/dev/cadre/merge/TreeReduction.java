// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.merge.AnswerFormat.Draft;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.prompt.Prompt;
import dev.cadre.task.Limits;
import dev.cadre.task.TypeRef;

/**
 * A merger that lets a model read all outcomes, however long they are together, in as many calls as that takes. What one
 * call can read is answered by one call. Else calls make notes of packed groups of outcomes, further ones make notes of
 * notes, level by level, and the last call writes the answer from the notes that are left.
 *
 * <p>Every outcome is read, and none is cut: each is in one call, or split over several between its passages if it is
 * larger than a call, which {@link Merged#notes()} says. A call reads what the model's context window takes with one token
 * for each byte, the bound that its money is reserved by: about a quarter of the window for English text. What a model
 * notes down is its choice, and notes are not checked but for their form. Citations name passages of the outcomes,
 * whatever level they came through.
 *
 * <p>The worst case of the whole tree, with a second call for each, must be set aside before the first call; if the money
 * does not bear it, or the window is too small for notes of notes, the merge fails and nothing was sent. The usual cost
 * is about a tenth of that. Calls of one level run beside each other. If one of them fails, the merge fails. With a journal
 * a later session pays for no notes again that were made of the same outcomes.
 *
 * <p>Immutable.
 *
 * @param <R> the answer
 */
public final class TreeReduction<R> implements Merger<R> {
    /** Two calls that make notes, and one that makes the answer. */
    private static final int LEAVES_OF_THE_LEAST_TREE = 2;

    private final AnswerFormat<R> format;
    private final Tier tier;
    private final Money setAside;
    private final Wishes wishes;

    private TreeReduction(AnswerFormat<R> format, Tier tier, Money setAside, Wishes wishes) {
        this.format = format;
        this.tier = tier;
        this.setAside = setAside;
        this.wishes = wishes;
    }

    static <R> TreeReduction<R> of(TypeRef<R> answer, Tier tier) {
        return new TreeReduction<>(AnswerFormat.of(answer), tier, Money.ZERO, Wishes.NONE);
    }

    /**
     * Sets at least this much of the run's budget aside for the merge; default: 30 % of it, and at least the worst case of
     * a tree of three small calls.
     */
    public TreeReduction<R> settingAside(Money least) {
        return new TreeReduction<>(format, tier, least, wishes);
    }

    /** As {@link ModelMerger#instructedBy}; the calls that make notes get the instructions, too. */
    public TreeReduction<R> instructedBy(String instructions) {
        return new TreeReduction<>(format, tier, setAside, wishes.instructedBy(instructions));
    }

    /** As {@link ModelMerger#streamingTo}, for the last call, which makes the answer. */
    public TreeReduction<R> streamingTo(AnswerListener listener) {
        return new TreeReduction<>(format, tier, setAside, wishes.streamingTo(listener));
    }

    private Asking<Draft<R>> answering() {
        return Asking.of(tier, Prompt.MERGE.with(), wishes, format);
    }

    private TreeSize size(ModelPool pool, Limits limits, String goal, String context) {
        return new TreeSize(pool, limits, answering(), wishes, goal, context);
    }

    @Override
    public Merged<R> merge(MergeInput input, MergeTerms terms) throws InterruptedException {
        return new Reduction<>(answering(), wishes, input, terms).run();
    }

    @Override
    public boolean callsModel() {
        return true;
    }

    @Override
    public String identity() {
        return wishes.identity("tree reduction on " + tier);
    }

    @Override
    public Money leastCost(ModelPools pools, Limits limits) {
        TreeSize size = size(pools.pool(tier), limits, "", "");
        return size.notes(MergeSize.SMALL_BYTES)
                .times(LEAVES_OF_THE_LEAST_TREE)
                .plus(size.answer(MergeSize.SMALL_BYTES))
                .atLeast(setAside);
    }

    @Override
    public Quote quote(MergeLoad load) {
        CountRange bytes = load.outcomeBytes();
        var read = new CountRange(
                0, Math.min(bytes.expected(), MergeSize.lines(bytes.worst())), MergeSize.lines(bytes.worst()));
        return size(load.pools().pool(tier), load.limits(), load.goal(), load.context())
                .quote(read, load.limits());
    }
}
