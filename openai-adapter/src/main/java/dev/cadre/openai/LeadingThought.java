// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.OutputFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Separates blocks such as {@code <think>…</think>} before a JSON answer from the answer, piece by piece. Servers that begin
 * the block in the prompt send its end alone, so what does not begin as JSON is held back: it may be thinking, with drafts
 * of the answer in it. Free text is left as it is, because a text may speak of such blocks.
 */
final class LeadingThought {
    private static final List<String> TAGS = List.of("<think>", "<thinking>", "<reasoning>", "<thought>");
    private static final int LONGEST_TAG = 11;
    private static final String USUAL_END = "</think>";

    /** With which JSON begins, or a fence around it. */
    private static final String BEGINNINGS = "{[`";

    private enum State {
        BEFORE,
        INSIDE,
        PROSE,
        ANSWER
    }

    private final StringBuilder before = new StringBuilder();
    private final StringBuilder held = new StringBuilder();
    private State state = State.BEFORE;
    private int looked;
    private int searched;
    private boolean hasBlock;
    private String end = "";

    /** The answer in a whole text; servers that begin the block in the prompt send its end alone. */
    static String removed(String text, OutputFormat output, ReplyNotes notes) {
        if (output instanceof OutputFormat.Text) {
            return text;
        }
        var blocks = new LeadingThought();
        String answer = blocks.pass(text) + blocks.rest();
        if (answer.length() < text.length()) {
            notes.add("a block of thinking before the answer was left out");
        }
        return answer;
    }

    /** Whether a text is JSON from its beginning on, or a fence around it, as far as it came. */
    static boolean isAnswer(String text) {
        String stripped = text.stripLeading();
        return !stripped.isEmpty() && BEGINNINGS.indexOf(stripped.charAt(0)) >= 0;
    }

    /** A consumer of pieces that hands on those of the answer. */
    Consumer<String> before(OutputFormat output, Consumer<String> text) {
        if (output instanceof OutputFormat.Text) {
            return text;
        }
        return piece -> {
            String answer = pass(piece);
            if (!answer.isEmpty()) {
                text.accept(answer);
            }
        };
    }

    /** Begins another message. What was held back of those before is the answer only if none of them begins as one. */
    void nextMessage() {
        if (state == State.PROSE || state == State.BEFORE) {
            before.append(rest());
            state = State.BEFORE;
            looked = 0;
            searched = 0;
            hasBlock = false;
        }
    }

    /** Hands on what was held back at the end. */
    void finish(Consumer<String> text) {
        String rest = state == State.ANSWER ? "" : before + rest();
        if (!rest.isEmpty()) {
            text.accept(rest);
        }
    }

    private String pass(String piece) {
        if (state == State.ANSWER) {
            return piece;
        }
        held.append(piece);
        while (state == State.BEFORE || skip()) {
            while (looked < held.length() && Character.isWhitespace(held.charAt(looked))) {
                looked++;
            }
            String next = held.substring(looked, Math.min(held.length(), looked + LONGEST_TAG))
                    .toLowerCase(Locale.ROOT);
            Optional<String> tag = TAGS.stream().filter(next::startsWith).findFirst();
            if (tag.isPresent()) {
                state = State.INSIDE;
                end = "</" + tag.get().substring(1);
                looked += tag.get().length();
            } else if (TAGS.stream().anyMatch(each -> each.startsWith(next))) {
                return ""; // it may become one, or nothing has come
            } else if (BEGINNINGS.indexOf(next.charAt(0)) >= 0) {
                state = State.ANSWER;
                return taken(hasBlock ? looked : 0);
            } else {
                state = State.PROSE;
                end = USUAL_END;
            }
        }
        return "";
    }

    /** Looks for the end of a block; of one that was begun it keeps what may be the beginning of its end. */
    private boolean skip() {
        int at = held.indexOf(end, Math.max(looked, searched - end.length()));
        if (at < 0) {
            searched = held.length();
            if (state == State.INSIDE) {
                held.delete(0, Math.max(looked, held.length() - end.length()));
                looked = 0;
                searched = 0;
            }
            return false;
        }
        state = State.BEFORE;
        hasBlock = true;
        looked = at + end.length();
        searched = 0;
        return true;
    }

    /** What was no block in the end, though it might have been one. */
    private String rest() {
        return switch (state) {
            case BEFORE -> taken(hasBlock ? held.length() : 0);
            case PROSE -> taken(looked);
            case INSIDE, ANSWER -> "";
        };
    }

    private String taken(int from) {
        String text = held.substring(from);
        held.setLength(0);
        return text;
    }
}
