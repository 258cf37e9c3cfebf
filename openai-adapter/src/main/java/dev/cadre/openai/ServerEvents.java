// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The server-sent events of a body, as far as they are JSON objects or lists of them. Any end of a line, a byte-order mark,
 * comments and a missing blank line between events are read; words, such as the data of a keep-alive, are skipped and
 * noted. What holds JSON and cannot be read may be a piece of the answer: it is a failure.
 */
final class ServerEvents {
    private static final ObjectReader VALUES = ServerJson.REPLIES.forType(JsonNode.class);
    private static final String END = "[DONE]";
    private static final String DATA = "data";
    private static final String FIELD = DATA + ":";
    private static final String TYPE = "type";
    /** The first characters of the fields of an event that no JSON begins with, and of a comment. */
    private static final String BEGINNINGS = "dei:";

    /** The fields of an event that say nothing of the answer; the first is that of a comment. */
    private static final Set<String> FIELDS = Set.of("", "id", "retry");

    private static final Pattern KEEP_ALIVE =
            Pattern.compile("^\\W*(?:ping|pong|heart_?-?beat|keep_?-?alive)", Pattern.CASE_INSENSITIVE);

    /** So many events, such as those of a keep-alive, may come before one that shows the form of the reply. */
    private static final int MOST_SEEN = 10;

    private static final Pattern PIECE_OF_JSON = Pattern.compile("[{}]|\":");

    private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

    private final BufferedReader lines;
    private final TextCharset charset;
    private final ReplyNotes notes;
    private final Deque<ObjectNode> ready = new ArrayDeque<>();
    private boolean done;
    private boolean endSaid;
    private int strangers;
    private @Nullable IOException broken;

