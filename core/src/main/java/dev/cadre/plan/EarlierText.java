// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.task.Missing;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The earlier runs that a goal follows, as its planner is shown them. Text of others stands as JSON on one line and is cut with
 * a mark, so that the whole has a bound. What is left out is counted.
 */
final class EarlierText {
    /** The most bytes of all runs together, without the lines of their inputs. */
    static final int MOST_BYTES = 16_000;

    private static final int LONGEST_GOAL_BYTES = 2_000;
    private static final int LONGEST_ANSWER_BYTES = 8_000;
    private static final int LONGEST_REASON_BYTES = 160;
    private static final int LONGEST_DESCRIPTION_BYTES = 400;
    private static final int MOST_MISSING = 20;
    /** The longest label of something that is missing, and what stands around it. */
    private static final int BYTES_OF_A_MISSING = 90;

    private static final int BYTES_AROUND = 150;
    private static final int MOST_INDEXES = 20;
    private static final int QUOTES = 2;

    private final StringBuilder text = new StringBuilder();
    private final int bytesOfEach;

    private EarlierText(List<EarlierRun> runs) {
        bytesOfEach = Math.max(0, MOST_BYTES / Math.max(1, runs.size()) - BYTES_AROUND);
        text.append("Earlier goals, oldest first (").append(runs.size()).append("):\n");
        runs.forEach(this::add);
    }

    /** The runs, oldest first, two lines or three for each. */
    static String of(List<EarlierRun> runs) {
        return new EarlierText(runs).text.toString();
    }

    private void add(EarlierRun run) {
        int goal = Math.min(LONGEST_GOAL_BYTES, bytesOfEach / 4);
        text.append("- ")
                .append(run.name())
                .append(": ")
                .append(quoted(run.goal(), goal))
                .append('\n');
        if (run.answer().isEmpty()) {
            text.append("  no answer: ").append(quoted(run.failure(), goal)).append('\n');
        } else {
            int answer = Math.min(LONGEST_ANSWER_BYTES, bytesOfEach / 2);
            text.append("  answer: ")
                    .append(ProgressText.cut(run.answer(), answer))
                    .append('\n');
        }
        if (!run.missing().isEmpty()) {
            missing(run.missing());
        }
    }

    private void missing(List<Missing> missing) {
        int bytes = bytesOfEach / 4;
        int lines = Math.clamp(bytes / BYTES_OF_A_MISSING, 0, Math.min(MOST_MISSING, missing.size()));
        int reason = lines == 0 ? 0 : Math.clamp(bytes / lines - BYTES_OF_A_MISSING, 0, LONGEST_REASON_BYTES);
        int more = missing.size() - lines;
        text.append("  missing (")
                .append(missing.size())
                .append("): ")
                .append(missing.stream()
                        .limit(lines)
                        .map(each -> "%s %s".formatted(each.subtaskId(), quoted(each.reason(), reason)))
                        .collect(Collectors.joining("; ")))
                .append(more == 0 ? "" : "%sand %d more".formatted(lines == 0 ? "" : "; ", more))
                .append('\n');
    }

    /** Where each input comes from, by its name; nothing of one that comes from no run. */
    static Map<String, String> origins(List<EarlierRun> runs) {
        Map<String, String> origins = new HashMap<>();
        for (EarlierRun run : runs) {
            if (!run.answer().isEmpty()) {
                origins.put(run.name(), "the answer of " + run.name());
            }
            run.brought().forEach(each -> origins.put(each.input(), origin(run, each)));
        }
        return origins;
    }

    private static String origin(EarlierRun run, EarlierRun.Brought brought) {
        String described = brought.description().equals(brought.type())
                ? ""
                : " " + quoted(brought.description(), LONGEST_DESCRIPTION_BYTES);
        return "what subtask %s of %s returned, of type %s%s%s"
                .formatted(brought.subtask(), run.name(), brought.type(), described, lacking(brought));
    }

    private static String lacking(EarlierRun.Brought brought) {
        if (brought.lacking().isEmpty()) {
            return "";
        }
        int more = brought.lacking().size() - MOST_INDEXES;
        String indexes = brought.lacking().stream()
                .limit(MOST_INDEXES)
                .map(index -> "#" + index)
                .collect(Collectors.joining(", "));
        return "; %d of %d items are missing: %s%s"
                .formatted(
                        brought.lacking().size(),
                        brought.items(),
                        indexes,
                        more > 0 ? " and %d more".formatted(more) : "");
    }

    /** The text in quotes that are always closed; cut by its length once it is escaped, which may be six times as long. */
    private static String quoted(String text, int maxBytes) {
        int bytes = 0;
        for (int at = 0; at < text.length(); ) {
            String point = Character.toString(text.codePointAt(at));
            bytes += new Json.Str(point).write().getBytes(StandardCharsets.UTF_8).length - QUOTES;
            if (bytes > maxBytes) {
                return new Json.Str(text.substring(0, at) + "…").write();
            }
            at += point.length();
        }
        return new Json.Str(text).write();
    }
}
