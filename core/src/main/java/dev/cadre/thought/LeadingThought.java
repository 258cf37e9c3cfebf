// SPDX-License-Identifier: Apache-2.0
package dev.cadre.thought;

import dev.cadre.model.OutputFormat;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Separates blocks such as {@code <think>…</think>} before a JSON answer from the answer, piece by piece. Servers that begin
 * the block in the prompt send its end alone, and models have marks that nobody has heard of, so what does not begin as
 * JSON is held back to the end: it may be thinking, with drafts of the answer in it. What begins as JSON is handed on as it
 * comes. Free text is left as it is, because a text may speak of such blocks.
 */
public final class LeadingThought {
    /** With which JSON begins, or a fence around it. */
    static final String BEGINNINGS = "{[`";

    private static final char FENCE = '`';

    private enum State {
        BEFORE,
        INSIDE,
        PROSE,
        /** In a fence, or behind it: a draft may stand in one. */
        FENCED,
        ANSWER
    }

    private final OutputFormat output;
    private final Consumer<String> text;
    private final StringBuilder before = new StringBuilder();
    private final StringBuilder held = new StringBuilder();
    private State state;
    private Pattern end = ThoughtMarks.ANY_END;
    /** Behind the last block that was begun. */
    private int begin;

    private int looked;
    private int searched;
    private boolean hasBlock;

    private LeadingThought(OutputFormat output, Consumer<String> text) {
        this.output = output;
        this.text = text;
        state = output instanceof OutputFormat.Text ? State.ANSWER : State.BEFORE;
    }

    /** What hears the pieces of a reply, and hands on those of the answer. */
    public static LeadingThought before(OutputFormat output, Consumer<String> text) {
        return new LeadingThought(output, text);
    }

    /** The answer in a whole text. */
    public static String removed(String text, OutputFormat output) {
        if (output instanceof OutputFormat.Text) {
            return text;
        }
        int begin = 0;
        int visible = visible(text, 0);
        for (var marks = ThoughtMarks.at(text, visible); marks.isPresent(); marks = ThoughtMarks.at(text, visible)) {
            Matcher end = marks.get().end().matcher(text);
            if (!end.find(visible)) {
                return "";
            }
            begin = end.end();
            visible = visible(text, begin);
        }
        return AnswerInText.of(begin == 0 ? text : text.substring(visible), output);
    }

    /** What was left out of a text, in one sentence; empty if that is white space at most. */
    public static Optional<String> note(String text, String answer) {
        String all = text.strip();
        String rest = answer.strip();
        if (rest.length() == all.length()) {
            return Optional.empty();
        }
        return Optional.of(
                all.endsWith(rest)
                        ? "a block of thinking before the answer was left out"
                        : "what stands around the JSON of the answer was left out, with other JSON in it");
    }

    private static int visible(CharSequence text, int from) {
        int visible = from;
        while (visible < text.length() && Character.isWhitespace(text.charAt(visible))) {
            visible++;
        }
        return visible;
    }

    /** Any text without the block of thinking with which it begins; the same text if it begins with none, or it does not end. */
    public static String withoutBlock(String text) {
        int begin = text.length() - text.stripLeading().length();
        return ThoughtMarks.at(text, begin)
                .map(marks -> marks.end().matcher(text))
                .filter(Matcher::find)
                .map(end -> text.substring(end.end()))
                .orElse(text);
    }

    /** Whether a text is JSON from its beginning on, or a fence around it, as far as it came. */
    public static boolean isAnswer(String text) {
        String stripped = text.stripLeading();
        return !stripped.isEmpty()
                && BEGINNINGS.indexOf(stripped.charAt(0)) >= 0
                && ThoughtMarks.at(stripped, 0).isEmpty();
    }

    /** Takes a piece. */
    public void hear(String piece) {
        String answer = pass(piece);
        if (!answer.isEmpty()) {
            text.accept(answer);
        }
    }

    /** Begins another message. What was held back of those before is the answer only if none of them begins as one. */
    public void nextMessage() {
        if (state != State.ANSWER && state != State.INSIDE) {
            before.append(rest());
            state = State.BEFORE;
            begin = 0;
            looked = 0;
            searched = 0;
            hasBlock = false;
        }
    }

    /** Hands on what was held back at the end: it was no thought. */
    public void finish() {
        String rest = state == State.ANSWER ? "" : AnswerInText.of(before + rest(), output);
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
            looked = visible(held, looked);
            var marks = ThoughtMarks.at(held, looked);
            if (marks.isPresent()) {
                state = State.INSIDE;
                end = marks.get().end();
            } else if (ThoughtMarks.mayBegin(held, looked)) {
                return ""; // it may become one, or nothing has come
            } else if (held.charAt(looked) == FENCE && !hasBlock) {
                state = State.FENCED;
            } else if (BEGINNINGS.indexOf(held.charAt(looked)) >= 0) {
                state = State.ANSWER;
                return taken(hasBlock ? looked : 0);
            } else {
                state = State.PROSE;
                end = ThoughtMarks.ANY_END;
            }
        }
        return "";
    }

    /** Looks for the end of a block; of one that was begun it keeps what may be the beginning of its end. */
    private boolean skip() {
        if (state == State.FENCED) {
            return false;
        }
        Matcher found = end.matcher(held);
        if (!found.find(Math.max(looked, searched - ThoughtMarks.LONGEST))) {
            searched = held.length();
            if (state == State.INSIDE) {
                held.delete(0, Math.max(looked, held.length() - ThoughtMarks.LONGEST));
                looked = 0;
                searched = 0;
            }
            return false;
        }
        looked = found.end();
        begin = state == State.INSIDE ? looked : begin;
        state = State.BEFORE;
        hasBlock = true;
        searched = 0;
        return true;
    }

    /** What was no block in the end, though it might have been one. */
    private String rest() {
        return switch (state) {
            case BEFORE -> taken(hasBlock ? held.length() : 0);
            case PROSE, FENCED -> taken(begin);
            case INSIDE, ANSWER -> "";
        };
    }

    private String taken(int from) {
        String text = held.substring(from);
        held.setLength(0);
        return text;
    }
}
