// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/** All that a stream says of one item of the output, event by event; of each part the longest reading counts. */
final class StreamedItem {
    /** What is read from an item. */
    enum Kind {
        MESSAGE,
        CALL,
        OTHER;

        static Kind of(JsonNode item) {
            return switch (item.path("type").asText()) {
                case ResponseForm.MESSAGE -> MESSAGE;
                case ResponseForm.CALL -> CALL;
                default -> OTHER;
            };
        }
    }

    /** The parts of a message that are of one kind, by their places. */
    private static final class Parts {
        private final Map<Integer, StringBuilder> pieces = new TreeMap<>();
        private final Map<Integer, String> wholes = new TreeMap<>();
        private String message = "";

        boolean isEmptyAt(int place) {
            return !pieces.containsKey(place) && !wholes.containsKey(place);
        }

        void addPiece(int place, String text) {
            pieces.computeIfAbsent(place, empty -> new StringBuilder()).append(text);
        }

        void addWhole(int place, String text) {
            wholes.merge(place, text, Parts::longer);
        }

        void addMessage(String text) {
            message = longer(message, text);
        }

        String read() {
            var longest = new TreeMap<>(wholes);
            pieces.forEach((place, text) -> longest.merge(place, text.toString(), Parts::longer));
            return longer(String.join("", longest.values()), message);
        }

        private static String longer(String one, String other) {
            return other.length() > one.length() ? other : one;
        }
    }

    private final Kind kind;
    private final String id;
    private final long index;
    private final StreamedArguments arguments = new StreamedArguments();
    private final Parts text = new Parts();
    private final Parts refusal = new Parts();
    private ObjectNode node = JsonNodeFactory.instance.objectNode();
    private boolean begun;
    private boolean done;
    private boolean confirmed;

    /**
     * @param id the server's name for it; empty if it has none
     * @param index its place in the output; -1 if it is not known
     */
    StreamedItem(Kind kind, String id, long index) {
        this.kind = kind;
        this.id = id;
        this.index = index;
    }

    Kind kind() {
        return kind;
    }

    String id() {
        return id;
    }

    long index() {
        return index;
    }

    String callId() {
        return node.path("call_id").asText("");
    }

    String name() {
        return ResponseForm.name(node).asText("");
    }

    String type() {
        return node.path("type").asText("");
    }

    /** Whether the item itself was sent, not only pieces of it. */
    boolean isBegun() {
        return begun;
    }

    boolean isDone() {
        return done;
    }

    /** Whether a second event had its id: some servers give each event a new one. */
    boolean isConfirmed() {
        return confirmed;
    }

    boolean isCommentary() {
        return node.path("phase").asText().equals("commentary");
    }

    /** Takes a further event about it. */
    void confirm(String givenId) {
        confirmed |= !id.isEmpty() && id.equals(givenId);
    }

    /** Whether a further item may be this one: what both say of a call does not differ. */
    boolean mayBe(JsonNode item) {
        return fits(callId(), item.path("call_id").asText(""))
                && fits(name(), ResponseForm.name(item).asText(""));
    }

    private static boolean fits(String one, String other) {
        return one.isEmpty() || other.isEmpty() || one.equals(other);
    }

    void begin(ObjectNode item, ReplyNotes notes) {
        begun = true;
        add(item);
        if (kind == Kind.CALL) {
            arguments.begin(CallArguments.in(item, notes));
        }
    }

    void finish(ObjectNode item, ReplyNotes notes) {
        begun = true;
        done = true;
        add(item);
        if (kind == Kind.CALL) {
            arguments.addWhole(CallArguments.in(item, notes));
        }
    }

    private void add(ObjectNode item) {
        ObjectNode before = node;
        node = item.deepCopy();
        if (kind == Kind.CALL) {
            keep("call_id", before);
            keep("name", before);
        }
        text.addMessage(ResponseForm.text(item));
        refusal.addMessage(ResponseForm.refusal(item));
    }

    /** What was said once is not emptied by a later event. */
    private void keep(String member, JsonNode before) {
        if (node.path(member).asText("").isBlank() && before.hasNonNull(member)) {
            node.set(member, before.path(member));
        }
    }

