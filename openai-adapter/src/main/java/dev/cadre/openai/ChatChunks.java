// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Joins the chunks of a streamed chat completion into what would have come whole. */
final class ChatChunks {
    private static final String CONTENT = "content";
    private static final String DETAILS = "reasoning_details";
    private static final String OLDER_CALL = "function_call";

    /** What is read of a delta, if not as a text. */
    private static final Set<String> READ = Set.of(CONTENT, DETAILS, "tool_calls", OLDER_CALL);

    /** What a delta may have beside output. */
    private static final Set<String> NO_OUTPUT = Set.of("role", "finish_reason", "native_finish_reason", "stop_reason");

    private final ObjectNode whole = JsonNodeFactory.instance.objectNode();
    private final Map<String, ChatText> texts = new LinkedHashMap<>();
    private final ChatParts parts = new ChatParts();
    private final ChatParts details = new ChatParts();
    private final ChatCallPieces calls;
    private final ChatCallPieces olderCalls;
    private final ReplyNotes notes;
    private final ChatUsage usage;
    private final ChatText text = new ChatText();
    private String finish = "";
    private boolean unread;
    private boolean produced;
    private boolean wroteWithFinish;
    private boolean wroteBehindFinish;
    private boolean wroteBehindUsage;
    private long bytesBehindUsage;
    private boolean endsAlone;
    private final ObjectNode rest = JsonNodeFactory.instance.objectNode();
    private final ChoiceNumbers ofText = new ChoiceNumbers();
    private final ChoiceNumbers ofCalls = new ChoiceNumbers();
    private long chunks;
    private long callPieces;

    /**
     * @param tools the names that a call may have
     * @param maxOutputTokens the cap of the request
     */
    ChatChunks(Set<String> tools, long maxOutputTokens, ReplyNotes notes) {
        usage = new ChatUsage(maxOutputTokens, notes);
        calls = new ChatCallPieces(tools, notes);
        olderCalls = new ChatCallPieces(tools, notes);
        this.notes = notes;
        for (String name : new String[] {CONTENT, "refusal", "reasoning_content", "reasoning"}) {
            texts.put(name, name.equals(CONTENT) ? text : new ChatText());
        }
    }

    /** Takes a chunk; returns the piece of text in it, which may be empty. */
    String add(JsonNode chunk) {
        keep(chunk, "model");
        keep(chunk, "service_tier");
        var piece = new StringBuilder();
        for (JsonNode choice : chunk.path("choices")) {
            piece.append(choice(choice));
        }
        chunks++;
        boolean isFirst = !usage.isSaid();
        boolean isCounted = usage.addIn(chunk, produced, wroteBehindUsage ? Math.max(1, bytesBehindUsage) : 0);
        // a running usage would have come before, or beside a text
        endsAlone |= isCounted && isFirst && chunk.path("choices").isEmpty() && !finish.isEmpty();
        wroteBehindUsage &= !isCounted;
        bytesBehindUsage = isCounted ? 0 : bytesBehindUsage;
        return piece.toString();
    }

    /** Whether there is anything beside the role, under whatever name: reasoning has several. */
    private static boolean holdsOutput(JsonNode delta) {
        return delta.properties().stream()
                .filter(field -> !NO_OUTPUT.contains(field.getKey()))
                .map(Map.Entry::getValue)
                .anyMatch(value -> value.isContainerNode()
                        ? !value.isEmpty()
                        : !value.asText("").isEmpty());
    }

    private static long bytes(JsonNode place) {
        return place.isTextual()
                ? place.asText().getBytes(StandardCharsets.UTF_8).length
                : place.valueStream().mapToLong(ChatChunks::bytes).sum();
    }

    private static boolean holdsCalls(JsonNode place) {
        return !place.path("tool_calls").isEmpty() || !place.path(OLDER_CALL).isEmpty();
    }

    private void keep(JsonNode chunk, String name) {
        if (chunk.hasNonNull(name)) {
            whole.set(name, chunk.get(name));
        }
    }

