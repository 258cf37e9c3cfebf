// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.journal.JournalEntry.Asked;
import dev.cadre.journal.JournalEntry.Collected;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalEntry.Enqueued;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalEntry.RunEnded;
import dev.cadre.journal.JournalEntry.RunStarted;
import dev.cadre.journal.JournalEntry.Settled;
import dev.cadre.journal.JournalEntry.ShardFact;
import dev.cadre.journal.JournalEntry.ShardNoted;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of each kind of entry. Reading throws {@link JsonException} or {@link IllegalArgumentException}. */
final class EntryJson {
    private static final String CACHED = "cached";

    private EntryJson() {}

    static Json.Obj write(JournalEntry entry) {
        return switch (entry) {
            case RunStarted(
                    String run,
                    Fingerprint goal,
                    String subject,
                    Money limit,
                    String runKey,
                    String prompts,
                    String beginning) -> {
                Json.Obj started = kind("run_started")
                        .with("run", run)
                        .with("goal", goal.hex())
                        .with("subject", subject)
                        .with("limitPicoUsd", limit.picoUsd());
                Json.Obj keyed = runKey.isEmpty() ? started : started.with("runKey", runKey);
                Json.Obj prompted = prompts.isEmpty() ? keyed : keyed.with("prompts", prompts);
                yield beginning.isEmpty() ? prompted : prompted.with("beginning", beginning);
            }
            case PlanAdmitted(String run, int position, String subtask) ->
                kind("plan_admitted")
                        .with("run", run)
                        .with("position", position)
                        .with("body", Json.parse(subtask));
            case Intent(JournalKey key, Fingerprint fingerprint, int attempt, Asked asked, Money reserved) ->
                asked(
                        key("intent", key)
                                .with("fingerprint", fingerprint.hex())
                                .with("attempt", attempt),
                        asked,
                        reserved);
            case Settled(JournalKey key, int attempt, String end, Spend spend) ->
                key("settled", key).with("attempt", attempt).with("end", end).with("spend", spend(spend));
            case ShardNoted(String run, int shard, ShardFact fact) ->
                fact(kind("shard").with("run", run).with("shard", shard), fact);
            case Enqueued(JournalKey key, Fingerprint fingerprint, int shard, Asked asked, Money reserved) ->
                asked(
                        key("enqueued", key)
                                .with("fingerprint", fingerprint.hex())
                                .with("shard", shard),
                        asked,
                        reserved);
            case Collected(JournalKey key, int shard, String end, Spend spend) ->
                key("collected", key).with("shard", shard).with("end", end).with("spend", spend(spend));
            case Ended ended -> ended(ended);
            case RunEnded(String run, String status, List<String> notes) -> {
                Json.Obj ended = kind("run_ended").with("run", run).with("status", status);
                yield notes.isEmpty() ? ended : ended.with("notes", Json.strings(notes));
            }
        };
    }

    /** Whether an entry is made of some texts and whole numbers alone, which can always be read again. */
    static boolean isFlat(JournalEntry entry) {
        return switch (entry) {
            case RunStarted started -> true;
            case Intent intent -> true;
            case Settled settled -> true;
            case ShardNoted noted -> true;
            case Enqueued enqueued -> true;
            case Collected collected -> true;
            case PlanAdmitted admitted -> false;
            case Ended ended -> false;
            case RunEnded ended -> false;
        };
    }

    static JournalEntry read(Json.Obj json) {
        return EarlierBatches.translated(entry(json));
    }

    private static JournalEntry entry(Json.Obj json) {
        var kind = json.string("kind");
        return switch (kind) {
            case "run_started" ->
                new RunStarted(
                        json.string("run"),
                        new Fingerprint(json.string("goal")),
                        json.string("subject"),
                        money(json, "limitPicoUsd"),
                        json.at("runKey").isPresent() ? json.string("runKey") : "",
                        json.at("prompts").isPresent() ? json.string("prompts") : "",
                        json.at("beginning").isPresent() ? json.string("beginning") : "");
            case "plan_admitted" ->
                new PlanAdmitted(
                        json.string("run"),
                        json.intValue("position"),
                        body(json).write());
            case "intent" ->
                new Intent(
                        key(json),
                        fingerprint(json),
                        json.intValue("attempt"),
                        asked(json),
                        money(json, "reservedPicoUsd"));
            case "settled" ->
                new Settled(key(json), json.intValue("attempt"), json.string("end"), spend(json.object("spend")));
            case "shard" -> new ShardNoted(json.string("run"), json.intValue("shard"), fact(json));
            case "enqueued" ->
                new Enqueued(
                        key(json),
                        fingerprint(json),
                        json.intValue("shard"),
                        asked(json),
                        money(json, "reservedPicoUsd"));
            case "collected" ->
                new Collected(key(json), json.intValue("shard"), json.string("end"), spend(json.object("spend")));
            case "ended" ->
                new Ended(key(json), fingerprint(json), outcome(json), spend(json.object("spend")), cached(json));
            case "run_ended" ->
                new RunEnded(
                        json.string("run"),
                        json.string("status"),
                        json.at("notes").isPresent() ? strings(json.items("notes")) : List.of());
            default -> throw new IllegalArgumentException("unknown kind of record '%.40s'".formatted(kind));
        };
    }

    private static Json.Obj ended(Ended ended) {
        Json.Obj json = outcome(
                        key("ended", ended.key())
                                .with("fingerprint", ended.fingerprint().hex()),
                        ended.outcome())
                .with("spend", spend(ended.spend()));
        Origin.Cached cached = ended.cached();
        return cached == null
                ? json
                : json.with(
                        CACHED,
                        Json.obj()
                                .with("ageMillis", cached.age().toMillis())
                                .with("savedPicoUsd", cached.saved().picoUsd()));
    }

