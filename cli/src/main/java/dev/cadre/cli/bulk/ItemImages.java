// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.task.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
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

    private static final int HEAD_BYTES = 12;
    private static final String HTTPS = "https://";

    /** How files of the formats that models read begin; those of WebP have their length in between. */
    private static final Map<String, String> FORMATS =
            Map.of("\u0089PNG\r\n\u001a\n", "image/png", "\u00ff\u00d8\u00ff", "image/jpeg", "GIF8", "image/gif");

    private final Path folder;
    private final List<String> fields;
    private final Attachment.Detail detail;

    /**
     * @param folder in which paths lead to pictures
     * @param fields of an item, each of which names one or is empty
     */
    public ItemImages(Path folder, List<String> fields, Attachment.Detail detail) {
        this.folder = folder;
        this.fields = List.copyOf(fields);
        this.detail = detail;
    }

    /**
     * The pictures of an item; reads files.
     *
     * @throws IllegalArgumentException if the item has no such field, or it names no picture; it says which and why
     */
    List<Attachment> of(Json item) {
        var pictures = new ArrayList<Attachment>();
        for (String field : fields) {
            Json value = item instanceof Json.Obj object ? object.at(field).orElse(Json.Null.NULL) : Json.Null.NULL;
            switch (value) {
                case Json.Str(String text) when text.isBlank() -> {}
                case Json.Str(String text) -> pictures.add(new Attachment.Image(source(field, text.strip()), detail));
                default ->
                    throw new UnsendableException(
                            "the item has no text in '%s', which is to name a picture".formatted(field));
            }
        }
        return pictures;
    }

    private Attachment.Source source(String field, String text) {
        if (text.startsWith(HTTPS)) {
            return address(field, text);
        }
        try {
            Path root = folder.toRealPath();
            Path named = root.resolve(text).normalize();
            if (!named.startsWith(root) || !named.toRealPath().startsWith(root)) {
                throw refused(field, "it leads out of the folder of the input");
            }
            return inline(field, named.toRealPath());
        } catch (InvalidPathException e) {
            throw refused(field, "it is no path");
        } catch (IOException e) {
            throw refused(field, "there is no file of that name that can be read");
        }
    }

    private static Attachment.Source address(String field, String text) {
        try {
            return new Attachment.Source.At(URI.create(text));
        } catch (IllegalArgumentException e) {
            throw refused(field, "it is no address that a provider could fetch: " + e.getMessage());
        }
    }

    private static Attachment.Source inline(String field, Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(field, "it is no file");
        }
        if (Files.size(file) > MOST_BYTES) {
            throw refused(field, "it has %d bytes; at most %d are sent".formatted(Files.size(file), MOST_BYTES));
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            bytes = in.readNBytes(MOST_BYTES);
        }
        return Attachment.Source.Inline.of(
                format(bytes).orElseThrow(() -> refused(field, "it is no PNG, JPEG, GIF or WebP picture")), bytes);
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

        UnsendableException(String message) {
            super(message);
        }
    }
}
