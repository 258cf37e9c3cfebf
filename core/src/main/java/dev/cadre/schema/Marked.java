// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonText;
import dev.cadre.model.Attachment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/**
 * A value as a model is shown it: a mark such as {@code "attachment 1: image/png"} stands where an attachment does, and the
 * attachments go beside the text. No bytes are in the text. Immutable.
 *
 * @param json the JSON of the value with the marks
 * @param attachments the first one has the mark 1
 */
public record Marked(Json json, List<Attachment> attachments) {
    /** The key of the bytes in the JSON of an attachment. */
    private static final String BYTES = "\"base64\"";

    private static final int MAX_NAME_CHARS = 80;
    private static final int BASE64_CHARS = 4;
    private static final int BASE64_BYTES = 3;

    public Marked {
        attachments = List.copyOf(attachments);
    }

    /**
     * A value with its attachments in the order of the components.
     *
     * @throws JsonException as {@link JsonType#write} does
     */
    public static <T> Marked of(JsonType<T> type, T value) {
        var attachments = new ArrayList<Attachment>();
        Json marked = type.replace(type.toJson(value), json -> {
            Attachment attachment = AttachmentBinding.of(json).orElseThrow();
            attachments.add(attachment);
            return new Json.Str("attachment %d: %s".formatted(attachments.size(), kind(attachment)));
        });
        return new Marked(marked, attachments);
    }

    /**
     * The value again.
     *
     * @param sent what went beside the text; the attachments of the value come first
     */
    public static <T> T restored(JsonType<T> type, Json marked, List<Attachment> sent) {
        var left = new ArrayDeque<>(sent);
        return type.read(type.replace(marked, mark -> AttachmentBinding.json(left.removeFirst())));
    }

    /** The JSON of a value with descriptions such as {@code "image/png, 12,345 bytes"} in the places of its attachments. */
    public static <T> Json described(JsonType<T> type, T value) {
        return type.replace(
                type.toJson(value),
                json -> new Json.Str(description(AttachmentBinding.of(json).orElseThrow())));
    }

    /** The same of JSON whose type is not known: whatever has the form of an attachment is taken for one. */
    public static Json described(Json json) {
        return switch (json) {
            case Json.Obj object ->
                AttachmentBinding.of(object)
                        .<Json>map(attachment -> new Json.Str(description(attachment)))
                        .orElseGet(() -> {
                            var fields = new LinkedHashMap<String, Json>();
                            object.fields().forEach((name, value) -> fields.put(name, described(value)));
                            return new Json.Obj(fields);
                        });
            case Json.Arr array ->
                new Json.Arr(array.items().stream().map(Marked::described).toList());
            case Json.Str string -> string;
            case Json.Num number -> number;
            case Json.Bool bool -> bool;
            case Json.Null none -> none;
        };
    }

    /** The same of JSON text; text that is none, or holds no bytes, is left as it is. */
    public static String described(String json) {
        if (!json.contains(BYTES)) {
            return json;
        }
        try {
            return described(Json.parse(json)).write();
        } catch (JsonException none) {
            return json;
        }
    }

    /** What it is and how long: {@code lease.pdf, application/pdf, 12,345 bytes}. Nothing of an address but its host. */
    public static String description(Attachment attachment) {
        return switch (attachment) {
            case Attachment.Image(Attachment.Source.Inline inline, var detail) -> kind(attachment) + bytes(inline);
            case Attachment.Image image -> kind(attachment);
            case Attachment.File file -> kind(attachment) + bytes(file.content());
        };
    }

    private static String kind(Attachment attachment) {
        return switch (attachment) {
            case Attachment.Image(Attachment.Source.Inline inline, var detail) -> inline.mediaType();
            case Attachment.Image(Attachment.Source.At at, var detail) ->
                "image at " + at.address().getHost();
            case Attachment.File file ->
                "%s, %s"
                        .formatted(
                                JsonText.line(file.name(), MAX_NAME_CHARS),
                                file.content().mediaType());
        };
    }

    private static String bytes(Attachment.Source.Inline inline) {
        String base64 = inline.base64();
        long padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
        return String.format(
                Locale.ROOT, ", %,d bytes", (long) base64.length() / BASE64_CHARS * BASE64_BYTES - padding);
    }
}
