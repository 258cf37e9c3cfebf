// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.file.TempFolder;
import dev.cadre.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files that clients uploaded and batches wrote, in a temporary directory. Safe for use by many threads. */
final class LoopbackFiles implements AutoCloseable {
    private record Stored(String id, String name, String purpose, Path path) {
        Json.Obj json() {
            try {
                return Json.obj()
                        .with("id", id)
                        .with("object", "file")
                        .with("bytes", Files.size(path))
                        .with("created_at", 1_790_000_000)
                        .with("filename", name)
                        .with("purpose", purpose)
                        .with("status", "processed");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final Map<String, Stored> files = new LinkedHashMap<>();
    private @Nullable TempFolder directory;
    private int count;

    /** The answer to a request whose path begins with {@code /v1/files}. */
    synchronized LoopbackAnswer answer(LoopbackRequest request, LoopbackUpload upload) {
        String[] path = request.path().split("[/?]", -1); // "", v1, files, id, content
        if (path.length == 3 || request.path().contains("?")) {
            return request.method().equals("POST") ? uploaded(upload) : list();
        }
        Stored file = files.get(path[3]);
        if (file == null) {
            return LoopbackService.error(404, "", "No such File object: " + path[3]);
        }
        if (path.length > 4) {
            return new LoopbackAnswer.Stored(file.path());
        }
        if (request.method().equals("DELETE")) {
            files.remove(file.id());
            return LoopbackAnswer.Whole.json(Json.obj()
                    .with("id", file.id())
                    .with("object", "file")
                    .with("deleted", true)
                    .write());
        }
        return LoopbackAnswer.Whole.json(file.json().write());
    }

    private LoopbackAnswer uploaded(LoopbackUpload upload) {
        Optional<LoopbackUpload.Part> part = upload.part("file");
        if (part.isEmpty() || upload.text("purpose").isEmpty()) {
            return LoopbackService.error(400, "", "'file' and 'purpose' are required");
        }
        try {
            Stored file = add(part.get().filename(), upload.text("purpose"));
            upload.save(part.get(), file.path());
            return LoopbackAnswer.Whole.json(file.json().write());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LoopbackAnswer list() {
        return LoopbackAnswer.Whole.json(Json.obj()
                .with("object", "list")
                .with(
                        "data",
                        new Json.Arr(files.values().stream()
                                .<Json>map(Stored::json)
                                .toList()
                                .reversed()))
                .with(
                        "first_id",
                        files.isEmpty() ? "" : files.keySet().stream().toList().getLast())
                .with(
                        "last_id",
                        files.isEmpty() ? "" : files.keySet().stream().toList().getFirst())
                .with("has_more", false)
                .write());
    }

    private Stored add(String name, String purpose) throws IOException {
        if (directory == null) {
            directory = TempFolder.open();
        }
        String id = "file-" + ++count;
        var file = new Stored(id, name, purpose, directory.path().resolve(id));
        files.put(id, file);
        return file;
    }

    /** A new empty file that a batch writes; its id. */
    synchronized String create(String name) {
        try {
            Stored file = add(name, "batch_output");
            Files.createFile(file.path());
            return file.id();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the file's bytes are, if there is such a file with this purpose. */
    synchronized Optional<Path> path(String id, String purpose) {
        return Optional.ofNullable(files.get(id))
                .filter(file -> file.purpose().equals(purpose))
                .map(Stored::path);
    }

    synchronized void clear() {
        try {
            for (Stored file : files.values()) {
                Files.deleteIfExists(file.path());
            }
            files.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        if (directory != null) {
            directory.close();
        }
    }
}
