// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.bulk.Lane;
import dev.cadre.cli.bulk.BulkTask;
import dev.cadre.eval.Candidate;
import dev.cadre.eval.EvalExample;
import dev.cadre.eval.Evals;
import dev.cadre.eval.Match;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Everything the command line of {@code cadre eval} says, checked, and the examples that it names.
 *
 * @param expect the field of a line that has the answer
 * @param candidates what is tried, in this order
 * @param required the rate that is enough, if one is
 * @param parallel most model calls at a time
 */
record EvalOptions(
        Path input,
        String expect,
        BulkTask task,
        List<EvalExample<Json, Json.Obj>> examples,
        Match match,
        List<Candidate> candidates,
        OptionalDouble required,
        Lane lane,
        Money budget,
        int parallel,
        Files files,
        Output output,
        Progress progress) {

    /**
     * What is written.
     *
     * @param journal where the eval is recorded, and resumed from
     * @param page where the page of the result goes
     */
    record Files(Optional<Path> journal, Optional<Path> page) {}

    Evals<Json, Json.Obj> evals() {
        Evals<Json, Json.Obj> evals =
                Evals.of(task.type()).examples(examples).scoredBy(match).lane(lane);
        for (Candidate candidate : candidates) {
            evals = candidate.isCascade()
                    ? evals.cascade(candidate.start(), candidate.top())
                    : evals.tiers(candidate.start());
        }
        return evals;
    }

    /** The fields of answers that are compared; none if that is the whole answer. */
    List<String> fields() {
        return match.fieldNames().stream().sorted().toList();
    }

    /** The fields that there may be a table of values of. */
    List<String> tableFields() {
        return fields().isEmpty() && !examples.isEmpty()
                ? List.copyOf(examples.getFirst().expected().fields().keySet())
                : fields();
    }
}
