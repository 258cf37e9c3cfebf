// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
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
import java.util.function.ToDoubleFunction;

/**
 * Finds in a journal what the attempts of each subtask type took. The time of an attempt is that between its two lines,
 * the first of which may have waited for the disk.
 */
final class JournalFit {
    private record Attempt(JournalKey key, int number) {}

    private record Sent(Instant at, Tier tier) {}

    private record Seen(Tier tier, long inputTokens, long outputTokens, double seconds) {}

    private final Map<String, SubtaskType<?, ?>> typeOfSubtask = new HashMap<>();
    private final Map<Attempt, Sent> inFlight = new HashMap<>();
    private final Map<String, List<Seen>> seen = new HashMap<>();
    private final Map<String, Integer> lost = new HashMap<>();

    private JournalFit(List<GraphNode> nodes) {
        nodes.forEach(node -> typeOfSubtask.put(node.id(), node.type()));
    }

    /** Changes the profiles of those types of which the journal knows something. */
    static void apply(Path journal, List<GraphNode> nodes, Map<String, WorkProfile> profiles) {
        var fit = new JournalFit(nodes);
        FileJournal.read(journal, fit::take);
        if (fit.seen.isEmpty()) {
            throw new IllegalArgumentException(
                    "journal %s has no settled attempt of a subtask of the graph".formatted(journal));
        }
        fit.seen.forEach((type, attempts) -> fit.fit(type, attempts, profiles));
    }

    private void take(FileJournal.Line line) {
        if (line.entry() instanceof JournalEntry.Intent intent && intent.asked().kind() != CallPurpose.Kind.CODE) {
            inFlight.put(
                    new Attempt(intent.key(), intent.attempt()),
                    new Sent(line.at(), intent.asked().tier()));
        } else if (line.entry() instanceof JournalEntry.Settled settled) {
            SubtaskType<?, ?> type = typeOfSubtask.get(settled.key().subtask());
            Sent sent = inFlight.remove(new Attempt(settled.key(), settled.attempt()));
            if (type != null && sent != null) {
                take(type, sent.tier(), settled.spend(), Duration.between(sent.at(), line.at()));
            }
        }
    }

    private void take(SubtaskType<?, ?> type, Tier tier, Spend spend, Duration took) {
        if (!spend.forfeited().isZero()) {
            lost.merge(type.name(), 1, Integer::sum);
        } else if (spend.attempts() > 0) {
            var attempt = new Seen(
                    tier,
                    spend.tokens().inputTokens(),
                    spend.tokens().outputTokens(),
                    Math.max(0, took.toMillis()) / 1e3); // the wall clock may have been set back
            seen.computeIfAbsent(type.name(), name -> new ArrayList<>()).add(attempt);
        }
    }

    private void fit(String type, List<Seen> attempts, Map<String, WorkProfile> profiles) {
        int losses = lost.getOrDefault(type, 0);
        WorkProfile fitted = profiles.getOrDefault(type, WorkProfile.STANDARD)
                .inputTokens(observed(attempts, Seen::inputTokens))
                .outputTokens(observed(attempts, Seen::outputTokens))
                .losing((double) losses / (losses + attempts.size()));
        profiles.put(type, fitted);
        var byTier = new EnumMap<Tier, List<Seen>>(Tier.class);
        attempts.forEach(attempt -> byTier.computeIfAbsent(attempt.tier(), none -> new ArrayList<>())
                .add(attempt));
        byTier.forEach((tier, ofTier) ->
                profiles.put(SimAssumptions.key(type, tier), fitted.seconds(observed(ofTier, Seen::seconds))));
    }

    private static Spread observed(List<Seen> attempts, ToDoubleFunction<Seen> figure) {
        return Spread.observed(attempts.stream().mapToDouble(figure).toArray());
    }
}
