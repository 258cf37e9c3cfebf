// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cadre.model.Finish;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What the finish reasons of servers mean: the standard set, and the words that others have for it. */
enum ChatFinish {
    STOP(
            "stop",
            List.of(
                    "eos",
                    "eos_token",
                    "end_turn",
                    "end_of_turn",
                    "end",
                    "stop_sequence",
                    "complete",
                    "completed",
                    "done")),
    CALLS("tool_calls", List.of("function_call", "tool_use", "tool_call")),
    LENGTH(
            "length",
            List.of(
                    "max_tokens",
                    "max_output_tokens",
                    "max_completion_tokens",
                    "max_length",
                    "token_limit",
                    "model_length",
                    "context_length",
                    "context_length_exceeded",
                    "model_context_window_exceeded",
                    "incomplete")),
    FILTER(
            "content_filter",
            List.of(
                    "content_filtered",
                    "safety",
                    "recitation",
                    "blocklist",
                    "prohibited_content",
                    "spii",
                    "sensitive",
                    "moderation",
                    "guardrail_intervened")),
    REFUSAL("refusal", List.of("refused")),
    /** The server gave up: what there is of the answer is no answer. */
    BROKEN(
            "error",
            List.of(
                    "abort",
                    "aborted",
                    "cancel",
                    "cancelled",
                    "canceled",
                    "timeout",
                    "network_error",
                    "insufficient_system_resource",
                    "language",
                    "malformed_function_call")),
    /** None, or a word that says nothing. */
    UNKNOWN("", List.of());

    private static final Set<String> STANDARD =
            Set.of("stop", "tool_calls", "function_call", "length", "content_filter");
    private static final int MOST_CHARS = 100;

    /** The member in which some servers name the stop sequence that was met. */
    private static final String MATCHED = "stop_reason";

    private static final List<String> OTHER_NAMES =
            List.of("native_finish_reason", "finishReason", "done_reason", MATCHED);
    private static final List<String> NAMES_IN_OBJECT = List.of("type", "reason", "finish_reason", "name", "value");
    private static final Map<String, ChatFinish> BY_WORD = new HashMap<>();

    /** The parts of unknown words that say why an answer is not whole; the first that fits counts. */
    private static final Map<Pattern, ChatFinish> BY_PART = new LinkedHashMap<>();

    static {
        for (ChatFinish finish : values()) {
            BY_WORD.put(finish.word, finish);
            finish.synonyms.forEach(synonym -> BY_WORD.put(synonym, finish));
        }
        BY_PART.put(
                Pattern.compile("safety|filter|toxic|policy|blocked|block_?(?:list|reason)|prohibit|moderat|guardrail"
                        + "|harm(?!on)|violat|sensitive|recitation|copyright|jailbreak"),
                FILTER);
        BY_PART.put(Pattern.compile("refus"), REFUSAL);
        BY_PART.put(Pattern.compile("rate_?limit|quota|too_?many_?+(?!tok)"), BROKEN);
        BY_PART.put(
                Pattern.compile("length|max|(?<!un)limit|trunc|incomplete|partial|unfinished|exceed|exhaust|overflow"
                        + "|window|budget|pause|too_?many|(?<![a-z])cut"),
                LENGTH);
        BY_PART.put(
                Pattern.compile("(?<!no_)error|(?<![a-z])err(?![a-z])|fail|cancel|abort|overload|preempt|interrupt"
                        + "|time_?d?_?out|malformed|unexpected|missing|exception|unavailable|disconnect|crash|kill"
                        + "|evict|shut_?down"),
                BROKEN);
    }

    private final String word;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> synonyms;

    ChatFinish(String word, List<String> synonyms) {
        this.word = word;
        this.synonyms = synonyms;
    }

    /**
     * The meaning of a word in any spelling, such as {@code FinishReason.MAX_TOKENS} or {@code tool-calls}, or of a part of
     * it that says that the answer is not whole.
     */
    static ChatFinish of(String reason) {
        String word = plain(reason);
        ChatFinish known = BY_WORD.get(word);
        return known != null
                ? known
                : BY_PART.entrySet().stream()
                        .filter(part -> part.getKey().matcher(word).find())
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(UNKNOWN);
    }

    private static String plain(String reason) {
        String cut = reason.length() > MOST_CHARS ? reason.substring(0, MOST_CHARS) : reason;
        String lower = cut.strip().toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
        return lower.substring(lower.lastIndexOf('.') + 1);
    }

    /** The word by which a choice, or its message, says why the model stopped; an empty text if neither does. */
    static String word(JsonNode choice, JsonNode message, ReplyNotes notes) {
        String inChoice = word(choice);
        String word = inChoice.isEmpty() ? word(message) : inChoice;
        JsonNode usual = choice.path("finish_reason");
        if (isStandard(word) && !(usual.isTextual() && usual.asText().equals(word))) {
            notes.add("the finish reason %s was not where it belongs".formatted(notes.quoted(word)));
        }
        return word;
    }

    /**
     * The word by which a choice says why the model stopped, or an empty text. What a server calls its model's own word
     * counts if the usual one is missing, or if it says that the answer was cut.
     */
    private static String word(JsonNode choice) {
        String usual = wordIn(choice.path("finish_reason"));
        for (String name : OTHER_NAMES) {
            String other = wordIn(choice.path(name));
            ChatFinish meaning = BY_WORD.getOrDefault(plain(other), UNKNOWN);
            boolean counts = usual.isEmpty()
                    ? !name.equals(MATCHED) || meaning != UNKNOWN
                    : (meaning == LENGTH || meaning == FILTER) && !of(usual).isCut();
            if (counts && !other.isEmpty()) {
                return other;
            }
        }
        return usual;
    }

    /** A word may come in a list or an object, within others: one that says that the answer was cut, else the first. */
    private static String wordIn(JsonNode given) {
        var open = new ArrayDeque<JsonNode>(List.of(given));
        String first = "";
        for (JsonNode next = open.poll(); next != null; next = open.poll()) {
            String word = next.isTextual() || next.isNumber() ? next.asText() : "";
            if (of(word).isCut()) {
                return word;
            }
            first = first.isEmpty() ? word : first;
            JsonNode inside = next;
            Optional<String> name =
                    NAMES_IN_OBJECT.stream().filter(inside::hasNonNull).findFirst();
            name.ifPresentOrElse(
                    named -> open.add(inside.path(named)),
                    () -> inside.valueStream().forEach(open::add));
        }
        return first;
    }

    static boolean isStandard(String reason) {
        return STANDARD.contains(reason);
    }

    /** The standard word. */
    String word() {
        return word;
    }

    /** Whether the answer may be incomplete, whatever else is said later. */
    boolean isCut() {
        return this == LENGTH || this == FILTER || this == BROKEN;
    }

    /** The end of a reply with or without tool calls. */
    Finish finish(boolean calls) {
        return switch (this) {
            case LENGTH -> Finish.TRUNCATED;
            case FILTER -> Finish.FILTERED;
            case REFUSAL -> Finish.REFUSED;
            case STOP, CALLS, BROKEN, UNKNOWN -> calls ? Finish.TOOL_CALLS : Finish.COMPLETE;
        };
    }
}
