// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.task.Limits;
import dev.cadre.task.TypeRef;

/**
 * Lets a model write the answer from the outcomes.
 *
 * @param <R> the answer
 */
final class ModelMerger<R> implements Merger<R> {
    private final AnswerFormat<R> format;
    private final Tier tier;

    ModelMerger(TypeRef<R> answer, Tier tier) {
        this.format = AnswerFormat.of(answer);
        this.tier = tier;
    }

    @Override
    public Merged<R> merge(MergeInput input, MergeTerms terms) throws InterruptedException {
        return new MergeDialogue<>(format, tier, input, terms).run();
    }

    @Override
    public boolean callsModel() {
        return true;
    }

    @Override
    public Money leastCost(ModelPools pools, Limits limits) {
        return MergeSize.least(pools.pool(tier), limits, format);
    }

    @Override
    public Quote quote(MergeLoad load) {
        return MergeSize.quote(load.pools().pool(tier), format, load);
    }
}
