// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.examples.repository.RootFolder;
import dev.cadre.examples.repository.RootJail;
import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.redact.Redactor;
import dev.cadre.task.Failure;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pictures that fields of an item name, by a path or an address. The text of an item is a stranger's: a path leads
 * nowhere but into the folder of the input, and what is there is sent only if it begins as a picture does. Immutable.
 */
public final class ItemImages {
    /** A picture is sent as it is; providers take less than this in one request, and more is rarely meant. */
    private static final int MOST_BYTES = 20 << 20;

    /** What is there of a picture while its call is made: its bytes, and texts of them in the request and its body. */
    private static final int MOST_TIMES_ITS_SIZE = 8;

    /** What a run needs besides has the other half. */
    private static final int PART_OF_THE_MEMORY = 2;

    private static final int HEAD_BYTES = 12;
    private static final String HTTPS = "https://";

    /** How files of the formats that models read begin; those of WebP have their length in between. */
    private static final Map<String, String> FORMATS =
            Map.of("\u0089PNG\r\n\u001a\n", "image/png", "\u00ff\u00d8\u00ff", "image/jpeg", "GIF8", "image/gif");

    private final PictureFiles files;
    private final List<String> fields;
    private final Attachment.Detail detail;
    private final int mostBytes;

    private ItemImages(PictureFiles files, List<String> fields, Attachment.Detail detail, int mostBytes) {
        this.files = files;
        this.fields = List.copyOf(fields);
        this.detail = detail;
        this.mostBytes = mostBytes;
    }

    /**
     * Those of items that are under way so many at a time.
     *
     * @param folder in which paths lead to pictures
     * @param fields of an item, each of which names one or is empty
     */
    public static ItemImages of(RootFolder folder, List<String> fields, Attachment.Detail detail, int itemsAtOnce) {
        int most = mostBytes(Runtime.getRuntime().maxMemory(), (long) itemsAtOnce * fields.size());
        return of(PictureFiles.in(folder), fields, detail, most);
    }

    static ItemImages of(PictureFiles files, List<String> fields, Attachment.Detail detail, int mostBytes) {
        return new ItemImages(files, fields, detail, mostBytes);
    }

    /** What each of so many pictures may have, so that all of them fit into the memory while they are sent. */
    static int mostBytes(long memory, long picturesAtOnce) {
        return (int) Math.min(MOST_BYTES, memory / PART_OF_THE_MEMORY / MOST_TIMES_ITS_SIZE / picturesAtOnce);
    }

    /**
     * The pictures of an item; reads files whole.
     *
     * @throws IllegalArgumentException if the item has no such field, or it names no picture; it says which and why
     */
    List<Attachment> of(Json item) {
        return of(item, Reading.WHOLE);
    }

    /**
     * What the pictures of an item begin with, which is all that their price depends on; reads no more of a file.
     *
     * @throws IllegalArgumentException as {@link #of(Json)}
     */
    List<Attachment> beginnings(Json item) {
        return of(item, Reading.BEGINNING);
    }

    private enum Reading {
        WHOLE,
        BEGINNING
    }

    private List<Attachment> of(Json item, Reading reading) {
        var pictures = new ArrayList<Attachment>();
        for (String field : fields) {
            Json value = item instanceof Json.Obj object ? object.at(field).orElse(Json.Null.NULL) : Json.Null.NULL;
            switch (value) {
                case Json.Str(String text) when text.isBlank() -> {}
                case Json.Str(String text) ->
                    pictures.add(new Attachment.Image(source(field, text.strip(), reading), detail));
                default ->
                    throw new UnsendableException(
                            "the item has no text in '%s', which is to name a picture".formatted(field));
            }
        }
        return pictures;
    }

    private Attachment.Source source(String field, String text, Reading reading) {
        if (text.startsWith(HTTPS)) {
            return address(field, text);
        }
        try {
            RootJail.Beginning head = files.beginning(text, HEAD_BYTES);
            String format =
                    format(head.bytes()).orElseThrow(() -> refused(field, "it is no PNG, JPEG, GIF or WebP picture"));
            requireFit(field, head.size());
            if (reading == Reading.BEGINNING) {
                return Attachment.Source.Inline.of(format, head.bytes());
            }
            RootJail.Beginning whole = files.beginning(text, mostBytes + 1);
            requireFit(field, whole.size());
            return Attachment.Source.Inline.of(
                    format(whole.bytes()).orElseThrow(() -> refused(field, "it changes")), whole.bytes());
        } catch (PictureFiles.UnreadableException e) {
            throw refused(field, String.valueOf(e.getMessage()));
        }
    }

    private void requireFit(String field, long size) {
        if (size > mostBytes) {
            throw refused(
                    field,
                    "it has %d bytes; at most %d are sent%s"
                            .formatted(
                                    size,
                                    mostBytes,
                                    mostBytes < MOST_BYTES
                                            ? ", so that as many as --parallel says fit into the memory of the process"
                                            : ""));
        }
    }

    private static Attachment.Source address(String field, String text) {
        try {
            return new Attachment.Source.At(URI.create(text));
        } catch (IllegalArgumentException e) {
            throw refused(field, "it is no address that a provider could fetch: " + e.getMessage());
        }
    }

    private static Optional<String> format(byte[] bytes) {
        var head = new String(bytes, 0, Math.min(bytes.length, HEAD_BYTES), StandardCharsets.ISO_8859_1);
        if (head.startsWith("RIFF") && head.endsWith("WEBP")) {
            return Optional.of("image/webp");
        }
        return FORMATS.entrySet().stream()
                .filter(format -> head.startsWith(format.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static UnsendableException refused(String field, String why) {
        return new UnsendableException("the picture in '%s' cannot be sent: %s".formatted(field, why));
    }

    /** What a failure says, without the name of the exception that the library puts in front. */
    static Failure inWords(Failure failure) {
        return failure.cause().orElse(null) instanceof UnsendableException unsendable
                ? new Failure(failure.kind(), String.valueOf(unsendable.getMessage()))
                : failure;
    }

    private static final class UnsendableException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        /** What quotes a key is copied into another exception later, and {@link #inWords} knows this one alone. */
        UnsendableException(String message) {
            super(Redactor.SHAPES.clean(message));
        }
    }
}
