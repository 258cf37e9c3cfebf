// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Builds a tree from single tokens, for whole texts and for streams. */
final class TreeBuilder {
    private static final int MAX_EXPONENT = 10_000;
    private static final int MAX_DUPLICATES = 10;

    private final Deque<Frame> open = new ArrayDeque<>();
    private final List<String> duplicates = new ArrayList<>();
    private final @Nullable String drained;
    private final List<Json> drain = new ArrayList<>();
    private @Nullable Json root;

    /** An array or object whose end has not been read yet. */
    private static final class Frame {
        final JsonPath where;
        final @Nullable List<Json> items;
        final Map<String, Json> fields = new LinkedHashMap<>();
        String name = "";
        boolean isDrained;

        Frame(JsonPath where, @Nullable List<Json> items) {
            this.where = where;
            this.items = items;
        }

        JsonPath next() {
            return items == null ? where.field(name) : where.item(items.size());
        }
    }

    private TreeBuilder(@Nullable String drained) {
        this.drained = drained;
    }

    /** A builder that keeps the whole tree. */
    static TreeBuilder whole() {
        return new TreeBuilder(null);
    }

    /** A builder that returns the items of one array of the root object instead of keeping them. */
    static TreeBuilder draining(String arrayName) {
        return new TreeBuilder(arrayName);
    }

    void accept(JsonToken token, JsonParser at) throws IOException {
        switch (token) {
            case START_OBJECT -> open.push(new Frame(place(), null));
            case START_ARRAY -> openArray();
            case FIELD_NAME -> name(at.currentName());
            case END_OBJECT -> complete(new Json.Obj(open.pop().fields));
            case END_ARRAY -> closeArray(open.pop());
            case VALUE_STRING -> complete(new Json.Str(at.getText()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> complete(new Json.Num(number(at)));
            case VALUE_TRUE -> complete(new Json.Bool(true));
            case VALUE_FALSE -> complete(new Json.Bool(false));
            case VALUE_NULL -> complete(Json.Null.NULL);
            case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> throw new IllegalStateException("no JSON token: " + token);
        }
    }

    /** The complete tree without the drained array; empty while an array or object is open. */
    Optional<Json> root() {
        return Optional.ofNullable(root);
    }

    /** Whether a token of the root was read. */
    boolean isStarted() {
        return root != null || !open.isEmpty();
    }

    /** The places of keys that are repeated within an object, at most 10. The tree has the last value. */
    List<String> duplicates() {
        return duplicates;
    }

    /** The items of the drained array that were completed since the last call. */
    List<Json> drain() {
        var items = List.copyOf(drain);
        drain.clear();
        return items;
    }

    private JsonPath place() {
        return open.isEmpty() ? JsonPath.ROOT : open.element().next();
    }

    private void openArray() {
        boolean drains = open.size() == 1 && open.element().name.equals(drained);
        var frame = new Frame(place(), new ArrayList<>());
        frame.isDrained = drains;
        open.push(frame);
    }

    private void closeArray(Frame array) {
        if (array.isDrained) {
            // it is not in the tree; its object remembers that it was there
            open.element().isDrained = true;
        } else {
            complete(new Json.Arr(array.items == null ? List.of() : array.items));
        }
    }

    private void name(String name) {
        var object = open.element();
        object.name = name;
        boolean repeated = object.fields.containsKey(name) || (object.isDrained && name.equals(drained));
        if (repeated && duplicates.size() < MAX_DUPLICATES) {
            duplicates.add(object.next().toString());
        }
    }

    private void complete(Json value) {
        if (open.isEmpty()) {
            root = value;
            return;
        }
        var into = open.element();
        if (into.isDrained && into.items != null) {
            drain.add(value);
        } else if (into.items != null) {
            into.items.add(value);
        } else {
            into.fields.put(into.name, value);
        }
    }

    private static BigDecimal number(JsonParser at) throws IOException {
        var number = at.getDecimalValue();
        // 1e999999999 is short, but as a whole number it would take all memory
        if (Math.abs((long) number.scale()) > MAX_EXPONENT) {
            throw new JsonException(
                    JacksonTokens.located("Number with an exponent beyond " + MAX_EXPONENT, at.currentTokenLocation()));
        }
        return number;
    }
}
