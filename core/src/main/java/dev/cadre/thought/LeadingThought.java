// SPDX-License-Identifier: Apache-2.0
package dev.cadre.thought;

import dev.cadre.model.OutputFormat;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Separates blocks such as {@code <think>…</think>} before a JSON answer from the answer, piece by piece. Servers that begin
 * the block in the prompt send its end alone, so what does not begin as JSON is held back: it may be thinking, with drafts
 * of the answer in it. Free text is left as it is, because a text may speak of such blocks.
 */
public final class LeadingThought {
    /** With which JSON begins, or a fence around it. */
    private static final String BEGINNINGS = "{[`";

    private enum State {
        BEFORE,
        INSIDE,
        PROSE,
        ANSWER
    }

    private final Consumer<String> text;
    private final StringBuilder before = new StringBuilder();
    private final StringBuilder held = new StringBuilder();
    private State state;
    private Pattern end = ThoughtMarks.ANY_END;
    private int looked;
    private int searched;
    private boolean hasBlock;

    private LeadingThought(OutputFormat output, Consumer<String> text) {
        this.text = text;
        state = output instanceof OutputFormat.Text ? State.ANSWER : State.BEFORE;
    }

    /** What hears the pieces of a reply, and hands on those of the answer. */
    public static LeadingThought before(OutputFormat output, Consumer<String> text) {
        return new LeadingThought(output, text);
    }

    /** The answer in a whole text. */
    public static String removed(String text, OutputFormat output) {
        var answer = new StringBuilder();
        LeadingThought thought = before(output, answer::append);
        thought.hear(text);
        thought.finish();
        return answer.toString();
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
        if (state == State.PROSE || state == State.BEFORE) {
            before.append(rest());
            state = State.BEFORE;
            looked = 0;
            searched = 0;
            hasBlock = false;
        }
    }

    /** Hands on what was held back at the end: it was no thought. */
    public void finish() {
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
            var marks = ThoughtMarks.at(held, looked);
            if (marks.isPresent()) {
                state = State.INSIDE;
                end = marks.get().end();
            } else if (ThoughtMarks.mayBegin(held, looked)) {
                return ""; // it may become one, or nothing has come
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
        state = State.BEFORE;
        hasBlock = true;
        looked = found.end();
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