    private static Origin.@Nullable Cached cached(Json.Obj json) {
        return json.at(CACHED).isPresent()
                ? new Origin.Cached(
                        Duration.ofMillis(json.longValue(CACHED, "ageMillis")), money(json, CACHED, "savedPicoUsd"))
                : null;
    }

    private static Json.Obj kind(String kind) {
        return Json.obj().with("kind", kind);
    }

    private static Json.Obj key(String kind, JournalKey key) {
        return kind(kind).with("run", key.run()).with("subtask", key.subtask()).with("item", key.item());
    }

    private static JournalKey key(Json.Obj json) {
        return new JournalKey(json.string("run"), json.string("subtask"), json.intValue("item"));
    }

    private static Fingerprint fingerprint(Json.Obj json) {
        return new Fingerprint(json.string("fingerprint"));
    }

    private static Json.Obj fact(Json.Obj json, ShardFact fact) {
        return switch (fact) {
            case ShardFact.Announced(String token, int requests, long tokens) ->
                json.with("fact", "announced")
                        .with("token", token)
                        .with("requests", requests)
                        .with("tokens", tokens);
            case ShardFact.Uploaded(String fileId) ->
                json.with("fact", "uploaded").with("file", fileId);
            case ShardFact.TurnedAway turnedAway -> json.with("fact", "turned_away");
            case ShardFact.Created(String batchId) ->
                json.with("fact", "created").with("batch", batchId);
        };
    }

    private static ShardFact fact(Json.Obj json) {
        var fact = json.string("fact");
        return switch (fact) {
            case "announced" ->
                new ShardFact.Announced(json.string("token"), json.intValue("requests"), json.longValue("tokens"));
            case "uploaded" -> new ShardFact.Uploaded(json.string("file"));
            case "turned_away" -> new ShardFact.TurnedAway();
            case "created" -> new ShardFact.Created(json.string("batch"));
            default -> throw new IllegalArgumentException("unknown fact of a shard '%.40s'".formatted(fact));
        };
    }

    private static Json.Obj asked(Json.Obj json, Asked asked, Money reserved) {
        return json.with("purpose", asked.kind().name())
                .with("tier", asked.tier().name())
                .with("model", asked.model())
                .with("reservedPicoUsd", reserved.picoUsd());
    }

    private static Asked asked(Json.Obj json) {
        return new Asked(
                CallPurpose.Kind.valueOf(json.string("purpose")),
                Tier.valueOf(json.string("tier")),
                json.string("model"));
    }

    private static Money money(Json.Obj json, String... path) {
        return Money.ofPico(json.longValue(path));
    }

    private static Json body(Json.Obj json) {
        return json.at("body").orElseThrow(() -> new JsonException("body: missing"));
    }

    private static Json.Obj outcome(Json.Obj json, Outcome<String> outcome) {
        return switch (outcome) {
            case Outcome.Succeeded<String>(String output) ->
                json.with("outcome", "succeeded").with("body", Json.parse(output));
            case Outcome.Failed<String>(Failure failure) ->
                json.with("outcome", "failed").with("body", reason(failure.kind(), failure.message()));
            case Outcome.Skipped<String>(Skip skip) ->
                json.with("outcome", "skipped")
                        .with(
                                "body",
                                reason(skip.kind(), skip.message()).with("because", Json.strings(skip.because())));
        };
    }

    private static Outcome<String> outcome(Json.Obj json) {
        var outcome = json.string("outcome");
        return switch (outcome) {
            case "succeeded" -> new Outcome.Succeeded<>(body(json).write());
            case "failed" -> Outcome.failed(Failure.Kind.valueOf(json.string("body", "kind")), message(json));
            case "skipped" -> new Outcome.Skipped<>(skip(json));
            default -> throw new IllegalArgumentException("unknown outcome '%.40s'".formatted(outcome));
        };
    }

    private static Skip skip(Json.Obj json) {
        return new Skip(
                Skip.Kind.valueOf(json.string("body", "kind")), message(json), strings(json.items("body", "because")));
    }

    private static List<String> strings(List<Json> items) {
        var strings = new ArrayList<String>();
        for (Json item : items) {
            strings.add(Json.obj().with("item", item).string("item"));
        }
        return strings;
    }

    private static Json.Obj reason(Enum<?> kind, String message) {
        return Json.obj().with("kind", kind.name()).with("message", message);
    }

    private static String message(Json.Obj json) {
        return json.string("body", "message");
    }

    private static Json.Obj spend(Spend spend) {
        var tokens = spend.tokens();
        return Json.obj()
                .with("settledPicoUsd", spend.settled().picoUsd())
                .with("forfeitedPicoUsd", spend.forfeited().picoUsd())
                .with("attempts", spend.attempts())
                .with("estimated", spend.estimated())
                .with("inputTokens", tokens.inputTokens())
                .with("cachedInputTokens", tokens.cachedInputTokens())
                .with("cacheWriteTokens", tokens.cacheWriteTokens())
                .with("outputTokens", tokens.outputTokens())
                .with("reasoningTokens", tokens.reasoningTokens());
    }

    private static Spend spend(Json.Obj json) {
        var tokens = new TokenUsage(
                json.longValue("inputTokens"),
                json.longValue("cachedInputTokens"),
                json.longValue("cacheWriteTokens"),
                json.longValue("outputTokens"),
                json.longValue("reasoningTokens"));
        return new Spend(
                money(json, "settledPicoUsd"),
                money(json, "forfeitedPicoUsd"),
                json.longValue("attempts"),
                tokens,
                json.bool("estimated"));
    }
}
