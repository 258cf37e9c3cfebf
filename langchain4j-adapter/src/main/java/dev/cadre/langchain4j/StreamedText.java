// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.thought.LeadingThought;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The text of a streamed reply: that of its pieces, since LangChain4j puts line breaks between the blocks of Claude, or that
 * of the message behind them, where this has more or the pieces say it several times. White space does not count.
 */
final class StreamedText {
    private static final Pattern FENCE = Pattern.compile("(?s)^```[a-z]*\\s(.*)```$");

    private final StringBuilder all = new StringBuilder();
    private final StringBuilder visible = new StringBuilder();
    /** Where each piece begins in what is visible. */
    private final List<Integer> begins = new ArrayList<>();

    private String defect = "";
    private List<String> notes = List.of();

    void add(String piece) {
        begins.add(visible.length());
        all.append(piece);
        visible.append(withoutBlanks(piece));
    }

    /** The text, given that of the whole message; empty if there is none. */
    String besideMessage(String message) {
        String whole = withoutBlanks(message);
        String pieces = visible.toString();
        if (whole.isEmpty() || whole.equals(pieces)) {
            return all.toString();
        }
        if (whole.startsWith(pieces)) {
            return message; // a model that streams a part or nothing
        }
        if (isSaidAgain(whole, pieces)) {
            notes = List.of("the pieces of the answer said it more than once: the whole message was read");
            return message;
        }
        if (pieces.startsWith(whole)) {
            return all.toString();
        }
        if (essence(message).equals(essence(all.toString()))) {
            notes = List.of("the whole message said the answer in other characters than its pieces: it was read");
            return message;
        }
        defect = "the pieces of the answer and its whole message contradict each other";
        return message;
    }

    /** Whether each piece begins the whole anew, or goes on where the last one ended, until the whole is said again. */
    private boolean isSaidAgain(String whole, String pieces) {
        int said = 0;
        for (int i = 0; i < begins.size(); i++) {
            int end = i + 1 < begins.size() ? begins.get(i + 1) : pieces.length();
            String piece = pieces.substring(begins.get(i), end);
            if (piece.isEmpty()) {
                continue;
            }
            if (said < whole.length() && whole.startsWith(piece, said)) {
                said += piece.length();
            } else if (whole.startsWith(piece)) {
                said = piece.length();
            } else {
                return false;
            }
        }
        return said == whole.length();
    }

    /** What had to be put right. */
    List<String> notes() {
        return notes;
    }

    /** Why the text is none; empty as a rule. */
    String defect() {
        return defect;
    }

    /** What those that clean a message keep: no thinking before it, no fence around it, each character in one form. */
    private static String essence(String text) {
        String answer = LeadingThought.withoutBlock(text).strip();
        String bare = FENCE.matcher(answer).replaceFirst("$1");
        return withoutBlanks(Normalizer.normalize(bare, Normalizer.Form.NFKC));
    }

    private static String withoutBlanks(String text) {
        return text.chars()
                .filter(c -> !Character.isWhitespace(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @Override
    public String toString() {
        return all.toString();
    }
}
