// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What servers refuse of the earlier turns of a conversation, and how these are written instead: a loop whose tool has run
 * is lost otherwise. Another server may have written these turns, when a chain of pools has moved on.
 */
final class RefusedTurns {
    /** Those that make a body longer. */
    static final List<OptionalParameter> LONGER =
            List.of(OptionalParameter.CALL_ID, OptionalParameter.UNSIGNED_CALL, OptionalParameter.UNREASONED_CALL);

    /** What Google documents for calls that its models did not write. */
    private static final String SIGNATURE_OF_OTHERS = "skip_thought_signature_validator";

    /** Some servers take an empty text for none. */
    private static final String BLANK = " ";

    private static final List<String> SIGNATURES =
            List.of("extra_content", "thought_signature", "provider_specific_fields");

    private static final String CONTENT = "content";
    private static final String CALLS = "tool_calls";
    private static final String REASONING = "reasoning_content";

    /** Mistral's form of an id, which all others take. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{9}");

    private static final int ID_LENGTH = 9;

    private static final String MISSING = "(?:missing|required|must be (?:passed|provided|set|present)|passed back)";

    private static final Pattern NO_TEXT = beside(
            "(?:empty|blank|null|none|missing|required|string)", "(?<![A-Za-z0-9_])(?:content|text field)(?: block)?");

    /** In this order: each is meant only if those before are not, or nothing of it was sent. */
    private static final List<Map.Entry<OptionalParameter, Pattern>> WORDS = List.of(
            entry(OptionalParameter.UNSIGNED_CALL, beside(MISSING, "thought[_ -]?signature")),
            entry(
                    OptionalParameter.SIGNATURE,
                    beside(
                            "(?:invalid|corrupt(?:ed)?|not valid|cannot be|could not be|mismatch|expired)",
                            "thought[_ -]?signature")),
            entry(OptionalParameter.UNREASONED_CALL, beside(MISSING, REASONING)),
            entry(
                    OptionalParameter.CALL_ID,
                    beside("(?:length|too long|a-z|pattern|characters)", "(?:call|tool_use)[^a-z0-9]{0,6}id")),
            entry(OptionalParameter.EMPTY_TEXT, NO_TEXT),
            entry(OptionalParameter.NULL_TEXT, NO_TEXT));

    private RefusedTurns() {}

    private static Map.Entry<OptionalParameter, Pattern> entry(OptionalParameter refused, Pattern words) {
        return Map.entry(refused, words);
    }

