// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.journal.Fingerprint;
import dev.cadre.plan.EarlierRun;
import dev.cadre.plan.GoalInput;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Artifacts;
import dev.cadre.task.Items;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a finished run brings to a goal that follows it.
 *
 * @param run what the planner is told of it
 * @param inputs its answer, if it has one, and outcomes of it, each under a name of its own
 */
record EarlierResult(EarlierRun run, List<GoalInput> inputs) {
    private static final int MAX_NAME_CHARS = 64;
    private static final int DIGEST_DIGITS = 8;

    EarlierResult {
        inputs = List.copyOf(inputs);
    }

    /** Everything that succeeded in it. */
    static EarlierResult all(String name, RunResult<?> result) {
        return new Maker(name, result).make(succeeded(result.report()));
    }

    /**
     * Its answer and these outcomes, in plan order.
     *
     * @throws IllegalArgumentException if one of them did not succeed
     */
    static EarlierResult of(String name, RunResult<?> result, Collection<String> subtaskIds) {
        Set<String> succeeded = succeeded(result.report());
        Set<String> chosen = new LinkedHashSet<>(subtaskIds);
        if (!succeeded.containsAll(chosen)) {
            chosen.removeAll(succeeded);
            throw new IllegalArgumentException("%s did not succeed in run %s, only %s"
                    .formatted(chosen, result.report().runId(), succeeded));
        }
        succeeded.retainAll(chosen);
        return new Maker(name, result).make(succeeded);
    }

    private static Set<String> succeeded(RunReport report) {
        Set<String> ids = new LinkedHashSet<>();
        report.outcomes().forEach((id, outcome) -> {
            if (outcome.isSucceeded()) {
                ids.add(id);
            }
        });
        return ids;
    }

    /** The ids of the outcomes that are inputs. */
    List<String> subtasks() {
        return run.brought().stream().map(EarlierRun.Brought::subtask).toList();
    }

    private static final class Maker {
        private final String name;
        private final RunResult<?> result;
        private final RunReport report;
        private final List<GoalInput> inputs = new ArrayList<>();
        private final List<EarlierRun.Brought> brought = new ArrayList<>();
        private final Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

        Maker(String name, RunResult<?> result) {
            this.name = name;
            this.result = result;
            this.report = result.report();
        }

        EarlierResult make(Set<String> subtasks) {
            String answer = "";
            String failure = "";
            switch (result) {
                case RunResult.Complete<?> complete -> answer = answer(complete.answer());
                case RunResult.Partial<?> partial -> answer = answer(partial.answer());
                case RunResult.Failed<?> failed -> failure = failed.cause().toString();
            }
            subtasks.forEach(id -> bring(id, ((Outcome.Succeeded<?>) report.outcome(id)).value()));
            return new EarlierResult(
                    new EarlierRun(name, report.subject().asked(), answer, failure, brought, missing()), stillKept());
        }

        private String answer(Object value) {
            return give(name, report.subject().answer(), value).described().write();
        }

        private void bring(String id, Object value) {
            RunReport.Subject.Made made = report.subject().made(id);
            String input = free(id);
            give(input, made, value);
            int items = value instanceof Items<?> all ? all.outcomes().size() : 0;
            List<Integer> lacking = value instanceof Items<?> all ? lacking(all) : List.of();
            brought.add(new EarlierRun.Brought(input, id, made.type(), made.description(), items, lacking));
        }

        /** What its type keeps out of prompts stays so where it stands in others: in an answer, or in what a race took. */
        private List<GoalInput> stillKept() {
            List<Artifacts.Output> kept =
                    inputs.stream().flatMap(input -> input.kept().stream()).toList();
            return inputs.stream().map(input -> input.keepingToo(kept)).toList();
        }

        /** A subtask may have an id of the longest length, or one that differs from another by its case alone. */
        private String free(String id) {
            String plain = name + "." + id;
            if (plain.length() <= MAX_NAME_CHARS && names.add(plain)) {
                return plain;
            }
            String digest = "-" + Fingerprint.of(id).hex().substring(0, DIGEST_DIGITS);
            String cut = plain.substring(0, Math.min(plain.length(), MAX_NAME_CHARS - digest.length())) + digest;
            names.add(cut);
            return cut;
        }

        private GoalInput give(String input, RunReport.Subject.Made made, Object value) {
            GoalInput given = value instanceof Items<?> items
                    ? items(input, made.output(), items).keepingItemsAbove(made.keptAbove())
                    : one(input, made.output(), value).keepingAbove(made.keptAbove());
            inputs.add(given);
            return given;
        }

        private static <T> GoalInput items(String input, JsonType<T> type, Items<?> items) {
            List<T> values = items.values().stream().map(type.rawType()::cast).toList();
            return GoalInput.of(input, type.list(), values);
        }

        private static <T> GoalInput one(String input, JsonType<T> type, Object value) {
            return GoalInput.of(input, type, type.rawType().cast(value));
        }

        /** The items that did not succeed; of those that are not needed, because others were enough, none is missing. */
        private static List<Integer> lacking(Items<?> items) {
            return items.missing().stream()
                    .filter(index -> !items.outcomes().get(index).isNotNeeded())
                    .toList();
        }

        /**
         * Whatever did not succeed, required or not, unless others did instead of it or stand in its place; and what the run
         * itself says that its answer lacks.
         */
        private List<Missing> missing() {
            Set<String> needless = report.subtasks().stream()
                    .filter(each -> each.need() != SubtaskReport.Need.NEEDED)
                    .map(SubtaskReport::id)
                    .collect(Collectors.toSet());
            var missing = new ArrayList<Missing>();
            report.outcomes().forEach((id, outcome) -> {
                if (outcome instanceof Outcome.Succeeded<?>(Items<?> items)) {
                    lacking(items).stream()
                            .filter(index -> !needless.contains(id + "#" + index))
                            .forEach(index -> missing.add(new Missing(
                                    id + "#" + index,
                                    items.outcomes().get(index).reason())));
                } else if (!outcome.isSucceeded() && !needless.contains(id)) {
                    missing.add(new Missing(id, outcome.reason()));
                }
            });
            List<Missing> more = switch (result) {
                case RunResult.Partial<?> partial -> partial.missing();
                case RunResult.Suspended<?> suspended -> suspended.awaited();
                case RunResult.Complete<?> complete -> List.of();
                case RunResult.NoAnswer<?> failed -> List.of();
            };
            more.stream().filter(each -> !isOfASubtask(each.subtaskId())).forEach(missing::add);
            return missing;
        }

        private boolean isOfASubtask(String label) {
            int item = label.indexOf('#');
            return report.outcomes().containsKey(item < 0 ? label : label.substring(0, item));
        }
    }
}
