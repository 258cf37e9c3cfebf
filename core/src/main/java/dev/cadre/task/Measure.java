// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The identity and the size of a value. Those of an object or a list are made of those of its parts, so a tree is read once,
 * however deep it is.
 *
 * @param identity equal for equal values, whatever the order of their fields and the digits of their numbers: the canonical
 *     text of a short value, a digest of a longer one
 * @param bytes the length in UTF-8: of a string as it is, of any other value as JSON
 * @param written the length as JSON
 */
record Measure(ByteBuffer identity, long bytes, long written) {
    private static final byte DIGEST = '#'; // no JSON begins with it
    private static final int MAX_TEXT_BYTES = 32;

    /** Is told of each value of a tree, parts before what they are parts of. */
    @FunctionalInterface
    interface Visitor {
        void measured(Json value, JsonPath place, Measure measure);
    }

    /**
     * Measures each value of a tree.
     *
     * @throws dev.cadre.json.JsonException if it is nested deeper than {@link Json#MAX_DEPTH}
     */
    static Measure of(Json value, JsonPath place, Visitor visitor) {
        Measure measure = switch (value) {
            case Json.Obj object -> {
                var fields = new TreeMap<String, Measure>();
                object.fields().forEach((name, field) -> fields.put(name, of(field, place.field(name), visitor)));
                yield ofFields(fields);
            }
            case Json.Arr array -> {
                var items = new ArrayList<Measure>();
                for (Json item : array.items()) {
                    items.add(of(item, place.item(items.size()), visitor));
                }
                yield ofItems(items);
            }
            case Json.Str leaf -> ofLeaf(leaf);
            case Json.Num leaf -> ofLeaf(leaf);
            case Json.Bool leaf -> ofLeaf(leaf);
            case Json.Null leaf -> ofLeaf(leaf);
        };
        visitor.measured(value, place, measure);
        return measure;
    }

    private static Measure ofLeaf(Json leaf) {
        long written = utf8(leaf.write()).length;
        long bytes = leaf instanceof Json.Str string ? utf8(string.value()).length : written;
        return new Measure(identity(utf8(leaf.canonical())), bytes, written);
    }

    private static Measure ofItems(List<Measure> items) {
        MessageDigest digest = sha256();
        digest.update((byte) '[');
        long written = Math.max(2, 1 + items.size());
        for (Measure item : items) {
            item.addTo(digest);
            written += item.written;
        }
        return new Measure(digested(digest), written, written);
    }

    private static Measure ofFields(SortedMap<String, Measure> fields) {
        MessageDigest digest = sha256();
        digest.update((byte) '{');
        long written = Math.max(2, 1 + fields.size());
        for (var field : fields.entrySet()) {
            Measure name = ofLeaf(new Json.Str(field.getKey()));
            name.addTo(digest);
            field.getValue().addTo(digest);
            written += name.written + 1 + field.getValue().written;
        }
        return new Measure(digested(digest), written, written);
    }

    private void addTo(MessageDigest digest) {
        digest.update(identity.duplicate());
        digest.update((byte) ',');
    }

    private static ByteBuffer identity(byte[] text) {
        if (text.length <= MAX_TEXT_BYTES) {
            return ByteBuffer.wrap(text);
        }
        MessageDigest digest = sha256();
        digest.update(text);
        return digested(digest);
    }

    private static ByteBuffer digested(MessageDigest digest) {
        byte[] hash = digest.digest();
        return ByteBuffer.allocate(1 + hash.length).put(DIGEST).put(hash).flip();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
