// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.task.SubtaskType;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Reads subtasks as a model wrote them: what each means for certain, and a note of each such reading. */
final class Spelling {
    private final Map<String, SubtaskType<?, ?>> types;
    private final Supplier<Set<String>> ids;
    private final PlanFindings findings;

    /** @param ids of subtasks and inputs, as they are spelled */
    Spelling(Map<String, SubtaskType<?, ?>> types, Supplier<Set<String>> ids, PlanFindings findings) {
        this.types = types;
        this.ids = ids;
        this.findings = findings;
    }

    /** Without keys and with a tidy id. */
    PlannedSubtask tidied(PlannedSubtask said) {
        // a key must go before its signs do: a tidy id has dashes for them
        PlannedSubtask asWritten = said.respelled(findings::masked).withId(findings.masked(said.id()));
        PlannedSubtask tidy = References.withTidyIds(asWritten);
        if (!tidy.id().equals(asWritten.id())) {
            findings.note(
                    tidy.id(), "the id %s was read as %s".formatted(Quoted.of(asWritten.id()), Quoted.of(tidy.id())));
        }
        return tidy;
    }

    /** The name of its type, which it may have in another case; its own if there is none like it. */
    String typeOf(PlannedSubtask written) {
        String name = types.containsKey(written.type()) ? written.type() : onlyLike(written.type(), types.keySet());
        if (!name.equals(written.type())) {
            findings.note(written.id(), "type %s was read as %s".formatted(Quoted.of(written.type()), Quoted.of(name)));
        }
        return name;
    }

    /** With references as wires, and every id as it is spelled where it is from. */
    PlannedSubtask wired(PlannedSubtask written, SubtaskType<?, ?> type) {
        return respelled(References.withTidyIds(References.asWires(written, type)));
    }

    /** With every id that it names as it is spelled where it is from. */
    PlannedSubtask respelled(PlannedSubtask planned) {
        Set<String> known = ids.get();
        return planned.respelled(id -> {
            String spelled = known.contains(id) ? id : onlyLike(id, known);
            if (!spelled.equals(id)) {
                findings.note(planned.id(), "%s was read as %s".formatted(Quoted.of(id), Quoted.of(spelled)));
            }
            return spelled;
        });
    }

    private static String onlyLike(String name, Collection<String> known) {
        var alike = known.stream().filter(name::equalsIgnoreCase).toList();
        return alike.size() == 1 ? alike.getFirst() : name;
    }
}
