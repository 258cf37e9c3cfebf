// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.json.Json;
import dev.cadre.redact.Redactor;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How an answer is compared with the expected one, by their JSON forms; numbers count by their value. Immutable.
 *
 * <p>A type that is no record has its value in the field {@code value}.
 */
public final class Match {
    private static final Match EXACT = new Match(Optional.empty(), false, BigDecimal.ZERO);

    /** The fields that are compared; empty for the whole answer. */
    private final Optional<Map<String, Match>> fields;

    private final boolean ignoresOrder;
    private final BigDecimal tolerance;

    private Match(Optional<Map<String, Match>> fields, boolean ignoresOrder, BigDecimal tolerance) {
        this.fields = fields;
        this.ignoresOrder = ignoresOrder;
        this.tolerance = tolerance;
    }

    /** Every value is the expected one. */
    public static Match exact() {
        return EXACT;
    }

    /** Lists are sets: order and repetitions do not matter, at any depth. */
    public static Match set() {
        return new Match(Optional.empty(), true, BigDecimal.ZERO);
    }

    /**
     * Numbers may differ by so much, at any depth; all else is exact.
     *
     * @param tolerance a number that is not negative, such as {@code "0.01"}
     * @throws IllegalArgumentException if it is no such number
     */
    public static Match within(String tolerance) {
        BigDecimal most;
        try {
            most = new BigDecimal(tolerance);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number: '%s'".formatted(tolerance), e);
        }
        if (most.signum() < 0) {
            throw new IllegalArgumentException("a tolerance is never negative: " + tolerance);
        }
        return new Match(Optional.empty(), false, most);
    }

    /**
     * Only these fields are compared, each in its own way; what else an answer says does not matter.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Match fields(Map<String, Match> each) {
        if (each.isEmpty()) {
            throw new IllegalArgumentException("no field is to be compared");
        }
        return new Match(Optional.of(new TreeMap<>(each)), false, BigDecimal.ZERO);
    }

    /** The fields that are compared, in alphabetical order; none if the whole answer is. */
    public Set<String> fieldNames() {
        return fields.map(Map::keySet).map(Set::copyOf).orElse(Set.of());
    }

    /** In what an answer differs; one fault for each field at the top. */
    List<Scorer.Fault> faults(Json expected, Json answer) {
        var faults = new ArrayList<Scorer.Fault>();
        each(expected, answer).forEach((field, match) -> {
            Optional<Json> wanted = field.isEmpty() ? Optional.of(expected) : at(expected, field);
            Optional<Json> given = field.isEmpty() ? Optional.of(answer) : at(answer, field);
            if (!same(match, wanted, given)) {
                faults.add(new Scorer.Fault(field, "expected %s, got %s".formatted(shown(wanted), shown(given))));
            }
        });
        return faults;
    }

    private Map<String, Match> each(Json expected, Json answer) {
        if (fields.isPresent()) {
            return fields.get();
        }
        var all = new LinkedHashMap<String, Match>();
        if (expected instanceof Json.Obj wanted && answer instanceof Json.Obj given) {
            wanted.fields().keySet().forEach(field -> all.put(field, this));
            given.fields().keySet().forEach(field -> all.put(field, this));
        } else {
            all.put("", this);
        }
        return all;
    }

    private static Optional<Json> at(Json value, String field) {
        return value instanceof Json.Obj object ? object.at(field) : Optional.empty();
    }

    private static boolean same(Match match, Optional<Json> expected, Optional<Json> answer) {
        if (expected.isEmpty() || answer.isEmpty()) {
            return expected.isEmpty() && answer.isEmpty();
        }
        return match.same(expected.get(), answer.get());
    }

    private boolean same(Json expected, Json answer) {
        return switch (expected) {
            case Json.Num(BigDecimal wanted) -> answer instanceof Json.Num(BigDecimal given) && isNear(wanted, given);
            case Json.Arr(List<Json> wanted) ->
                answer instanceof Json.Arr(List<Json> given)
                        && (ignoresOrder ? asSet(wanted).equals(asSet(given)) : sameItems(wanted, given));
            case Json.Obj wanted ->
                answer instanceof Json.Obj given && faults(wanted, given).isEmpty();
            default -> expected.equals(answer);
        };
    }

    private boolean isNear(BigDecimal wanted, BigDecimal given) {
        return wanted.subtract(given).abs().compareTo(tolerance) <= 0;
    }

    private boolean sameItems(List<Json> expected, List<Json> answer) {
        if (expected.size() != answer.size()) {
            return false;
        }
        for (int i = 0; i < expected.size(); i++) {
            if (!same(expected.get(i), answer.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static Set<String> asSet(List<Json> items) {
        var set = new TreeSet<String>(Comparator.naturalOrder());
        items.forEach(item -> set.add(unordered(item).canonical()));
        return set;
    }

    private static Json unordered(Json value) {
        return switch (value) {
            case Json.Arr(List<Json> items) -> Json.strings(asSet(items));
            case Json.Obj object -> {
                var fields = new TreeMap<String, Json>();
                object.fields().forEach((name, field) -> fields.put(name, unordered(field)));
                yield new Json.Obj(fields);
            }
            default -> value;
        };
    }

    private static String shown(Optional<Json> value) {
        return value.map(Json::write).map(Redactor.SHAPES::quote).orElse("nothing");
    }
}
