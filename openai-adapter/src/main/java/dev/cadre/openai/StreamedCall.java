// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A tool call in the making. */
final class StreamedCall {
    private static final String FUNCTION = "function";
    private static final String ARGUMENTS = "arguments";
    private static final String INDEX = "index";
    private static final String NAME = "name";
    private static final Set<String> READ = Set.of(INDEX, "id", "type", FUNCTION, NAME);
    private static final int NO_INDEX = -1;

    /** How many times longer the same arguments may be, by white space alone. */
    private static final long MOST_SPACE = 8;

    private final ObjectNode rest = JsonNodeFactory.instance.objectNode();
    private final ObjectNode restOfFunction = JsonNodeFactory.instance.objectNode();
    private final CallName name;
    private final ReplyNotes notes;
    private final StringBuilder arguments = new StringBuilder();
    private final StringBuilder contradictions = new StringBuilder();
    private @Nullable JsonNode json;
    private @Nullable JsonNode meaning;
    private String id = "";
    private int index = NO_INDEX;
    private boolean told;
    private int depth;
    private boolean quoted;
    private boolean escaped;
    private boolean whole;

    /** @param tools the names that a call may have */
    StreamedCall(Set<String> tools, ReplyNotes notes) {
        name = new CallName(tools);
        this.notes = notes;
    }

    /** A piece of a call. */
    record Piece(JsonNode part, int index, String id, String name, JsonNode arguments) {
        static Piece of(JsonNode part, ReplyNotes notes) {
            JsonNode function = part.path(FUNCTION).isObject() ? part.path(FUNCTION) : part;
            int index = part.path(INDEX).isNumber() ? part.path(INDEX).asInt() : NO_INDEX;
            return new Piece(part, index, text(part, "id"), text(function, NAME), CallArguments.in(part, notes));
        }

        private static String text(JsonNode node, String name) {
            JsonNode value = node.path(name);
            return value.isTextual() || value.isNumber() ? value.asText() : "";
        }

        boolean isIndexed() {
            return index != NO_INDEX;
        }

        private boolean bringsMore() {
            return arguments.isTextual() ? !arguments.asText().isBlank() : !CallArguments.isAbsent(arguments);
        }
    }

    /** Whether a piece may be of this call by its index, which one of them may lack. */
    boolean isAt(Piece piece) {
        return !piece.isIndexed() || index == NO_INDEX || index == piece.index();
    }

    /** Whether a piece that brings no name is of another call by its id. */
    boolean hasOtherIdThan(Piece piece) {
        return piece.name().isEmpty() && !id.isEmpty() && !piece.id().equals(id);
    }

    /** Whether a piece begins another call. What has the id, the index and the name of this one is never another. */
    boolean isOtherThan(Piece piece) {
        if (piece.name().isEmpty() || name.isEmpty()) {
            return false;
        }
        boolean sameId = !id.isEmpty() && piece.id().equals(id);
        boolean otherId = !id.isEmpty() && !piece.id().isEmpty() && !sameId;
        if (otherId || !name.goesOnWith(piece.name(), !whole && (sameId || piece.isIndexed()))) {
            return true;
        }
        boolean same = sameId && piece.isIndexed() && isAt(piece) && name.is(piece.name());
        return whole && piece.bringsMore() && !same && !grows(piece) && !repeats(piece);
    }

    /** Whether a piece is this call with more arguments: an object that has those before, without another id or index. */
    private boolean grows(Piece piece) {
        boolean isHere = piece.id().isEmpty()
                ? piece.isIndexed() && index == piece.index()
                : piece.id().equals(id);
        return isHere
                && json != null
                && name.is(piece.name())
                && isAt(piece)
                && piece.arguments().isObject()
                && CallArguments.contain(piece.arguments(), json);
    }

    /** Whether a piece is this call again: it has no other id or index, the same name and the same whole arguments. */
    private boolean repeats(Piece piece) {
        boolean isKnown = !id.isEmpty() || index != NO_INDEX;
        return isKnown
                && whole
                && piece.bringsMore()
                && name.is(piece.name())
                && isAt(piece)
                && holds(piece.arguments());
    }