    ServerEvents(InputStream body, TextCharset charset, ReplyNotes notes) {
        lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.ISO_8859_1)); // each byte as it is
        this.charset = charset;
        this.notes = notes;
    }

    /** The objects of a list, which says by its end that it is whole. */
    static ServerEvents of(JsonNode list, TextCharset charset, ReplyNotes notes) throws IOException {
        var events = new ServerEvents(InputStream.nullInputStream(), charset, notes);
        events.take(list, "");
        events.endSaid = true;
        return events;
    }

    /** The pieces of a stream that come one a line, as the first of them shows. */
    static ServerEvents inLines(ServerJson.First first, InputStream rest, TextCharset charset, ReplyNotes notes)
            throws IOException {
        InputStream behind = new SequenceInputStream(first.ahead(), rest);
        var events = new ServerEvents(behind, charset, notes);
        events.take(first.value(), "");
        return events;
    }

    /** Whether a JSON value is a piece of a stream, not a whole reply. */
    static boolean isPiece(JsonNode value) {
        return value.path(TYPE).asText("").startsWith("response.")
                || value.path("object").asText("").endsWith(".chunk")
                || value.path("choices")
                        .valueStream()
                        .anyMatch(choice -> choice.has("delta") && !choice.has("message"));
    }

    /** The body without a byte-order mark and white space before its first character. */
    static PushbackInputStream trimmed(InputStream body) throws IOException {
        var trimmed = new PushbackInputStream(body);
        int first = trimmed.read();
        for (int mark : BYTE_ORDER_MARK) {
            first = first == mark ? trimmed.read() : first;
        }
        while (first == ' ' || first == '\t' || first == '\n' || first == '\r') {
            first = trimmed.read();
        }
        if (first >= 0) {
            trimmed.unread(first);
        }
        return trimmed;
    }

    /** Whether a trimmed body is one JSON object or array: its type is often given wrongly. */
    private static boolean isWhole(PushbackInputStream trimmed) throws IOException {
        int first = trimmed.read();
        if (first >= 0) {
            trimmed.unread(first);
        }
        return first == '{' || first == '[';
    }

    /**
     * Whether a trimmed body has events.
     *
     * @param asked whether events were asked for; if not, the body must begin like one
     */
    static boolean areIn(PushbackInputStream trimmed, boolean asked) throws IOException {
        if (asked) {
            return !isWhole(trimmed);
        }
        int first = trimmed.read();
        if (first >= 0) {
            trimmed.unread(first);
        }
        return BEGINNINGS.indexOf(first) >= 0;
    }

    /**
     * The next event; empty at the end. An event without a type in its data has the one of its name.
     *
     * @throws com.fasterxml.jackson.core.JsonProcessingException if an event cannot be read; the next one may follow
     * @throws IOException if nothing follows any more
     */
    Optional<ObjectNode> next() throws IOException {
        while (ready.isEmpty() && !done && broken == null) {
            readOn();
        }
        IOException failure = ready.isEmpty() ? broken : null;
        if (failure != null) {
            broken = null;
            throw failure;
        }
        return Optional.ofNullable(ready.poll());
    }

    /** The API whose form the first of the events to show one has; empty if none does soon. */
    Optional<Api> api() {
        while (ready.size() < MOST_SEEN
                && !done
                && broken == null
                && ready.stream().noneMatch(ServerEvents::isTelling)) {
            readOn();
        }
        return ready.stream().flatMap(event -> Api.ofReply(event).stream()).findFirst();
    }

    /** Whether an event shows what the others are, or that none will follow. */
    private static boolean isTelling(ObjectNode event) {
        return Api.ofReply(event).isPresent()
                || event.hasNonNull("error")
                || event.path(TYPE).asText().equals("error");
    }

    /** Whether the server said that this is the end. */
    boolean isEndSaid() {
        return endSaid;
    }

    /** How many lines and events came that were skipped, though they are no keep-alive. */
    int strangers() {
        return strangers;
    }

    private void readOn() {
        try {
            readEvent();
        } catch (IOException e) {
            broken = endSaid ? null : e; // behind what came before it
        }
    }

    private void readEvent() throws IOException {
        var data = new StringBuilder();
        String name = "";
        String line = nextLine(data, name);
        for (; line != null && !line.isEmpty(); line = nextLine(data, name)) {
            if (data.isEmpty() && (line.equals(END) || isObject(line))) {
                take(line, name);
                return;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1).strip();
            if (field.equals(DATA)) {
                data.append(data.isEmpty() ? "" : "\n").append(value);
            } else if (field.equals("event")) {
                name = value;
            } else if (!field.isEmpty() && (line.startsWith("{") || line.contains("\"choices\""))) {
                data.append(data.isEmpty() ? "" : "\n").append(line); // its field is missing or damaged
            } else if (!FIELDS.contains(field)) {
                strangers++;
            }
        }
        done = line == null;
        take(data.toString(), name);
    }

    /** Whether a line without a field is a value of its own, as those of streams that come one a line. */
    private static boolean isObject(String line) {
        return line.startsWith("{") && line.stripTrailing().endsWith("}");
    }

    /** The next line; what came of an event before the connection was lost is read, if it is whole. */
    private @Nullable String nextLine(StringBuilder data, String name) throws IOException {
        try {
            return decoded(lines.readLine());
        } catch (IOException lost) {
            try {
                take(data.toString(), name);
            } catch (JsonProcessingException cut) {
                lost.addSuppressed(cut);
            }
            throw lost;
        }
    }

    private @Nullable String decoded(@Nullable String line) throws IOException {
        if (line == null || line.startsWith(":") || line.chars().allMatch(each -> each < 0x80)) {
            return line;
        }
        return charset.decoded(line.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void take(String data, String name) throws IOException {
        String objects = data;
        if (data.equals(END) || data.endsWith("\n" + END)) {
            done = true;
            endSaid = true;
            objects = data.substring(0, data.length() - END.length());
        }
        objects = withoutField(objects);
        if (!PIECE_OF_JSON.matcher(objects).find()) {
            boolean isNone = objects.isBlank() && !name.equals("error");
            strangers += isNone || KEEP_ALIVE.matcher(objects).find() ? 0 : 1;
            if (!data.isEmpty() && !endSaid) {
                notes.add("an event that is no part of the API was skipped");
            }
            return;
        }
        try (MappingIterator<JsonNode> values = VALUES.readValues(objects)) {
            while (values.hasNextValue()) {
                take(values.nextValue(), name);
            }
        }
    }

    /** Gateways that wrap the lines of another server write the field again. */
    private static String withoutField(String data) {
        int from = 0;
        while (data.startsWith(FIELD, from)) {
            from += FIELD.length();
            while (from < data.length() && data.charAt(from) == ' ') {
                from++;
            }
        }
        return data.substring(from);
    }

    private void take(JsonNode value, String name) throws IOException {
        if (value.isTextual() && PIECE_OF_JSON.matcher(value.asText()).find()) {
            take(value.asText(), name); // it was written twice
        }
        if (value instanceof ObjectNode event) {
            ready.add(event.has(TYPE) || name.isEmpty() ? event : event.put(TYPE, name));
        }
        if (value.isArray()) {
            for (JsonNode element : value) {
                take(element, name);
            }
        }
    }
}
