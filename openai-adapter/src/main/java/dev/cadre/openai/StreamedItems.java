// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.openai.StreamedItem.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a stream said of the items of its output before the last event, which is one more witness of them and not the only
 * one. Events belong together by id; where ids are missing, constant or new with each event, by their place in the output.
 */
final class StreamedItems {
    private static final String ITEM = "item";
    private static final String INDEX = "output_index";

    private record Place(Kind kind, long index) {}

    private final ResponseForm form;
    private final ReplyNotes notes;
    private final List<StreamedItem> items = new ArrayList<>();
    private final Map<String, StreamedItem> byId = new HashMap<>();
    private final Map<String, StreamedItem> byCallId = new HashMap<>();
    private final Map<Place, StreamedItem> byPlace = new HashMap<>();
    private final Map<Kind, StreamedItem> latest = new HashMap<>();
    private @Nullable StreamedItem compared;

    StreamedItems(ResponseForm form, ReplyNotes notes) {
        this.form = form;
        this.notes = notes;
    }

    /** The beginning of an item. */
    void begin(JsonNode event) {
        if (form.shaped(event.path(ITEM)) instanceof ObjectNode item) {
            named(event, item)
                    .or(() -> waiting(event, item))
                    .orElseGet(() -> created(event, item))
                    .begin(item, notes);
        }
    }

    /** The end of an item. */
    void finish(JsonNode event) {
        if (form.shaped(event.path(ITEM)) instanceof ObjectNode item) {
            StreamedItem done = named(event, item)
                    .or(() -> at(Kind.of(item), event).filter(open -> !open.isDone() && isSame(open, item)))
                    .or(() -> saying(item))
                    .orElseGet(() -> created(event, item));
            done.finish(item, notes);
            byCallId.putIfAbsent(done.callId(), done);
        }
    }

    /** The last message, if it said what an item says that ends, whatever the names of both; looked at once. */
    private Optional<StreamedItem> saying(ObjectNode item) {
        String text = ResponseForm.text(item);
        StreamedItem open = latest.get(Kind.MESSAGE);
        if (open == null || open.isDone() || open == compared || text.isEmpty()) {
            return Optional.empty();
        }
        compared = open;
        return open.text().equals(text) ? Optional.of(open) : Optional.empty();
    }

    void addArguments(JsonNode event) {
        of(Kind.CALL, event).addArguments(event);
    }

    /** The message that an event is about. */
    StreamedItem message(JsonNode event) {
        return of(Kind.MESSAGE, event);
    }

    private static boolean isSame(StreamedItem open, JsonNode item) {
        return !isOther(open, id(item)) && open.mayBe(item);
    }

    /** An id that came twice is that of an item: another one is that of another, whatever its place. */
    private static boolean isOther(StreamedItem open, String id) {
        return open.isConfirmed() && !id.isEmpty() && !id.equals(open.id());
    }

    private Optional<StreamedItem> named(JsonNode event, JsonNode item) {
        Kind kind = Kind.of(item);
        long index = index(event);
        Optional<StreamedItem> byOwnId = Optional.ofNullable(byId.get(id(item)))
                .filter(known -> known.kind() == kind && known.mayBe(item))
                .filter(known -> !known.isDone() || known.index() == index || index < 0)
                .filter(known -> known.index() == index
                        || known.index() < 0
                        || index < 0
                        || !known.callId().isEmpty());
        String callId = item.path("call_id").asText("");
        return byOwnId.or(() -> Optional.ofNullable(kind == Kind.CALL ? byCallId.get(callId) : null)
                        .filter(known -> known.mayBe(item))
                        .filter(known -> known.index() == index || known.index() < 0 || index < 0))
                .map(known -> {
                    known.confirm(id(item));
                    return known;
                });
    }

    /** An item of which only pieces came, or that is begun again without a name of its own. */
    private Optional<StreamedItem> waiting(JsonNode event, JsonNode item) {
        return at(Kind.of(item), event)
                .filter(known -> !known.isDone() && isSame(known, item))
                .filter(known ->
                        !known.isBegun() || (id(item).isEmpty() && known.id().isEmpty() && index(event) >= 0));
    }

