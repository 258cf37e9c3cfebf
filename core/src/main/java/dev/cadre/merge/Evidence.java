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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The outcomes as a model reads and cites them, in plan order, the items of a fan-out one by one. */
final class Evidence {
    private static final Pattern BLANKS = Pattern.compile("[\\s\\h]+");
    private static final Pattern DASHES = Pattern.compile("[\\u2010-\\u2015\\u2212]");
    private static final Pattern SINGLE_QUOTES = Pattern.compile("[\\u2018\\u2019\\u201b]");
    private static final Pattern DOUBLE_QUOTES = Pattern.compile("[\\u201c-\\u201f\\u00ab\\u00bb]");

    /** What a model sets around a quote or at its end: marks of the sentence, not of what is quoted. */
    private static final String ENDS = "\"'.,;:!?\u2026 ";

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

    /**
     * Whether the words occur in what the piece holds, whatever their case, white space, dashes, quotation marks and last
     * sign: a model that changes one of these still quotes.
     */
    private boolean contains(Piece piece, String words) {
        var wanted = withoutEnds(normalized(words));
        return !wanted.isEmpty()
                && quotable.computeIfAbsent(piece, Evidence::quotable).stream().anyMatch(text -> text.contains(wanted));
    }

    private static String withoutEnds(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && ENDS.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && ENDS.indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
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
        String plain = DASHES.matcher(text).replaceAll("-");
        plain = SINGLE_QUOTES.matcher(plain).replaceAll("'");
        plain = DOUBLE_QUOTES.matcher(plain).replaceAll("\"");
        return BLANKS.matcher(plain).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
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
