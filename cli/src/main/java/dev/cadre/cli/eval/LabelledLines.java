// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.eval;

import dev.cadre.cli.bulk.InputLine;
import dev.cadre.cli.bulk.InputLines;
import dev.cadre.json.Json;
import dev.cadre.redact.Redactor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the lines of a file whose answers are known. All of them are good, or nothing is done. */
public final class LabelledLines {
    private static final int MOST_LINES = 100_000;
    private static final int MOST_FAULTS = 1_000;
    private static final long MOST_CHARACTERS = 64_000_000;

    private final String field;
    private final List<LabelledLine> lines = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();
    private final Map<String, String> inputs = new HashMap<>();
    private long characters;

    private LabelledLines(String field) {
        this.field = field;
    }

    /**
     * All lines of the file.
     *
     * @param field that of the answer, which is taken out of what a model is shown
     * @throws BadLinesException if a line is no JSON object, has no such field or nothing else, or has the id or the input
     *     of a line before it; or there are no lines, or too many
     */
    public static List<LabelledLine> read(Path file, String field) throws IOException, BadLinesException {
        var read = new LabelledLines(field);
        try (InputLines all = InputLines.open(file)) {
            while (all.hasNext()) {
                switch (all.next()) {
                    case InputLine.Malformed bad -> read.faults.add(bad.reason());
                    case InputLine.Item item -> read.take(item);
                }
                read.requireBounds();
            }
        }
        if (read.faults.isEmpty() && read.lines.isEmpty()) {
            throw new BadLinesException(List.of("it has no lines"));
        }
        if (!read.faults.isEmpty()) {
            throw new BadLinesException(read.faults);
        }
        return read.lines;
    }

    private void requireBounds() throws BadLinesException {
        if (faults.size() == MOST_FAULTS) {
            throw new BadLinesException(faults);
        }
        if (lines.size() > MOST_LINES || characters > MOST_CHARACTERS) {
            throw new BadLinesException(
                    List.of("it has more than %,d lines or %,d characters".formatted(MOST_LINES, MOST_CHARACTERS)));
        }
    }

    private void take(InputLine.Item item) {
        InputLine.Place place = item.place();
        Optional<LabelledLine> line = labelled(item);
        if (line.isEmpty()) {
            return;
        }
        if (!keys.add(place.key())) {
            fault(place, "an item before it has the same id");
            return;
        }
        String text = line.get().input().canonical();
        String earlier = inputs.putIfAbsent(text, line.get().name());
        if (earlier != null) {
            fault(place, "it asks the same as " + earlier);
            return;
        }
        characters += text.length();
        lines.add(line.get());
    }

    private Optional<LabelledLine> labelled(InputLine.Item item) {
        InputLine.Place place = item.place();
        if (!(item.value() instanceof Json.Obj object)) {
            fault(
                    place,
                    "expected an object with the field \"%s\", got %s"
                            .formatted(field, item.value().kind()));
            return Optional.empty();
        }
        Optional<Json> answer = object.at(field);
        if (answer.isEmpty()) {
            fault(place, "it has no field \"%s\", only %s".formatted(field, names(object)));
            return Optional.empty();
        }
        Json.Obj input = object.without(field);
        if (input.without("id").fields().isEmpty()) {
            fault(place, "it has nothing but \"%s\"".formatted(field));
            return Optional.empty();
        }
        return Optional.of(new LabelledLine(name(place), input, answer.get()));
    }

    private static String names(Json.Obj object) {
        return Redactor.SHAPES.quote(String.join(", ", object.fields().keySet()));
    }

    private static String name(InputLine.Place place) {
        return place.id() == Json.Null.NULL
                ? "line " + place.line()
                : "line %d (%s)".formatted(place.line(), place.id().write());
    }

    private void fault(InputLine.Place place, String says) {
        faults.add("line %d: %s".formatted(place.line(), says));
    }
}
