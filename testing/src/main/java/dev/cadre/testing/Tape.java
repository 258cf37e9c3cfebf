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
 * @param named the models of the named pools
 * @param behind the names of the pools behind each tier
 * @param recordings by key
 */
record Tape(
        SortedMap<Tier, Binding> pools,
        SortedMap<String, Binding> named,
        SortedMap<Tier, List<String>> behind,
        SortedMap<String, Recording> recordings) {
    private static final int FORMAT = 1;
    private static final String NAMED = "named";
    private static final String BEHIND = "behind";

    /** @param maxAttempts how often the pool tried one call at most */
    record Binding(String model, int maxAttempts) {
        private static Binding of(Json.Obj binding) {
            return new Binding(binding.string("model"), binding.intValue("maxAttempts"));
        }

        private Json.Obj json() {
            return Json.obj().with("model", model).with("maxAttempts", maxAttempts);
        }
    }

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
        named = new TreeMap<>(named);
        behind = new TreeMap<>(behind);
        recordings = new TreeMap<>(recordings);
    }

    static Tape empty() {
        return new Tape(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
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
            pools.put(Tier.valueOf(tier), Binding.of(head.object("pools", tier)));
        }
        if (head.at(NAMED).isPresent()) {
            for (var name : head.object(NAMED).fields().keySet()) {
                named.put(name, Binding.of(head.object(NAMED, name)));
            }
            for (var tier : head.object(BEHIND).fields().keySet()) {
                behind.put(Tier.valueOf(tier), names(head.object(BEHIND).items(tier)));
            }
        }
    }

    private static List<String> names(List<Json> names) {
        return names.stream()
                .map(name -> {
                    if (name instanceof Json.Str(String text)) {
                        return text;
                    }
                    throw new JsonException("the name of a pool is not text");
                })
                .toList();
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
            bound = bound.with(pool.getKey().name(), pool.getValue().json());
        }
        var head = Json.obj().with("cassette", FORMAT).with("pools", bound);
        return named.isEmpty() ? head : head.with(NAMED, namedJson()).with(BEHIND, behindJson());
    }

    private Json.Obj namedJson() {
        var all = Json.obj();
        for (Map.Entry<String, Binding> pool : named.entrySet()) {
            all = all.with(pool.getKey(), pool.getValue().json());
        }
        return all;
    }

    private Json.Obj behindJson() {
        var all = Json.obj();
        for (Map.Entry<Tier, List<String>> names : behind.entrySet()) {
            List<Json> list = names.getValue().stream().<Json>map(Json.Str::new).toList();
            all = all.with(names.getKey().name(), new Json.Arr(list));
        }
        return all;
    }

    private static Json.Obj line(String key, Recording recording) {
        var ends = new ArrayList<Json>();
        recording.ends().forEach(end -> ends.add(end.json()));
        return Json.obj().with("key", key).with("request", recording.request()).with("ends", new Json.Arr(ends));
    }
}
