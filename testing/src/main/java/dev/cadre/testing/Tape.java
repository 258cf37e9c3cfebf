// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.file.OwnFiles;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.Tier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is on a cassette, as its file holds it: a line that says which models were bound to the tiers, then one for each
 * different request, sorted by key, so that recording again changes only the lines that changed.
 *
 * @param pools the model of each tier; empty if the pools were not recorded
 * @param recordings by key
 */
record Tape(SortedMap<Tier, Binding> pools, SortedMap<String, Recording> recordings) {
    private static final int FORMAT = 1;

    /** @param maxAttempts how often the pool tried one call at most */
    record Binding(String model, int maxAttempts) {}

    /**
     * One request and how its calls ended, in the order in which they ended.
     *
     * @param request canonical and without secrets
     */
    record Recording(Json request, List<RecordedEnd> ends) {
        Recording {
            ends = List.copyOf(ends);
        }

        Recording and(RecordedEnd end) {
            var longer = new ArrayList<>(ends);
            longer.add(end);
            return new Recording(request, longer);
        }
    }

    Tape {
        pools = new TreeMap<>(pools);
        recordings = new TreeMap<>(recordings);
    }

    static Tape empty() {
        return new Tape(new TreeMap<>(), new TreeMap<>());
    }

    /** Reads a file, which is not trusted. */
    static Tape read(Path file) {
        var tape = empty();
        int number = 0;
        try {
            for (String line : Files.readAllLines(file)) {
                number++;
                if (!(Json.parse(line) instanceof Json.Obj object)) {
                    throw new JsonException("not an object");
                }
                if (number == 1) {
                    tape.readHead(object);
                } else {
                    tape.readRecording(object);
                }
            }
        } catch (IOException e) {
            throw new CassetteException("cassette %s cannot be read: %s".formatted(file, e), e);
        } catch (IllegalArgumentException | JsonException e) {
            throw new CassetteException(
                    "cassette %s is damaged in line %d: %s".formatted(file, number, e.getMessage()), e);
        }
        if (number == 0) {
            throw new CassetteException("cassette %s is empty".formatted(file), null);
        }
        return tape;
    }

    private void readHead(Json.Obj head) {
        if (head.intValue("cassette") != FORMAT) {
            throw new JsonException("format %d, not %d".formatted(head.intValue("cassette"), FORMAT));
        }
        for (var tier : head.object("pools").fields().keySet()) {
            var binding = head.object("pools", tier);
            pools.put(Tier.valueOf(tier), new Binding(binding.string("model"), binding.intValue("maxAttempts")));
        }
    }

    private void readRecording(Json.Obj line) {
        List<RecordedEnd> ends = line.items("ends").stream()
                .map(end -> new RecordedEnd((Json.Obj) end))
                .toList();
        recordings.put(line.string("key"), new Recording(line.object("request"), ends));
    }

    /** Puts the file in the place of an older one, in one step: a reader sees the one or the other. */
    void write(Path file) {
        var text = new StringBuilder(head().write()).append('\n');
        recordings.forEach(
                (key, recording) -> text.append(line(key, recording).write()).append('\n'));
        try {
            Path target = file.toAbsolutePath();
            OwnFiles.createFolders(Objects.requireNonNull(target.getParent(), "a cassette is a file in a folder"));
            OwnFiles.replace(target, text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new CassetteException("cassette %s cannot be written: %s".formatted(file, e), e);
        }
    }

    private Json.Obj head() {
        var bound = Json.obj();
        for (Map.Entry<Tier, Binding> pool : pools.entrySet()) {
            bound = bound.with(
                    pool.getKey().name(),
                    Json.obj()
                            .with("model", pool.getValue().model())
                            .with("maxAttempts", pool.getValue().maxAttempts()));
        }
        return Json.obj().with("cassette", FORMAT).with("pools", bound);
    }

    private static Json.Obj line(String key, Recording recording) {
        var ends = new ArrayList<Json>();
        recording.ends().forEach(end -> ends.add(end.json()));
        return Json.obj().with("key", key).with("request", recording.request()).with("ends", new Json.Arr(ends));
    }
}
