// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.live;

import dev.cadre.cli.text.FailureWords;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.price.Money;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What a run does at the moment: its phase and money, a line for each subtask under way, and how many have ended. Safe for many threads. */
public final class RunBoard implements RunListener, Supplier<List<String>> {
    private final InstantSource clock;
    private final Instant start;
    /** From which the run counts its times. */
    private Instant runStart;

    private final OpenCalls calls = new OpenCalls();
    private final Map<String, Duration> running = new LinkedHashMap<>();
    /** Of each subtask that runs are nested in: the subtasks of these under way, by their path, and since when. */
    private final Map<String, Map<String, Duration>> nested = new LinkedHashMap<>();

    private final Map<String, Integer> ended = new TreeMap<>();
    private int admitted;
    /** Subtasks and items whose outcome is from an outcome cache. */
    private int cached;

    private Money limit;
    private Phase phase = Phase.READING;

    /** What a run is at. */
    private enum Phase {
        READING("reading"),
        PLANNING("planning"),
        WORKING("working"),
        MERGING("merging"),
        ENDED("ended");

        private final String word;

        Phase(String word) {
            this.word = word;
        }
    }

    /** @param limit most that the run may spend */
    public RunBoard(InstantSource clock, Money limit) {
        this.clock = clock;
        this.limit = limit;
        start = clock.instant();
        runStart = start;
    }

    @Override
    public synchronized void on(RunEvent event) {
        calls.on(event);
        switch (event) {
            case RunEvent.RunStarted started -> {
                runStart = clock.instant();
                phase = Phase.PLANNING;
                limit = started.limit();
            }
            case RunEvent.SubtaskAdmitted subtask -> admitted++;
            case RunEvent.PlanEnded plan -> phase = Phase.WORKING;
            case RunEvent.PlanningAgain again -> phase = Phase.PLANNING;
            case RunEvent.RungStarted rung -> running.put(rung.subtaskId(), rung.at());
            case RunEvent.RungEnded rung -> {
                running.remove(rung.subtaskId());
                nested.remove(rung.subtaskId());
            }
            case RunEvent.Nested inner ->
                nest(
                        nested.computeIfAbsent(inner.subtaskId(), none -> new LinkedHashMap<>()),
                        "",
                        inner.event(),
                        inner.at());
            case RunEvent.CacheHit hit -> cached++;
            case RunEvent.SubtaskEnded subtask -> ended.merge(word(subtask.outcome()), 1, Integer::sum);
            case RunEvent.MergeStarted merge -> phase = Phase.MERGING;
            case RunEvent.RunEnded run -> phase = Phase.ENDED;
            default -> {}
        }
    }

    /** @param at by the outermost run's clock, which is the one that is shown */
    private static void nest(Map<String, Duration> under, String path, RunEvent event, Duration at) {
        switch (event) {
            case RunEvent.RungStarted rung -> under.put(path + rung.subtaskId(), at);
            case RunEvent.RungEnded rung -> under.remove(path + rung.subtaskId());
            case RunEvent.Nested inner -> nest(under, path + inner.subtaskId() + " > ", inner.event(), at);
            default -> {}
        }
    }

    private static String word(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Succeeded<?> succeeded -> "succeeded";
            case Outcome.Failed<?> failed -> "failed";
            case Outcome.Skipped<?> skipped -> "skipped";
        };
    }

    /** What was booked so far. */
    public synchronized Money spent() {
        return calls.spent();
    }

    @Override
    public synchronized List<String> get() {
        Instant instant = clock.instant();
        var lines = new ArrayList<String>();
        lines.add("%s  %s  %s"
                .formatted(phase.word, Figures.of(Duration.between(start, instant)), Figures.of(calls, limit))
                .stripTrailing());
        Duration now = Duration.between(runStart, instant);
        if (phase == Phase.PLANNING || phase == Phase.MERGING) {
            String key = phase == Phase.PLANNING ? "PLAN" : "MERGE";
            String state = state(key, now);
            if (!state.isEmpty()) {
                lines.add("  " + state);
            }
        }
        running.forEach((id, since) -> {
            lines.add("  %-24s %6s  %s"
                    .formatted(id, Figures.of(now.minus(since)), state(id, now))
                    .stripTrailing());
            nested.getOrDefault(id, Map.of())
                    .forEach((path, began) ->
                            lines.add("    > %-20s %6s".formatted(path, Figures.of(now.minus(began)))));
        });
        if (!ended.isEmpty()) {
            String fromCache = cached == 0 ? "" : ", %d from the cache".formatted(cached);
            lines.add("  %d of %d ended: %s%s".formatted(sum(), admitted, words(), fromCache));
        }
        return lines;
    }

    private String state(String key, Duration now) {
        return calls.of(key)
                .map(call -> call.call().asked() + (call.number() == 1 ? "" : ", attempt " + call.number()))
                .or(() -> calls.waitOf(key).map(wait -> waiting(wait, now)))
                .orElse("");
    }

    private static String waiting(OpenCalls.Wait wait, Duration now) {
        Duration left = wait.until().minus(now);
        return "attempt %d failed (%s), next %s"
                .formatted(
                        wait.number(),
                        FailureWords.of(wait.because()),
                        left.isPositive() ? "in " + Figures.of(left.plusMillis(999)) : "soon");
    }

    private int sum() {
        return ended.values().stream().mapToInt(Integer::intValue).sum();
    }

    private String words() {
        return ended.entrySet().stream()
                .map(each -> each.getValue() + " " + each.getKey())
                .collect(Collectors.joining(", "));
    }
}
