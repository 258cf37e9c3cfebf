// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.eval.Match;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads how answers are compared: one way for all of them, or one for each of some fields. */
final class ScoreValue {
    private static final String NAME = "--score";

    private ScoreValue() {}

    /** @param known the fields of the answers */
    static Match read(String value, Set<String> known) throws UsageException {
        if (!value.contains("=")) {
            return one(value);
        }
        Map<String, Match> fields = new TreeMap<>();
        for (String part : value.split(",", -1)) {
            int mark = part.lastIndexOf('=');
            String field = mark < 0 ? part : part.substring(0, mark).strip();
            if (!known.contains(field)) {
                throw OptionValues.refused(NAME, field, "a field of the schema: " + String.join(", ", known));
            }
            if (fields.put(field, one(part.substring(mark + 1).strip())) != null) {
                throw OptionValues.refused(NAME, value, "one way for each field: \"" + field + "\" comes twice");
            }
        }
        return Match.fields(fields);
    }

    private static Match one(String how) throws UsageException {
        return switch (how) {
            case "exact" -> Match.exact();
            case "set" -> Match.set();
            default -> {
                if (!how.matches("[0-9]{1,12}(\\.[0-9]{1,12})?")) {
                    throw OptionValues.refused(
                            NAME, how, "exact, set, a difference such as 0.01, or those for fields: sum=0.01,tags=set");
                }
                yield Match.within(how);
            }
        };
    }
}