    private static Pattern beside(String defect, String name) {
        return Pattern.compile(
                "%s.{0,80}?%s|%s.{0,160}?%s".formatted(defect, name, name, defect),
                Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    /**
     * What of earlier turns is refused; empty if it is something else, or nothing of it was sent.
     *
     * @param body the body as it was sent; this changes it
     * @param byTheBook whether the server is OpenAI, which takes back what it sent but for mishaps
     */
    static Optional<OptionalParameter> in(Refusal refusal, ObjectNode body, boolean byTheBook) {
        if (!refusal.isOfRequest() || turns(body).findAny().isEmpty()) {
            return Optional.empty();
        }
        boolean isOfReasoning = ReturnedReasoning.isRefusedIn(refusal, byTheBook);
        if (isOfReasoning && ReturnedReasoning.removeFrom(body)) {
            return Optional.of(OptionalParameter.RETURNED_REASONING);
        }
        if (byTheBook) {
            return Optional.empty();
        }
        return WORDS.stream()
                .filter(words -> refusal.isSaid(words.getValue()))
                .map(Map.Entry::getKey)
                .filter(refused -> rewrite(body, refused))
                .findFirst();
    }

    /** The calls of earlier turns, in whatever API. */
    private static Stream<ObjectNode> turns(ObjectNode body) {
        return Stream.concat(calling(body), objects(body.path("input")).filter(item -> item.has("type")));
    }

    private static Stream<ObjectNode> calling(ObjectNode body) {
        return objects(body.path("messages"))
                .filter(message -> !message.path(CALLS).isEmpty());
    }

    /** The objects in a list or an object. */
    private static Stream<ObjectNode> objects(JsonNode holder) {
        return holder.valueStream().filter(ObjectNode.class::isInstance).map(ObjectNode.class::cast);
    }

    /** Writes what is refused in another way; says whether there was any. */
    static boolean rewrite(ObjectNode body, OptionalParameter refused) {
        return switch (refused) {
            case EMPTY_TEXT -> calling(body).filter(RefusedTurns::nullEmptyText).count() > 0;
            case NULL_TEXT -> calling(body).filter(RefusedTurns::removeNoText).count() > 0;
            case CALL_ID -> ids(body).filter(RefusedTurns::shortenId).count() > 0;
            case SIGNATURE ->
                signed(body).filter(holder -> remove(holder, SIGNATURES)).count() > 0;
            case UNSIGNED_CALL -> calling(body).filter(RefusedTurns::sign).count() > 0;
            case UNREASONED_CALL ->
                calling(body).filter(RefusedTurns::addReasoning).count() > 0;
            default -> throw new IllegalArgumentException(refused + " is none of a turn");
        };
    }

    private static boolean nullEmptyText(ObjectNode turn) {
        boolean isEmpty =
                turn.path(CONTENT).isTextual() && turn.path(CONTENT).asText().isEmpty();
        if (isEmpty) {
            turn.putNull(CONTENT);
        }
        return isEmpty;
    }

    private static boolean removeNoText(ObjectNode turn) {
        boolean isNone = turn.has(CONTENT)
                && turn.path(CONTENT).asText("").isEmpty()
                && !turn.path(CONTENT).isContainerNode();
        if (isNone) {
            turn.remove(CONTENT);
        }
        return isNone;
    }

    private static boolean sign(ObjectNode turn) {
        if (!(turn.path(CALLS).path(0) instanceof ObjectNode first)
                || first.path("extra_content").path("google").has("thought_signature")) {
            return false;
        }
        first.withObjectProperty("extra_content")
                .withObjectProperty("google")
                .put("thought_signature", SIGNATURE_OF_OTHERS);
        return true;
    }

    private static Stream<ObjectNode> signed(ObjectNode body) {
        return calling(body)
                .flatMap(turn -> Stream.concat(
                        Stream.of(turn),
                        objects(turn.path(CALLS))
                                .flatMap(call -> Stream.concat(Stream.of(call), objects(call).toList().stream()))));
    }

    private static boolean remove(ObjectNode holder, List<String> members) {
        int before = holder.size();
        return holder.remove(members).size() < before;
    }

    private static boolean addReasoning(ObjectNode turn) {
        boolean isMissing = turn.path(REASONING).asText("").isEmpty();
        if (isMissing) {
            turn.put(REASONING, BLANK);
        }
        return isMissing;
    }

    /** Where an id of a call stands: what holds it. */
    private static Stream<ObjectNode> ids(ObjectNode body) {
        Stream<ObjectNode> called = calling(body).flatMap(turn -> objects(turn.path(CALLS)));
        return Stream.of(called, objects(body.path("messages")), objects(body.path("input")))
                .flatMap(holders -> holders);
    }

    private static boolean shortenId(ObjectNode holder) {
        String name = holder.has("function") ? "id" : holder.has("tool_call_id") ? "tool_call_id" : "call_id";
        String id = holder.path(name).asText("");
        if (id.isEmpty() || ID.matcher(id).matches()) {
            return false;
        }
        holder.put(name, shortId(id));
        return true;
    }

    /** The same for the same id, wherever it stands and in every request. */
    private static String shortId(String id) {
        return UUID.nameUUIDFromBytes(id.getBytes(UTF_8))
                .toString()
                .replace("-", "")
                .substring(0, ID_LENGTH);
    }
}
