// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.json.Json;
import dev.cadre.merge.AnswerFormat.Claim;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The outcomes as a model reads and cites them, in plan order, the items of a fan-out one by one. */
final class Evidence {
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private final List<Piece> pieces = new ArrayList<>();
    private final Map<String, List<Piece>> citable = new LinkedHashMap<>();
    /** What can be quoted from a piece: made once, because a model may quote a thousand times. */
    private final IdentityHashMap<Piece, List<String>> quotable = new IdentityHashMap<>();

    /**
     * One outcome.
     *
     * @param id the subtask, with {@code #index} for an item
     * @param value what it returned, as JSON; empty if it did not succeed
     * @param text what the model reads of it: the JSON, or the reason why there is none
     */
    record Piece(String id, String type, Optional<Json> value, String text) {}

    Evidence(List<SubtaskOutcome> outcomes) {
        outcomes.forEach(this::add);
    }

    List<Piece> pieces() {
        return pieces;
    }

    boolean isEmpty() {
        return pieces.stream().noneMatch(piece -> piece.value().isPresent());
    }

    /** Why the citation cannot stand, in words that name no more than its subtask; empty if it can. */
    Optional<String> objection(Claim claim) {
        var cited = citable.get(claim.subtask());
        if (cited == null) {
            return Optional.of("there is no subtask %s".formatted(Excerpt.of(claim.subtask())));
        }
        if (cited.stream().allMatch(piece -> piece.value().isEmpty())) {
            return Optional.of("subtask %s returned nothing".formatted(Excerpt.of(claim.subtask())));
        }
        return cited.stream().anyMatch(piece -> contains(piece, claim.quote()))
                ? Optional.empty()
                : Optional.of("the quote does not occur in %s".formatted(Excerpt.of(claim.subtask())));
    }

    /** Whether the words occur in what the piece holds, however white space is set. */
    private boolean contains(Piece piece, String words) {
        var wanted = normalized(words);
        return !wanted.isEmpty()
                && quotable.computeIfAbsent(piece, Evidence::quotable).stream().anyMatch(text -> text.contains(wanted));
    }

    private static List<String> quotable(Piece piece) {
        var texts = new ArrayList<String>();
        piece.value().ifPresent(json -> {
            texts.add(normalized(piece.text()));
            addStrings(json, texts);
        });
        return texts;
    }

    private static void addStrings(Json json, List<String> texts) {
        switch (json) {
            case Json.Str string -> texts.add(normalized(string.value()));
            case Json.Obj object -> object.fields().values().forEach(each -> addStrings(each, texts));
            case Json.Arr array -> array.items().forEach(each -> addStrings(each, texts));
            case Json.Num number -> {}
            case Json.Bool bool -> {}
            case Json.Null none -> {}
        }
    }

    private static String normalized(String text) {
        return BLANKS.matcher(text).replaceAll(" ").strip();
    }

    private void add(SubtaskOutcome subtask) {
        var own = new ArrayList<Piece>();
        if (subtask.outcome() instanceof Outcome.Succeeded<?>(Items<?> items)) {
            for (Outcome<?> item : items.outcomes()) {
                own.add(piece(subtask.id() + "#" + own.size(), subtask.type(), item));
            }
            own.forEach(piece -> citable.put(piece.id(), List.of(piece)));
        } else {
            own.add(piece(subtask.id(), subtask.type(), subtask.outcome()));
        }
        citable.put(subtask.id(), own);
        pieces.addAll(own);
    }

    private static Piece piece(String id, SubtaskType<?, ?> type, Outcome<?> outcome) {
        Optional<Json> value = outcome.ifSucceeded().map(brought -> json(type.outputType(), brought));
        return new Piece(
                id, type.name(), value, value.map(Json::write).orElseGet(() -> Excerpt.line(outcome.reason())));
    }

    private static <O> Json json(JsonType<O> type, Object value) {
        return type.toJson(type.rawType().cast(value));
    }
}