    void addArguments(JsonNode event) {
        if (CallArguments.isAbsent(event.path("arguments"))) {
            arguments.addPiece(event.path("delta"));
        } else {
            arguments.addWhole(event.path("arguments"));
        }
    }

    boolean hasTextAt(int place) {
        return !text.isEmptyAt(place);
    }

    void addText(int place, String piece) {
        text.addPiece(place, piece);
    }

    void addWholeText(int place, String whole) {
        text.addWhole(place, whole);
    }

    void addRefusal(int place, String piece) {
        refusal.addPiece(place, piece);
    }

    void addWholeRefusal(int place, String whole) {
        refusal.addWhole(place, whole);
    }

    String text() {
        return text.read();
    }

    boolean saysNothing() {
        return kind == Kind.MESSAGE && text().isEmpty() && refusal.read().isEmpty();
    }

    /** What tells it from others of its kind where ids do not: its name and arguments, or its text. */
    String content(ReplyNotes notes) {
        return switch (kind) {
            case CALL -> name() + ' ' + arguments.read(notes.apart());
            case MESSAGE -> text();
            case OTHER -> type();
        };
    }

    /** The item, as far as it came. */
    ObjectNode whole(ReplyNotes notes) {
        ObjectNode whole = node;
        whole.put("type", kind == Kind.MESSAGE ? ResponseForm.MESSAGE : kind == Kind.CALL ? ResponseForm.CALL : type());
        if (!done) {
            whole.remove("status"); // that of its beginning
        }
        if (kind == Kind.CALL && !id.isEmpty() && !whole.hasNonNull("call_id")) {
            whole.put("call_id", id);
        }
        boolean isOnlyBegun = !done && CallArguments.isAbsent(arguments.read(notes.apart()));
        completeIn(whole, notes.apart());
        if (kind == Kind.CALL && isOnlyBegun) {
            notes.add("a tool call was begun, and neither its arguments nor its end came");
            whole.put("arguments", CallArguments.LOST);
        }
        return whole;
    }

    /** Brings what was said before into the item of the last event, where that has less. */
    void completeIn(ObjectNode last, ReplyNotes notes) {
        if (kind == Kind.CALL) {
            completeCall(last, notes);
        } else if (kind == Kind.MESSAGE) {
            completeMessage(last, notes);
        }
        String status = node.path("status").asText("");
        boolean isWorse = ResponseStatus.isCut(status) && done;
        boolean isKnown = done && ResponseStatus.isOpen(last.path("status").asText(""));
        if ((isWorse || isKnown) && !status.isEmpty()) {
            last.put("status", status);
        }
    }

    private void completeCall(ObjectNode last, ReplyNotes notes) {
        JsonNode given = CallArguments.in(last, notes);
        arguments.addWhole(given);
        JsonNode read = arguments.read(notes);
        if (!CallArguments.isAbsent(read) && !read.equals(given)) {
            notes.add("the last event has other arguments of a tool call than the events before");
            last.put("name", ResponseForm.name(last).asText(""));
            last.remove("function");
            last.set("arguments", read);
        }
        for (String member : new String[] {"call_id", "name"}) {
            if (last.path(member).asText("").isBlank() && node.hasNonNull(member)) {
                last.set(member, node.path(member));
            }
        }
    }

    private void completeMessage(ObjectNode last, ReplyNotes notes) {
        String refused = refusal.read();
        if (refused.length() > ResponseForm.refusal(last).length()) {
            notes.add("the last event has less of a refusal than the pieces before: theirs was taken");
            last.putArray("content").addObject().put("type", "refusal").put("refusal", refused);
        }
        String before = text();
        String given = ResponseForm.text(last);
        if (before.length() > given.length() && ResponseForm.refusal(last).isEmpty()) {
            notes.add(
                    before.startsWith(given)
                            ? "the last event has less text than the pieces before: theirs was taken"
                            : "the last event has another text than the pieces before: the longer one was taken");
            last.putArray("content").add(ResponseForm.textPart(before));
        }
    }
}
