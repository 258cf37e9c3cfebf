// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import java.nio.charset.StandardCharsets;

/**
 * What has become of a plan, as its planner is shown it: a line for each subtask, never too few. Outputs and reasons are
 * cut, with a mark, so that the whole has a bound; the more lines there are, the shorter each is.
 */
final class ProgressText {
    /** The most bytes of a text of up to 64 lines, as many as a plan may have subtasks by default. */
    static final long MOST_BYTES = 16_000;

    private static final int BYTES_AROUND = 600;
    private static final int LONGEST_EXCERPT_BYTES = 400;
    private static final int LONGEST_INPUT_BYTES = 120;
    /** The longest id and type of a line, and what stands around them. */
    private static final int BYTES_OF_A_LINE = 150;

    private final StringBuilder text = new StringBuilder();
    private final int excerpt;
    private final int input;

    private ProgressText(PlanProgress progress) {
        int lines = progress.done().size()
                + progress.undone().size()
                + progress.lost().size();
        long left = Math.max(0, (MOST_BYTES - BYTES_AROUND) / Math.max(1, lines) - BYTES_OF_A_LINE);
        excerpt = (int) Math.min(LONGEST_EXCERPT_BYTES, left * 2 / 3);
        input = (int) Math.min(LONGEST_INPUT_BYTES, left / 3);
        text.append("\nDone (").append(progress.done().size()).append("):\n");
        progress.done().forEach(this::done);
        text.append("\nNot done (").append(progress.undone().size()).append("):\n");
        progress.undone().forEach(this::undone);
        if (!progress.lost().isEmpty()) {
            text.append("\nNot planned (").append(progress.lost().size()).append("):\n");
            progress.lost()
                    .forEach(each -> text.append("- ")
                            .append(cut(new Json.Str(each).write(), excerpt))
                            .append('\n'));
        }
        if (!progress.rejected().isEmpty()) {
            text.append("\nThe outputs were merged, and the answer was rejected. It has to obey this rule: ")
                    .append(new Json.Str(cut(progress.rejected(), LONGEST_EXCERPT_BYTES)).write())
                    .append('\n');
        }
    }

    static String of(PlanProgress progress) {
        return new ProgressText(progress).text.toString();
    }

    private void done(PlanProgress.Done done) {
        line(done.planned().id(), done.planned());
        text.append(" -> ").append(cut(done.output(), excerpt)).append('\n');
    }

    private void undone(PlanProgress.Undone undone) {
        line(undone.id(), undone.planned());
        text.append(": ")
                .append(cut(new Json.Str(undone.reason()).write(), excerpt))
                .append('\n');
    }

    private void line(String id, PlannedSubtask planned) {
        text.append("- ")
                .append(id)
                .append(": ")
                .append(planned.type())
                .append(' ')
                .append(cut(PlannedJson.writtenInput(planned).write(), input));
    }

    /** The text, or as much of its beginning as so many bytes of UTF-8 hold, with a mark. */
    static String cut(String text, int maxBytes) {
        if (text.length() <= maxBytes / 3) {
            return text;
        }
        int bytes = 0;
        for (int at = 0; at < text.length(); ) {
            int point = text.codePointAt(at);
            bytes += new String(Character.toChars(point)).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > maxBytes) {
                return text.substring(0, at) + "…";
            }
            at += Character.charCount(point);
        }
        return text;
    }
}
