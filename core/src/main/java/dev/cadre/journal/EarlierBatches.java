// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.journal.JournalEntry.Asked;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalEntry.Settled;
import dev.cadre.journal.JournalEntry.ShardFact;
import dev.cadre.journal.JournalEntry.ShardNoted;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;

/**
 * The form in which earlier versions recorded batches: a fact about a shard as an entry of the plan, and a request as an
 * attempt whose number is that of its shard.
 */
final class EarlierBatches {
    private static final int FIRST_ATTEMPT = 1_000_000;
    private static final String SHARD = "shard";
    private static final String TOKEN = "token";
    private static final String FILE = "file";

    private EarlierBatches() {}

    /** The entry in its present form. */
    static JournalEntry translated(JournalEntry entry) {
        return switch (entry) {
            case PlanAdmitted(String run, int position, String fact)
            when Json.parse(fact) instanceof Json.Obj json && isFact(json) ->
                new ShardNoted(run, Integer.parseInt(json.string(SHARD)), fact(json));
            case Intent(JournalKey key, Fingerprint fingerprint, int attempt, Asked asked, Money reserved)
            when attempt >= FIRST_ATTEMPT ->
                new JournalEntry.Enqueued(key, fingerprint, attempt - FIRST_ATTEMPT, asked, reserved);
            case Settled(JournalKey key, int attempt, String end, Spend spend)
            when attempt >= FIRST_ATTEMPT -> new JournalEntry.Collected(key, attempt - FIRST_ATTEMPT, end, spend);
            default -> entry;
        };
    }

    /** Every subtask of a plan has an id. */
    private static boolean isFact(Json.Obj json) {
        return json.at(SHARD).isPresent() && json.at("id").isEmpty();
    }

    private static ShardFact fact(Json.Obj json) {
        if (json.at(TOKEN).isPresent()) {
            return new ShardFact.Announced(
                    json.string(TOKEN),
                    Integer.parseInt(json.string("requests")),
                    Long.parseLong(json.string("tokens")));
        }
        if (json.at(FILE).isPresent()) {
            String file = json.string(FILE);
            return file.isEmpty() ? new ShardFact.TurnedAway() : new ShardFact.Uploaded(file);
        }
        return new ShardFact.Created(json.string("batch"));
    }
}
