// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.Finish;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the providers' own words for the end of a reply mean, which LangChain4j knows but a few of. */
enum FinishWord {
    STOP("stop|eos(_token)?|end(_turn|_of_turn)?|stop_sequence|completed?|done", "(?!)"),
    CALLS("tool_(calls?|use)|function_call", "(?!)"),
    FILTER(
            "content_filter(ed)?|safety|recitation|blocklist|prohibited_content|spii|sensitive|moderation"
                    + "|guardrail_intervened",
            "safety|filter|toxic|policy|blocked|block_?(list|reason)|prohibit|moderat|guardrail|harm(?!on)|violat"
                    + "|sensitive|recitation|copyright|jailbreak"),
    REFUSAL("refusal|refused", "refus"),
    /** The provider gave up: what there is of the answer is no answer. */
    BROKEN(
            "error|abort(ed)?|cancel(l?ed)?|timeout|network_error|insufficient_system_resource|language"
                    + "|malformed_function_call",
            "rate_?limit|quota|too_?many_?+(?!tok)"),
    /** The answer was cut; a pause of Claude is the end of what was written so far, like a full context. */
    LENGTH(
            "length|max_((output_|completion_)?tokens|length)|token_limit|model_length|incomplete"
                    + "|(model_)?context_(length|window)(_exceeded)?",
            "length|max|(?<!un)limit|trunc|incomplete|partial|unfinished|exceed|exhaust|overflow|window|budget|pause"
                    + "|too_?many|(?<![a-z])cut"),
    /** The same as a broken one, by a part of a word that says nothing of the others. */
    FAILED(
            "(?!)",
            "(?<!no_)error|(?<![a-z])err(?![a-z])|fail|cancel|abort|overload|preempt|interrupt|time_?d?_?out"
                    + "|malformed|unexpected|missing|exception|unavailable|disconnect|crash|kill|evict|shut_?down"),
    /** None, or a word that says nothing. */
    UNKNOWN("(?!)", "");

    private static final int MOST_CHARS = 100;

    @SuppressWarnings("ImmutableEnumChecker") // patterns do not change
    private final Pattern whole;

    @SuppressWarnings("ImmutableEnumChecker")
    private final Pattern part;

    FinishWord(String whole, String part) {
        this.whole = Pattern.compile(whole);
        this.part = Pattern.compile(part);
    }

    /** The meaning of a word in any spelling, or of a part of it that says that the answer is not whole. */
    static FinishWord of(String reason) {
        String cut = reason.substring(0, Math.min(reason.length(), MOST_CHARS));
        String lower = cut.strip().toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
        String word = lower.substring(lower.lastIndexOf('.') + 1);
        return Stream.of(values())
                .filter(meaning -> meaning.whole.matcher(word).matches())
                .findFirst()
                .orElseGet(() -> Stream.of(values())
                        .filter(meaning -> meaning.part.matcher(word).find())
                        .findFirst()
                        .orElse(UNKNOWN));
    }

    /** Whether the answer may be incomplete, whatever else is said later. */
    boolean isCut() {
        return this == LENGTH || this == FILTER || isBroken();
    }

    boolean isBroken() {
        return this == BROKEN || this == FAILED;
    }

    /** The end of a reply with or without tool calls; some models say that they stop when they call tools. */
    Finish finish(boolean calls) {
        return switch (this) {
            case LENGTH -> Finish.TRUNCATED;
            case FILTER -> Finish.FILTERED;
            case REFUSAL -> Finish.REFUSED;
            case STOP, CALLS, BROKEN, FAILED, UNKNOWN -> calls ? Finish.TOOL_CALLS : Finish.COMPLETE;
        };
    }
}
