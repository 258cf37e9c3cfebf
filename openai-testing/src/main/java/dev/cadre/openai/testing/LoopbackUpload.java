// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The parts of a multipart form. Parts are slices of the body; nothing is copied until it is saved. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LoopbackUpload(byte[] body, List<Part> parts) {
    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)\"?");
    private static final Pattern NAME = Pattern.compile("[; ]name=\"([^\"]*)\"");
    private static final Pattern FILENAME = Pattern.compile("filename=\"([^\"]*)\"");
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** A field of the form: its bytes are those from one place in the body up to another. */
    record Part(String head, int from, int to) {
        String name() {
            return first(NAME, head).orElse("");
        }

        String filename() {
            return first(FILENAME, head).orElse("");
        }
    }

    static LoopbackUpload of(LoopbackHttp.Message message) {
        byte[] body = message.body();
        var parts = new ArrayList<Part>();
        String boundary = first(BOUNDARY, message.headers().getOrDefault("content-type", ""))
                .orElse("");
        byte[] mark = ("--" + boundary).getBytes(StandardCharsets.UTF_8);
        int at = find(body, mark, 0);
        while (at >= 0) {
            int head = at + mark.length + 2;
            int next = find(body, mark, head);
            int headEnd = find(body, HEAD_END, at + mark.length);
            if (next < 0 || headEnd < 0 || headEnd > next) {
                break;
            }
            parts.add(new Part(
                    new String(body, head, headEnd - head, StandardCharsets.UTF_8),
                    headEnd + HEAD_END.length,
                    next - 2));
            at = next;
        }
        return new LoopbackUpload(body, parts);
    }

    Optional<Part> part(String name) {
        return parts.stream().filter(part -> part.name().equals(name)).findFirst();
    }

    /** The text of a field; empty if there is no such field. */
    String text(String name) {
        return part(name)
                .map(part -> new String(body, part.from(), part.to() - part.from(), StandardCharsets.UTF_8))
                .orElse("");
    }

    void save(Part part, Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            out.write(body, part.from(), part.to() - part.from());
        }
    }

    private static int find(byte[] body, byte[] wanted, int from) {
        for (int at = from; at <= body.length - wanted.length; at++) {
            if (body[at] == wanted[0] && Arrays.equals(body, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }

    private static Optional<String> first(Pattern pattern, String text) {
        var found = pattern.matcher(text);
        return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }
}
