// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.budget.Budget;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.journal.Fingerprint;
import dev.cadre.json.Json;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.HashMap;
import java.util.Map;

/** A judge's verdicts on the answers of one candidate. For one thread. */
final class JudgeRun {
    private final Bulk<Json, Json.Obj> bulk;
    private final Money before;
    private final Map<String, Integer> places = new HashMap<>();
    private final Map<Integer, Outcome<Json.Obj>> said = new HashMap<>();
    private Spend spend;
    private long agreed;
    private long compared;

    JudgeRun(Bulk<Json, Json.Obj> unnamed) {
        bulk = unnamed.keyedBy(JudgeRun::key);
        before = bulk.spentBefore();
        spend = new Spend(before, Money.ZERO, 0, TokenUsage.NONE, !before.isZero());
    }

    private static String key(Json question) {
        return Fingerprint.of(question.canonical()).hex();
    }

    /** What earlier sessions spent. */
    Money before() {
        return before;
    }

    /** @param questions by the places of their examples; no two are the same */
    BulkSummary.Stop run(Map<Integer, Json> questions, Budget budget) throws InterruptedException {
        questions.forEach((place, question) -> places.put(key(question), place));
        BulkSummary summary = bulk.run(questions.values().stream(), budget, this::take);
        spend = summary.spend();
        return summary.stop();
    }

    private void take(BulkItem<Json.Obj> item) {
        Integer place = places.get(item.key());
        if (place != null) {
            said.put(place, item.outcome());
        }
    }

    /** What it says of an answer; skipped if it did not come to it. */
    Outcome<Json.Obj> of(int place) {
        return said.getOrDefault(place, Outcome.skipped(Skip.Kind.CANCELLED, "it did not come to this answer"));
    }

    /** Counts one answer on which labels say something, too. */
    void compare(boolean judge, boolean labels) {
        compared++;
        agreed += judge == labels ? 1 : 0;
    }

    Judging judging() {
        return new Judging(spend, new Proportion(agreed, compared));
    }
}