    private String choice(JsonNode choice) {
        JsonNode delta = choice.path("delta");
        JsonNode message = choice.path("message");
        String beside = ChatFinish.word(choice, delta, notes);
        String word = beside.isEmpty() ? ChatFinish.word(choice, message, notes) : beside;
        long before = written();
        String piece = piece(delta) + whole(message, delta.isObject());
        int number = choice.path("index").asInt(0);
        if (!piece.isEmpty()) {
            ofText.add(number, chunks);
        }
        if (holdsCalls(delta) || holdsCalls(message)) {
            callPieces++;
            ofCalls.add(number, chunks);
        }
        boolean writes = holdsOutput(delta) || written() > before;
        wroteBehindFinish |= writes && produced && !finish.isEmpty();
        produced |= writes || holdsOutput(message);
        wroteBehindUsage |= writes;
        bytesBehindUsage += bytes(delta) + bytes(message);
        wroteWithFinish = writes ? !word.isEmpty() : wroteWithFinish;
        endsAlone = !writes && (endsAlone || (produced && !word.isEmpty() && !wroteWithFinish));
        finish(word);
        if (!word.isEmpty()) {
            ofText.finish(number);
            ofCalls.finish(number);
        }
        return piece;
    }

    /** How much was written, in characters and calls: it rises with each piece that can be read. */
    long written() {
        return calls.size()
                + olderCalls.size()
                + callPieces
                + texts.values().stream().mapToLong(ChatText::length).sum();
    }

    private String piece(JsonNode delta) {
        keepRest(delta);
        texts.forEach((name, said) -> {
            if (delta.path(name).isTextual() && said != text) {
                said.add(delta.path(name).asText());
            }
        });
        delta.path(DETAILS).forEach(details::add);
        keepExtra(delta, "extra_content");
        calls.add(calls(delta));
        if (delta.path(OLDER_CALL).isObject()) {
            olderCalls.add(List.of(delta.path(OLDER_CALL)));
        }
        return content(delta.path(CONTENT));
    }

    /**
     * Takes a message, which says again what came before, or is a piece; returns the text that is new.
     *
     * @param isBeside whether pieces came with it, as those of servers that send both with each chunk
     */
    private String whole(JsonNode message, boolean isBeside) {
        texts.forEach((name, said) -> {
            if (message.path(name).isTextual() && said != text) {
                said.addWhole(message.path(name).asText());
            }
        });
        keepRest(message);
        if (!isBeside) {
            message.path(DETAILS).forEach(details::add);
            keepExtra(message, "extra_content");
        }
        calls.addWhole(calls(message));
        if (message.path(OLDER_CALL).isObject()) {
            olderCalls.addWhole(List.of(message.path(OLDER_CALL)));
        }
        String more = wholeContent(message.path(CONTENT));
        if (message.isObject() && !isBeside) {
            notes.add("a chunk had a message in the place of a piece");
        } else if (!more.isEmpty()) {
            notes.add("a message had more of the text than the pieces before it");
        }
        return more;
    }

    private List<JsonNode> calls(JsonNode place) {
        JsonNode given = place.path("tool_calls");
        List<JsonNode> pieces = ChatCalls.listed(given);
        if (!pieces.isEmpty() && !given.isArray()) {
            notes.add("the tool calls came without a list");
        }
        return pieces;
    }

    /** A later chunk may have none, an empty one or another: that the answer was cut stays true. */
    private void finish(String later) {
        boolean isKnown = ChatFinish.of(later) != ChatFinish.UNKNOWN;
        if (!later.isEmpty() && !ChatFinish.of(finish).isCut() && (isKnown || finish.isEmpty())) {
            finish = later;
        }
    }

    private String content(JsonNode content) {
        boolean isPart = content.isObject() && ChatPart.isAlone(content);
        if (!content.isArray() && !isPart) {
            return said(text.add(plain(content)));
        }
        var piece = new StringBuilder();
        for (JsonNode part : isPart ? List.of(content) : content) {
            piece.append(part(part));
        }
        return piece.toString();
    }

    private static String plain(JsonNode content) {
        return content.isObject() ? content.toString() : content.isNull() ? "" : content.asText("");
    }

    /** The same text, as one of the parts too, if there are any. */
    private String said(String more) {
        if (!parts.isEmpty() && !more.isEmpty()) {
            parts.addText(more);
        }
        return more;
    }

    private String part(JsonNode part) {
        ChatPart read = ChatPart.of(part);
        unread |= read.kind() == ChatPart.Kind.UNREADABLE;
        if (parts.isEmpty() && !text.isEmpty()) {
            parts.addText(text.toString());
        }
        if (read.kind() != ChatPart.Kind.TEXT || parts.isThoughtGoingOn(part)) {
            parts.addPart(part);
            return "";
        }
        String more = text.add(read.text());
        if (more.equals(read.text())) {
            parts.addPart(part);
            return more;
        }
        return said(more);
    }

