// SPDX-License-Identifier: Apache-2.0
package dev.cadre.thought;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonSpan;
import dev.cadre.model.OutputFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;

/**
 * Finds the JSON answer in a text with thinking in it, whatever the marks of the thinking are: no list of marks is whole.
 *
 * <p>A text that begins with its JSON is left as it is, unless a known mark of thinking's end follows, and an answer behind
 * that. Of the values in any other text, the last one in the form of the answer is the answer: what stands before it is
 * thinking, an example or a draft. That one may be broken or cut; then the text begins with it, and an earlier one is never
 * taken in its place.
 */
final class AnswerInText {
    private static final String BRACKETS = "{}[]";

    private final String text;
    private final List<JsonSpan> values;

    private AnswerInText(String text, Set<String> names) {
        this.text = text;
        values = text.indexOf('{') < 0 ? List.of() : JsonSpan.in(text, names);
    }

    /** The text from its answer on, or the answer alone; the text if it has none. */
    static String of(String text, OutputFormat output) {
        Set<String> names = output instanceof OutputFormat.JsonSchema form ? names(form) : Set.of();
        var answer = new AnswerInText(text, names);
        return answer.from(answer.endOfThinking());
    }

    /** The names that an object in the form has; empty if it may have any. */
    private static Set<String> names(OutputFormat.JsonSchema form) {
        try {
            return Json.parse(form.schema()) instanceof Json.Obj schema
                            && schema.at("properties").orElse(Json.Null.NULL) instanceof Json.Obj properties
                    ? properties.fields().keySet()
                    : Set.of();
        } catch (JsonException unreadable) {
            return Set.of();
        }
    }

    /** Behind the last mark that an answer follows, or any at all if the text begins neither with JSON nor with a fence. */
    private int endOfThinking() {
        int begin = begin(0);
        boolean isProse = begin < text.length() && LeadingThought.BEGINNINGS.indexOf(text.charAt(begin)) < 0;
        int lastValue = values.stream()
                .filter(JsonSpan::isNamed)
                .mapToInt(JsonSpan::from)
                .max()
                .orElse(-1);
        int found = 0;
        int last = 0;
        int index = 0;
        for (Matcher mark = ThoughtMarks.ANY_END.matcher(text); mark.find(); ) {
            while (index < values.size() && values.get(index).to() <= mark.start()) {
                index++;
            }
            boolean isInside = index < values.size()
                    && values.get(index).isWhole()
                    && values.get(index).from() <= mark.start();
            if (!isInside) {
                last = mark.end();
                found = mark.end() <= lastValue ? mark.end() : found;
            }
        }
        return found > 0 || !isProse ? found : last;
    }

    private String from(int thinking) {
        String all = thinking == 0 ? text : text.substring(begin(thinking));
        List<JsonSpan> after =
                values.stream().filter(value -> value.from() >= thinking).toList();
        if (!after.isEmpty() && after.getFirst().from() == begin(thinking)) {
            return all;
        }
        return after.stream()
                .filter(value -> value.isNamed() || value.ending() == JsonSpan.Ending.CUT)
                .reduce((earlier, later) -> later)
                .map(last -> isAlone(last, thinking) ? all : answer(last))
                .orElse(all);
    }

    private String answer(JsonSpan last) {
        return last.isWhole() ? text.substring(last.from(), last.to()) : text.substring(last.from());
    }

    /** Whether whatever reads the text finds this value in it, because no other bracket is around. */
    private boolean isAlone(JsonSpan value, int thinking) {
        return text.substring(thinking, value.from()).chars().noneMatch(AnswerInText::isBracket)
                && (!value.isWhole() || text.substring(value.to()).chars().noneMatch(AnswerInText::isBracket));
    }

    private static boolean isBracket(int character) {
        return BRACKETS.indexOf(character) >= 0;
    }

    /** Where something visible begins. */
    private int begin(int from) {
        int begin = from;
        while (begin < text.length() && Character.isWhitespace(text.charAt(begin))) {
            begin++;
        }
        return begin;
    }
}
