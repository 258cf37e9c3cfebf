// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TypeRef;
import java.time.Duration;
import java.util.List;

/**
 * A digest of hundreds of documents: map and reduce. A small model summarises each document; a second one reads all
 * summaries, in as many calls as that takes, and writes the digest with the documents that it rests on.
 */
final class DocumentDigest {
    record Document(String name, String text) {}

    record ToSummarise(Document document) {}

    record Summary(String document, String text) {}

    record Digest(String text, List<String> themes) {}

    static final SubtaskType<ToSummarise, Summary> SUMMARISE = SubtaskType.model(
                    "summarise",
                    ToSummarise.class,
                    Summary.class,
                    "Summarise the document on one page. Keep names, dates and amounts.")
            .accept(
                    "a summary has the name of its document",
                    (in, summary) -> summary.document().equals(in.document().name()));

    private DocumentDigest() {}

    /**
     * Blocks for the length of the run; spends no more than the budget.
     *
     * @param documents at most 256: more elements than that need {@code Limits.withMaxItems}
     * @param forDigest the part of the budget that is kept for reading the summaries
     */
    static RunResult<Digest> digest(ModelPools models, List<Document> documents, Money forDigest, Budget budget)
            throws InterruptedException {
        var goal = Goal.of("What are the documents about, taken together?", Digest.class)
                .with("documents", new TypeRef<List<Document>>() {}, documents)
                .mergedBy(Mergers.treeReduction(Digest.class, Tier.MINI).settingAside(forDigest));
        return Coordinator.builder(models)
                .plansWith(SUMMARISE)
                .build()
                .run(goal, budget.within(Duration.ofMinutes(30))); // a fifth of it for the merge
    }
}
