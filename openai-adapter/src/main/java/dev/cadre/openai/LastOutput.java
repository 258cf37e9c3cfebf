// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.openai.StreamedItem.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds the items of a last event among those that were streamed before: by ids that are unique, then by what they hold,
 * by their places, and in their order. Items of different kinds, and calls of different tools, are never the same.
 */
final class LastOutput {
    /** How many of the same key are matched. */
    private enum Rule {
        ONLY_ONE,
        IN_ORDER
    }

    private final List<ObjectNode> last = new ArrayList<>();
    private final IdentityHashMap<JsonNode, Integer> places = new IdentityHashMap<>();
    private final Set<StreamedItem> before;
    private final Map<StreamedItem, ObjectNode> matched = new HashMap<>();
    private final ReplyNotes notes;

    LastOutput(ArrayNode output, List<StreamedItem> streamed, ReplyNotes notes) {
        for (int at = 0; at < output.size(); at++) {
            if (output.get(at) instanceof ObjectNode item) {
                last.add(item);
                places.put(item, at);
            }
        }
        before = new LinkedHashSet<>(streamed);
        this.notes = notes;
    }

    /** Each streamed item that the last event repeats, with its repetition. */
    Map<StreamedItem, ObjectNode> matched() {
        match(Rule.ONLY_ONE, StreamedItem::id, item -> item.path("id").asText(""));
        match(Rule.ONLY_ONE, StreamedItem::callId, item -> item.path("call_id").asText(""));
        match(Rule.IN_ORDER, item -> item.content(notes), this::content);
        match(Rule.ONLY_ONE, item -> item.index() + " " + item.name(), item -> places.get(item) + " " + name(item));
        match(
                Rule.IN_ORDER,
                item -> item.kind() == Kind.OTHER ? item.type() : item.kind() + item.name(),
                item -> Kind.of(item) == Kind.OTHER ? item.path("type").asText("") : Kind.of(item) + name(item));
        match(Rule.ONLY_ONE, item -> call(item.kind(), item.name().isEmpty()), item -> call(Kind.of(item), true));
        match(
                Rule.ONLY_ONE,
                item -> call(item.kind(), true),
                item -> call(Kind.of(item), name(item).isEmpty()));
        return matched;
    }

    /** The key of a call that has no name here, or of all there. */
    private static String call(Kind kind, boolean isMeant) {
        return kind == Kind.CALL && isMeant ? "call" : "";
    }

    private static String name(JsonNode item) {
        return ResponseForm.name(item).asText("");
    }

    private String content(ObjectNode item) {
        var alone = new StreamedItem(Kind.of(item), "", -1);
        alone.finish(item, notes.apart());
        return alone.content(notes);
    }

    private void match(Rule rule, Function<StreamedItem, String> key, Function<ObjectNode, String> keyOfLast) {
        if (last.isEmpty() || before.isEmpty()) {
            return;
        }
        Map<String, Deque<StreamedItem>> streamed = new HashMap<>();
        for (StreamedItem item : before) {
            add(streamed, item.kind(), key.apply(item), item);
        }
        Map<String, Deque<ObjectNode>> repeated = new LinkedHashMap<>();
        for (ObjectNode item : last) {
            add(repeated, Kind.of(item), keyOfLast.apply(item), item);
        }
        repeated.forEach((found, items) -> {
            Deque<StreamedItem> same = streamed.getOrDefault(found, new ArrayDeque<>());
            if (rule == Rule.IN_ORDER || (same.size() == 1 && items.size() == 1)) {
                while (!same.isEmpty() && !items.isEmpty()) {
                    matched.put(same.remove(), items.remove());
                }
            }
        });
        before.removeAll(matched.keySet());
        Set<JsonNode> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        taken.addAll(matched.values());
        last.removeIf(taken::contains);
    }

    private static <T> void add(Map<String, Deque<T>> byKey, Kind kind, String key, T item) {
        if (!key.isEmpty()) {
            byKey.computeIfAbsent(kind + " " + key, none -> new ArrayDeque<>()).add(item);
        }
    }
}