    /** Whether a whole call may be this one, by its name. */
    boolean mayBe(Piece whole) {
        return whole.name().isEmpty() || name.isEmpty() || name.goesOnWith(whole.name(), true);
    }

    private boolean holds(JsonNode given) {
        if (given.isTextual() && given.asText().contentEquals(arguments)) {
            return true;
        }
        if (json == null && arguments.length() > MOST_SPACE * given.toString().length()) {
            return false; // else every short piece would have them read again
        }
        if (meaning == null) {
            meaning = CallArguments.meaning(json == null ? TextNode.valueOf(arguments.toString()) : json);
        }
        return CallArguments.meaning(given).equals(meaning);
    }

    void add(Piece piece) {
        id = id.isEmpty() ? piece.id() : id;
        index = index == NO_INDEX ? piece.index() : index;
        keepRest(piece.part(), rest);
        keepRest(piece.part().path(FUNCTION), restOfFunction);
        if (repeats(piece)) {
            notes.add(ChatCalls.TWICE);
            return;
        }
        if (!piece.name().isEmpty()) {
            name.add(piece.name());
        }
        if (piece.arguments().isTextual()) {
            addText(piece.arguments().asText());
        } else if (!CallArguments.isAbsent(piece.arguments())) {
            told = true;
            whole = true;
            addJson(piece.arguments());
        }
    }

    /** Takes the whole call; arguments that contradict those before stand behind them, and are told to the model. */
    void addWhole(Piece piece) {
        boolean isNew = !name.is(piece.name());
        JsonNode given = piece.arguments();
        JsonNode more = given.isTextual() ? TextNode.valueOf(more(given.asText())) : given;
        var rest = new Piece(piece.part(), piece.index(), piece.id(), isNew ? piece.name() : "", more);
        if (rest.bringsMore()) {
            notes.add("a message had arguments that the pieces of its tool call lacked");
        }
        add(rest);
    }

    private String more(String given) {
        boolean isBeginning = given.length() <= arguments.length()
                && arguments.substring(0, given.length()).equals(given);
        return ChatText.more(arguments, given).orElse(isBeginning ? "" : given);
    }

    private static void keepRest(JsonNode part, ObjectNode rest) {
        part.properties().forEach(field -> {
            boolean isRead = READ.contains(field.getKey()) || CallArguments.isName(field.getKey());
            if (!isRead && !field.getValue().isNull()) {
                rest.set(field.getKey(), field.getValue());
            }
        });
    }

    private void addText(String piece) {
        told = true;
        meaning = null;
        piece.chars().forEach(this::follow);
        arguments.append(piece);
    }

    private void addJson(JsonNode piece) {
        meaning = null;
        if (json == null || CallArguments.isEmpty(json) || CallArguments.contain(piece, json)) {
            json = piece;
        } else if (CallArguments.isEmpty(piece)) {
            notes.add("an empty piece of a tool call's arguments was left out");
        } else if (!CallArguments.contain(json, piece)) {
            contradictions.append(' ').append(piece);
        }
    }

    /** Finds the end of a JSON object without reading it again with each piece. */
    private void follow(int character) {
        if (quoted) {
            quoted = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if (character == '"') {
            quoted = true;
        } else if (character == '{') {
            depth++;
        } else if (character == '}') {
            depth--;
            whole |= depth == 0;
        }
    }

    /** The call as far as it came, in the form of one that comes whole. */
    ObjectNode joined() {
        ObjectNode joined = JsonNodeFactory.instance.objectNode().put("id", id);
        joined.setAll(rest);
        ObjectNode function = joined.putObject(FUNCTION).put(NAME, name.read());
        function.setAll(restOfFunction);
        if (told) {
            function.set(ARGUMENTS, joinedArguments());
        }
        return joined;
    }

    private JsonNode joinedArguments() {
        String text = arguments.toString();
        if (!contradictions.isEmpty()) {
            return TextNode.valueOf(CallArguments.contradictory(text + json + contradictions, notes));
        }
        return json == null ? TextNode.valueOf(text) : CallArguments.settled(text, json, notes);
    }
}