    /** What is no text stands before the text, if it has not come in pieces. */
    private String wholeContent(JsonNode content) {
        boolean isFirst = parts.isEmpty() && text.isEmpty();
        var whole = new StringBuilder();
        if (content.isArray() || ChatPart.isAlone(content)) {
            for (JsonNode part : content.isArray() ? content : List.of(content)) {
                ChatPart read = ChatPart.of(part);
                unread |= read.kind() == ChatPart.Kind.UNREADABLE;
                if (read.kind() == ChatPart.Kind.TEXT) {
                    whole.append(read.text());
                } else if (isFirst) {
                    parts.addPart(part);
                }
            }
        } else {
            whole.append(plain(content));
        }
        return said(text.addWhole(whole.toString()));
    }

    /** What has a name that nobody knows, and may be the answer if nothing else is. */
    private void keepRest(JsonNode message) {
        message.properties().stream()
                .filter(field ->
                        !(texts.containsKey(field.getKey()) && field.getValue().isTextual()))
                .filter(field -> !READ.contains(field.getKey()) && ChatForm.isOutput(field))
                .forEach(field -> rest.set(field.getKey(), field.getValue()));
    }

    private void keepExtra(JsonNode delta, String name) {
        if (delta.hasNonNull(name)) {
            whole.set(name, delta.get(name));
        }
    }

    /** Whether nothing has come yet that the provider would bill, reasoning included. */
    boolean isEmpty() {
        return !produced;
    }

    /**
     * Whether the server said why the model stopped, and nothing was written behind that: then nothing is missing. Some
     * servers say with every chunk that it stopped, the first included: before anything was written that is no end.
     */
    boolean isFinished() {
        ChatFinish known = ChatFinish.of(finish);
        return known != ChatFinish.UNKNOWN && !wroteBehindFinish && (produced || known.isCut());
    }

    /** Whether the model stopped because the server gave up. */
    boolean isBroken() {
        return ChatFinish.of(finish) == ChatFinish.BROKEN;
    }

    /** Whether a server that is finished says so at the end, not with every piece or with a piece that may not be the last. */
    boolean isAtItsEnd() {
        return isFinished() && endsAlone;
    }

    /** Whether the choices are those of several answers. */
    boolean areSeveral() {
        return ofText.areOfSeveral() || ofCalls.areOfSeveral();
    }

    /** Why nobody can know what the answer says; empty if nothing speaks against it. */
    String defect() {
        String contradiction = "the answer came in pieces and as a whole, which contradict each other";
        return text.isContradicted() ? contradiction : unread ? ChatContent.UNREAD : "";
    }

    boolean hasUsage() {
        return usage.isSaid();
    }

    /** Whether the server said why the model stopped, in whatever words. */
    boolean isEndSaid() {
        return !finish.isEmpty();
    }

    /** All that came, in the form of a whole reply. */
    JsonNode joined() {
        if (usage.isSaid() && !wroteBehindUsage) {
            whole.set("usage", usage.joined());
        } else if (usage.isSaid()) {
            notes.add("the usage came before all was written: it does not count all");
        }
        if (texts.values().stream().anyMatch(ChatText::isRepeated)) {
            notes.add("the last piece of a text was all of it again");
        }
        if (ofText.differ() || ofCalls.differ()) {
            notes.add("the choices of a stream had several numbers");
        }
        ObjectNode choice = whole.putArray("choices").addObject().put("finish_reason", finish);
        ObjectNode message = choice.putObject("message");
        if (text.isEmpty() && calls.size() == 0 && olderCalls.size() == 0) {
            message.setAll(rest);
        }
        texts.forEach((name, said) -> {
            if (!said.isEmpty()) {
                message.put(name, said.toString());
            }
        });
        if (!parts.isEmpty()) {
            message.set(CONTENT, parts.joined());
        }
        if (!details.isEmpty()) {
            message.set(DETAILS, details.joined());
        }
        if (whole.has("extra_content")) {
            message.set("extra_content", whole.get("extra_content"));
        }
        if (calls.size() == 0 && olderCalls.size() > 0) {
            notes.add("a tool call came in the form of older servers");
            message.set("tool_calls", olderCalls.joined());
        } else {
            message.set("tool_calls", calls.joined());
        }
        return whole;
    }
}
