// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.json.Json;
import dev.cadre.model.Effort;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.Turn;
import dev.cadre.prompt.Prompt;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Words the requests of a merging model.
 *
 * <p>What workers wrote stands between two lines with a mark that is a digest of it: no text can hold its own digest, so
 * none can end the quotation, and the same outcomes make the same request.
 */
final class MergePrompt {
    /** The longest part of an earlier reply that a repair repeats, in bytes for each token of its cap. */
    static final int REPLY_BYTES_PER_TOKEN = 4;

    /** The longest list of defects in a repair, in characters. */
    static final int MAX_DEFECT_CHARS = 2_000;

    private static final int MARK_CHARS = 16;

    private final String model;
    private final String instructions;
    private final OutputFormat output;
    private final Effort effort;

    MergePrompt(String model, String instructions, OutputFormat output, Effort effort) {
        this.model = model;
        this.instructions = instructions;
        this.output = output;
        this.effort = effort;
    }

    /** Asks for the first time. */
    ModelRequest first(String goal, String context, String results, long maxOutputTokens) {
        var task = "Goal: %s\n".formatted(new Json.Str(goal).write())
                + (context.isBlank() ? "" : "Context: %s\n".formatted(new Json.Str(context).write()));
        var mark = digest(task + results);
        return ModelRequest.of(
                        model,
                        instructions,
                        "%sresults %s\n%send %s\n".formatted(task, mark, results, mark),
                        maxOutputTokens)
                .withOutput(output)
                .withEffort(effort);
    }

    /** All that the reply to a first request depends on, besides the model. */
    static String question(ModelRequest first) {
        String asked = first.turns().getFirst() instanceof Turn.User user ? user.text() : "";
        return String.join("\n", first.instructions(), asked, first.maxOutputTokens() + " " + first.output());
    }

    /** Asks once more, telling what is wrong with the reply. */
    static ModelRequest repair(ModelRequest first, ModelReply reply, List<String> defects) {
        var said = Excerpt.cut(reply.text(), replyChars(first));
        var wrong = Excerpt.cut(String.join("\n", defects), MAX_DEFECT_CHARS);
        return asked(first, said, Prompt.MERGE_REPAIR.with(wrong));
    }

    /** A repair that is longer than any that {@link #repair} makes of this request. */
    static ModelRequest longestRepair(ModelRequest first) {
        // a character has at most three bytes for each of its UTF-16 units
        int bytes = 3 * (replyChars(first) + MAX_DEFECT_CHARS + 100);
        return asked(first, "", "x".repeat(bytes));
    }

    private static ModelRequest asked(ModelRequest first, String said, String text) {
        return first.withTurns(
                List.of(first.turns().getFirst(), new Turn.Assistant(said, List.of(), ""), new Turn.User(text)));
    }

    private static int replyChars(ModelRequest first) {
        return (int) Math.min(Json.MAX_CHARS / 16, first.maxOutputTokens() * REPLY_BYTES_PER_TOKEN);
    }

    /** A digest of a text in 16 hexadecimal digits. */
    static String digest(String text) {
        try {
            var sha = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha).substring(0, MARK_CHARS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
