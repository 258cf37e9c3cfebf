// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.OutputFormat;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Leaves out what stands before a JSON answer and ends with a tag such as {@code </think>}, piece by piece. Drafts of the
 * answer stand in it, so what does not begin as JSON is held back until such an end has come, or the end of the reply. Free
 * text is left as it is.
 */
final class ThoughtBeforeJson {
    private static final Pattern END =
            Pattern.compile("</(?:think|thinking|reasoning|thought)>", Pattern.CASE_INSENSITIVE);
    private static final int LONGEST_END = 12;

    /** With which JSON begins, or a fence around it. */
    private static final String BEGINNINGS = "{[`";

    private final Consumer<String> text;
    private final StringBuilder held = new StringBuilder();
    private boolean answers;
    private int searched;

    private ThoughtBeforeJson(OutputFormat output, Consumer<String> text) {
        this.text = text;
        answers = output instanceof OutputFormat.Text;
    }

    /** What hears the pieces of a reply, and hands on those of the answer. */
    static ThoughtBeforeJson before(OutputFormat output, Consumer<String> text) {
        return new ThoughtBeforeJson(output, text);
    }

    /** The answer in a whole text. */
    static String removed(String text, OutputFormat output) {
        var answer = new StringBuilder();
        ThoughtBeforeJson thought = before(output, answer::append);
        thought.hear(text);
        thought.finish();
        return answer.toString();
    }

    /** Takes a piece. */
    void hear(String piece) {
        if (answers) {
            text.accept(piece);
            return;
        }
        held.append(piece);
        int begin = searched == 0 ? beginning(0) : -1;
        if (begin < 0) {
            begin = behindThought();
        }
        if (begin >= 0) {
            answers = true;
            text.accept(held.substring(begin));
            held.setLength(0);
        }
    }

    /** Hands on what was held back, at the end of the reply: it was no thought, or there is no answer behind it. */
    void finish() {
        if (!held.isEmpty()) {
            text.accept(held.toString());
            held.setLength(0);
        }
    }

    /** Where JSON begins behind white space; below zero if anything else does, or nothing yet. */
    private int beginning(int from) {
        int at = from;
        while (at < held.length() && Character.isWhitespace(held.charAt(at))) {
            at++;
        }
        return at < held.length() && BEGINNINGS.indexOf(held.charAt(at)) >= 0 ? at : -1;
    }

    private int behindThought() {
        Matcher end = END.matcher(held);
        int from = Math.max(0, searched - LONGEST_END);
        searched = held.length();
        while (end.find(from)) {
            int begin = beginning(end.end());
            if (begin >= 0) {
                return begin;
            }
            if (held.substring(end.end()).isBlank()) {
                searched = Math.max(1, end.start()); // the answer may follow
                return -1;
            }
            from = end.end();
        }
        return -1;
    }
}
