// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A place of the input at which an item is expected; judges what stands there.
 *
 * @param unit what is counted: lines, or items of an array
 * @param index its place among the items, from 0
 * @param number its place among what is counted, from 1
 */
record Spot(String unit, long index, long number) {
    static final String LINE = "line";
    static final String ITEM = "item";

    private static final int MAX_ID_CHARS = 200;

    static Spot line(long index, long number) {
        return new Spot(LINE, index, number);
    }

    static Spot item(long index) {
        return new Spot(ITEM, index, index + 1);
    }

    /** The text of these bytes. */
    static String text(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    /** What one JSON document says. */
    InputLine json(byte[] bytes) {
        try {
            return item(Json.parse(text(bytes)), bytes);
        } catch (CharacterCodingException e) {
            return malformed("it is not UTF-8", bytes);
        } catch (JsonException e) {
            // each line is a document of its own
            String trouble = String.valueOf(e.getMessage()).replace("at line 1, column", "at column");
            return malformed("it is not JSON: " + trouble, bytes);
        }
    }

    private InputLine item(Json value, byte[] bytes) {
        if (value instanceof Json.Obj letter
                && letter.at(DeadLetters.REASON).isPresent()
                && letter.fields().size() == 2) {
            if (letter.at(DeadLetters.ITEM).isPresent()) {
                return item(letter.at(DeadLetters.ITEM).get(), bytes);
            }
            if (letter.at(DeadLetters.RAW).orElse(Json.Null.NULL) instanceof Json.Str raw) {
                return json(raw.value().getBytes(StandardCharsets.UTF_8));
            }
        }
        return switch (value) {
            case Json.Str text -> new InputLine.Item(place(Json.Null.NULL), text);
            case Json.Obj object -> identified(object, bytes);
            default -> malformed("expected an object or a string, got " + value.kind(), bytes);
        };
    }

    /** An object, known by its id if it has one. */
    InputLine identified(Json.Obj object, byte[] bytes) {
        Json id = object.at("id").orElse(Json.Null.NULL);
        boolean isGood = switch (id) {
            case Json.Str name -> !name.value().isEmpty() && name.value().length() <= MAX_ID_CHARS;
            case Json.Num name -> name.write().length() <= MAX_ID_CHARS;
            case Json.Null none -> true;
            default -> false;
        };
        return isGood
                ? new InputLine.Item(place(id), object)
                : malformed(
                        "its id must be a number, or a string of 1 to %d characters".formatted(MAX_ID_CHARS), bytes);
    }

    InputLine tooLong(byte[] beginning) {
        return malformed("it is longer than %,d bytes".formatted(InputLines.MAX_BYTES), beginning);
    }

    InputLine malformed(String reason, byte[] bytes) {
        return new InputLine.Malformed(
                place(Json.Null.NULL),
                "%s %d: %s".formatted(unit, number, reason),
                new String(bytes, StandardCharsets.UTF_8));
    }

    private InputLine.Place place(Json id) {
        return new InputLine.Place(index, number, id);
    }
}
