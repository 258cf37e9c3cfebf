// SPDX-License-Identifier: Apache-2.0
package dev.cadre.thought;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a block of thinking begins and ends in a model's text, without regard to case.
 *
 * @param begin the first characters
 * @param end what stands between the thinking and the answer
 */
record ThoughtMarks(String begin, Pattern end) {
    /** The answer's channel of gpt-oss, whatever stands in its header. */
    private static final String FINAL =
            "<\\|channel\\|>final[^{}<]{0,20}(?:<\\|constrain\\|>[^{}<]{0,20})?<\\|message\\|>";

    /** The longest mark is at most so long. */
    static final int LONGEST = 90;

    private static final List<ThoughtMarks> ALL = Stream.concat(
                    Stream.of("think", "thinking", "reasoning", "thought", "seed:think")
                            .map(name -> literal("<" + name + ">", "</" + name + ">")),
                    Stream.of(
                            literal("[think]", "[/think]"), // Magistral
                            literal("\u25c1think\u25b7", "\u25c1/think\u25b7"), // Kimi
                            literal("<|begin_of_thought|>", "<|end_of_thought|>"),
                            new ThoughtMarks("<|channel|>", pattern(FINAL)),
                            new ThoughtMarks("<|start|>", pattern(FINAL))))
            .toList();

    private static final int LONGEST_BEGIN =
            ALL.stream().mapToInt(marks -> marks.begin.length()).max().orElse(0);

    /**
     * Any end of a block, for servers that begin it in the prompt; the last is that of gpt-oss where a server leaves out the
     * marks of its channels.
     */
    static final Pattern ANY_END =
            pattern("</(?:seed:)?(?:think|thinking|reasoning|thought)>|\\[/think]|\u25c1/think\u25b7"
                    + "|<\\|end_of_thought\\|>|assistantfinal(?=\\s*[{\\[`])|" + FINAL);

    private static ThoughtMarks literal(String begin, String end) {
        return new ThoughtMarks(begin, pattern(Pattern.quote(end)));
    }

    private static Pattern pattern(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
    }

    /** The marks of the block that begins there; empty if none does. */
    static Optional<ThoughtMarks> at(CharSequence text, int from) {
        String next = next(text, from);
        return ALL.stream().filter(marks -> next.startsWith(marks.begin)).findFirst();
    }

    /** Whether what stands there to the end may become the beginning of a block. */
    static boolean mayBegin(CharSequence text, int from) {
        String next = next(text, from);
        return ALL.stream().anyMatch(marks -> marks.begin.startsWith(next));
    }

    private static String next(CharSequence text, int from) {
        return text.subSequence(from, Math.min(text.length(), from + LONGEST_BEGIN))
                .toString()
                .toLowerCase(Locale.ROOT);
    }
}
