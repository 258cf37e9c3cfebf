// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.simulation;

import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.JournalLine;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Spend;
import dev.cadre.task.GraphNode;
import dev.cadre.task.SubtaskType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Finds in a journal what the attempts of each subtask type took. A line does not name a tier: it is the one whose price
 * gives what was booked. The time of an attempt is that between its two lines, the first of which may have waited for the
 * disk.
 */
final class JournalFit {
    private record Sent(JournalKey key, int attempt) {}

    private record Seen(Optional<Tier> tier, long inputTokens, long outputTokens, double seconds) {}

    private final Map<String, SubtaskType<?, ?>> typeOfSubtask = new HashMap<>();
    private final Map<Tier, ModelPool> pools;
    private final Map<Sent, Instant> sentAt = new HashMap<>();
    private final Map<String, List<Seen>> seen = new HashMap<>();
    private final Map<String, Integer> lost = new HashMap<>();

    private JournalFit(List<GraphNode> nodes, Map<Tier, ModelPool> pools) {
        nodes.forEach(node -> typeOfSubtask.put(node.id(), node.type()));
        this.pools = pools;
    }

    /** Changes the profiles of those types of which the journal knows something. */
    static void apply(
            Path journal, List<GraphNode> nodes, Map<Tier, ModelPool> pools, Map<String, WorkProfile> profiles) {
        var fit = new JournalFit(nodes, pools);
        FileJournal.read(journal, fit::take);
        if (fit.seen.isEmpty()) {
            throw new IllegalArgumentException(
                    "journal %s has no settled attempt of a subtask of the graph".formatted(journal));
        }
        fit.seen.forEach((type, attempts) -> fit.fit(type, attempts, profiles));
    }

    private void take(JournalLine line) {
        if (line.entry() instanceof JournalEntry.Intent intent) {
            sentAt.put(new Sent(intent.key(), intent.attempt()), line.at());
        } else if (line.entry() instanceof JournalEntry.Settled settled) {
            SubtaskType<?, ?> type = typeOfSubtask.get(settled.key().subtask());
            Instant sent = sentAt.remove(new Sent(settled.key(), settled.attempt()));
            if (type != null && sent != null) {
                take(type, settled.spend(), Duration.between(sent, line.at()));
            }
        }
    }

    private void take(SubtaskType<?, ?> type, Spend spend, Duration took) {
        if (!spend.forfeited().isZero()) {
            lost.merge(type.name(), 1, Integer::sum);
        } else if (spend.attempts() > 0) {
            var attempt = new Seen(
                    tier(type, spend),
                    spend.tokens().inputTokens(),
                    spend.tokens().outputTokens(),
                    Math.max(0, took.toMillis()) / 1e3); // the wall clock may have been set back
            seen.computeIfAbsent(type.name(), name -> new ArrayList<>()).add(attempt);
        }
    }

    /** Of tiers that share a price the first to be tried. */
    private Optional<Tier> tier(SubtaskType<?, ?> type, Spend spend) {
        return Stream.concat(Stream.of(type.tiers().start()), Stream.of(Tier.values()))
                .filter(tier -> SimWorld.require(pools.get(tier))
                        .spec()
                        .price()
                        .cost(spend.tokens(), ServiceTier.STANDARD)
                        .equals(spend.settled()))
                .findFirst();
    }

    private void fit(String type, List<Seen> attempts, Map<String, WorkProfile> profiles) {
        int losses = lost.getOrDefault(type, 0);
        WorkProfile fitted = profiles.getOrDefault(type, WorkProfile.STANDARD)
                .inputTokens(observed(attempts, Seen::inputTokens))
                .outputTokens(observed(attempts, Seen::outputTokens))
                .losing((double) losses / (losses + attempts.size()));
        profiles.put(type, fitted);
        var byTier = new EnumMap<Tier, List<Seen>>(Tier.class);
        attempts.forEach(attempt -> attempt.tier()
                .ifPresent(tier ->
                        byTier.computeIfAbsent(tier, none -> new ArrayList<>()).add(attempt)));
        byTier.forEach((tier, ofTier) ->
                profiles.put(SimAssumptions.key(type, tier), fitted.seconds(observed(ofTier, Seen::seconds))));
    }

    private static Spread observed(List<Seen> attempts, ToDoubleFunction<Seen> figure) {
        return Spread.observed(attempts.stream().mapToDouble(figure).toArray());
    }
}