    private StreamedItem of(Kind kind, JsonNode event) {
        String id = event.path("item_id").asText("");
        Optional<StreamedItem> here = at(kind, event);
        Optional<StreamedItem> named = here.filter(known -> known.id().equals(id)) // the id may be that of several
                .or(() -> Optional.ofNullable(byId.get(id)).filter(known -> known.kind() == kind));
        Optional<StreamedItem> known = named.or(() -> here.filter(open -> !isOther(open, id)));
        known.ifPresent(item -> item.confirm(id));
        return known.orElseGet(() -> created(kind, id, index(event)));
    }

    /** What was begun last at the place of an event, or at all if it does not say its place. */
    private Optional<StreamedItem> at(Kind kind, JsonNode event) {
        long index = index(event);
        return Optional.ofNullable(index < 0 ? latest.get(kind) : byPlace.get(new Place(kind, index)));
    }

    private StreamedItem created(JsonNode event, JsonNode item) {
        StreamedItem created = created(Kind.of(item), id(item), index(event));
        String callId = item.path("call_id").asText("");
        if (!callId.isEmpty()) {
            byCallId.put(callId, created);
        }
        return created;
    }

    private StreamedItem created(Kind kind, String id, long index) {
        var created = new StreamedItem(kind, id, index);
        items.add(created);
        if (!id.isEmpty()) {
            byId.put(id, created);
        }
        if (index >= 0) {
            byPlace.put(new Place(kind, index), created);
        }
        latest.put(kind, created);
        return created;
    }

    private static String id(JsonNode item) {
        return item.path("id").asText("");
    }

    private static long index(JsonNode event) {
        return event.path(INDEX).isIntegralNumber() ? event.path(INDEX).asLong(-1) : -1;
    }

    /** Brings what the last event lacks into its output. */
    void completeIn(ArrayNode output) {
        boolean isEmpty = output.isEmpty();
        long before = items.stream().mapToLong(item -> item.text().length()).sum();
        long last = output.valueStream()
                .mapToLong(item -> ResponseForm.text(item).length())
                .sum();
        boolean hasCall = output.valueStream().anyMatch(item -> Kind.of(item) == Kind.CALL)
                || items.stream().anyMatch(item -> item.kind() == Kind.CALL && item.isBegun());
        Map<StreamedItem, ObjectNode> repeated = new LastOutput(output, items, notes).matched();
        IdentityHashMap<JsonNode, List<JsonNode>> behind = new IdentityHashMap<>();
        var front = new ArrayList<JsonNode>();
        List<JsonNode> missing = front;
        for (StreamedItem item : ordered()) {
            ObjectNode again = repeated.get(item);
            if (again != null) {
                item.completeIn(again, notes);
                missing = behind.computeIfAbsent(again, none -> new ArrayList<>());
            } else if (isLost(item, isEmpty, hasCall, last < before)) {
                missing.add(item.whole(notes));
            }
        }
        insert(output, front, behind);
    }

    private boolean isLost(StreamedItem item, boolean isEmpty, boolean hasCall, boolean isShorter) {
        if (item.kind() == Kind.CALL && !item.isBegun()) {
            notes.add("pieces of a tool call came without the call");
            return !hasCall; // nobody knows its tool: the model is told
        }
        boolean isLost = isEmpty
                || switch (item.kind()) {
                    case CALL -> true;
                    case MESSAGE -> isShorter && !item.saysNothing();
                    case OTHER -> !item.type().equals(ResponseForm.REASONING);
                };
        if (isLost) {
            notes.add(
                    isEmpty
                            ? "the last event has no output: it was taken from the events before"
                            : "the last event lacks a part of the output: it was taken from the events before");
        }
        return isLost;
    }

    private static void insert(
            ArrayNode output, List<JsonNode> front, IdentityHashMap<JsonNode, List<JsonNode>> behind) {
        if (!front.isEmpty() || behind.values().stream().anyMatch(missing -> !missing.isEmpty())) {
            var all = new ArrayList<>(front);
            output.forEach(item -> {
                all.add(item);
                all.addAll(behind.getOrDefault(item, List.of()));
            });
            output.removeAll();
            output.addAll(all);
        }
    }

    /** By their places, unless two have the same or one has none. */
    private List<StreamedItem> ordered() {
        Set<Long> places = new HashSet<>();
        boolean arePlaced = items.stream().allMatch(item -> item.index() >= 0 && places.add(item.index()));
        return arePlaced
                ? items.stream()
                        .sorted(Comparator.comparingLong(StreamedItem::index))
                        .toList()
                : items;
    }
}
