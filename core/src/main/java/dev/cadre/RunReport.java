// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.merge.Citation;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.redact.Redactor;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The report of a run: its outcomes, its use of models and code, and its money.
 *
 * @param run the run
 * @param subject what a goal that follows the run needs to know of it besides
 * @param outcomes the outcome of each subtask, in plan order
 * @param parts what each part of the run used
 * @param costs the money of the run
 * @param findings what a reader should look at
 * @param elapsed the time of the whole run
 */
public record RunReport(
        Identity run,
        Subject subject,
        Map<String, Outcome<?>> outcomes,
        Parts parts,
        Costs costs,
        Findings findings,
        Duration elapsed) {

    /**
     * The names of a run.
     *
     * @param id the id of the run
     * @param key the {@linkplain Coordinator#runKey key} by which the caller tells runs apart; empty if there is none
     */
    public record Identity(String id, String key) {}

    /**
     * What was asked of a run, and the types of what it made, for a goal that {@linkplain Goal#following follows} it. Opaque,
     * immutable, and without any value.
     */
    public static final class Subject {
        /** That of a run of which nothing is known, such as one that was made up: no goal can follow it. */
        public static final Subject UNKNOWN = new Subject("", null, Map.of());

        private final String asked;
        private final @Nullable Made answer;
        private final Map<String, Made> made;

        /**
         * The type that an outcome has, or each item of it.
         *
         * @param keptAbove the bytes above which it is kept out of prompts; the longest of all numbers for never
         */
        record Made(String type, String description, JsonType<?> output, long keptAbove) {
            static Made of(SubtaskType<?, ?> type) {
                return new Made(
                        type.name(),
                        type.description(),
                        type.outputType(),
                        type.keptAbove().orElse(Long.MAX_VALUE));
            }
        }

        private Subject(String asked, @Nullable Made answer, Map<String, Made> made) {
            this.asked = asked;
            this.answer = answer;
            this.made = Map.copyOf(made);
        }

        /**
         * Of a run of a goal.
         *
         * @param lines those of its subtasks, which say of what type each is
         */
        static Subject of(Goal<?> goal, List<SubtaskType<?, ?>> types, List<SubtaskReport> lines) {
            Map<String, Made> byName = new HashMap<>();
            types.forEach(type -> byName.put(type.name(), Made.of(type)));
            Map<String, Made> made = new HashMap<>();
            lines.stream()
                    .filter(line -> !line.isItem())
                    .forEach(line -> made.computeIfAbsent(line.id(), id -> byName.get(line.type())));
            return new Subject(goal.text(), new Made("", "", goal.answerType(), Long.MAX_VALUE), made);
        }

        /** Of a run of a graph. */
        static Subject of(TaskGraph<?> graph) {
            Map<String, Made> made = new HashMap<>();
            graph.nodes().forEach(node -> made.put(node.id(), Made.of(node.type())));
            return new Subject(graph.answer(), made.get(graph.answer()), made);
        }

        String asked() {
            return known(asked);
        }

        /** The same; empty if nothing is known. */
        String text() {
            return asked;
        }

        /** Whether a graph was asked for: its answer is of the type of a subtask. */
        boolean isOfGraph() {
            return answer != null && !answer.type().isEmpty();
        }

        Made answer() {
            return known(answer);
        }

        Made made(String subtaskId) {
            return known(made.get(subtaskId));
        }

        private static <T> T known(@Nullable T what) {
            if (what == null) {
                throw new IllegalArgumentException("the result does not say of which types it is: no run returned it");
            }
            return what;
        }
    }

    /**
     * What each part of a run used.
     *
     * @param subtasks one line per subtask, in plan order. The line of a fan-out has the sums; the lines of its items
     *     follow it, whatever became of the whole
     * @param items the outcomes of the items of fan-outs, by {@code id#index}, in plan order
     * @param planner the line of the planner; zero for a graph written by hand
     * @param merger the line of the merger; zero if plain code merged
     * @param nested the results of the runs nested in subtasks and tools in this session
     */
    public record Parts(
            List<SubtaskReport> subtasks,
            Map<String, Outcome<?>> items,
            SubtaskReport planner,
            SubtaskReport merger,
            List<NestedResult> nested) {
        public Parts {
            subtasks = List.copyOf(subtasks);
            items = Collections.unmodifiableMap(new LinkedHashMap<>(items));
            nested = List.copyOf(nested);
        }
    }

    /**
     * The money of a run.
     *
     * @param all the spend of all sessions of the run, which the limit bounds
     * @param session the spend of this session; equal to {@code all} unless the run was resumed
     * @param limit the most that the run may spend
     */
    public record Costs(Spend all, Spend session, Money limit) {}

    /**
     * What a reader of a report should look at.
     *
     * @param citations the passages of outcomes on which the answer of a merging model rests, by its own word
     * @param notes what was cut, dropped, broken or adapted: defects of the plan, why it was planned again and what stands in
     *     whose place, cuts of the merger, tools that threw, what clients noted on replies, such as which pool of a chain
     *     answered
     * @param breaches replies of this session that broke a cap or a price; normally none
     * @param abandoned the names of threads that ignored their interrupt and may still run
     * @param openReservations attempts that had not ended when the run ended; above zero only if code was abandoned
     */
    public record Findings(
            List<Citation> citations,
            List<String> notes,
            List<BillingBreach> breaches,
            List<String> abandoned,
            long openReservations) {
        public Findings {
            citations = List.copyOf(citations);
            notes = List.copyOf(notes);
            breaches = List.copyOf(breaches);
            abandoned = List.copyOf(abandoned);
        }
    }

    public RunReport {
        outcomes = Collections.unmodifiableMap(new LinkedHashMap<>(outcomes));
    }

    /** The id of the run. */
    public String runId() {
        return run.id();
    }

    /** The {@linkplain Coordinator#runKey key} by which the caller tells runs apart; empty if there is none. */
    public String runKey() {
        return run.key();
    }

    /** One line per subtask, in plan order; the lines of a fan-out's items follow its own. */
    public List<SubtaskReport> subtasks() {
        return parts.subtasks();
    }

    /** The line of the planner; zero for a graph written by hand. */
    public SubtaskReport planner() {
        return parts.planner();
    }

    /** The line of the merger; zero if plain code merged. */
    public SubtaskReport merger() {
        return parts.merger();
    }

    /**
     * The results of the {@linkplain NestedRun runs nested} in subtasks and tools in this session, in plan order; those of
     * one subtask in the order in which they ended. What they spent is in the lines of their subtasks. A run that was
     * cancelled has no result, and a subtask taken from the journal has none again.
     */
    public List<NestedResult> nested() {
        return parts.nested();
    }

    /** The spend of all sessions of the run, which the limit bounds. */
    public Spend spend() {
        return costs.all();
    }

    /** The spend of this session; equal to {@link #spend} unless the run was resumed. */
    public Spend sessionSpend() {
        return costs.session();
    }

    /**
     * The most that the run may spend by its own budget; one around it, such as that of a conversation, may have had less left.
     */
    public Money limit() {
        return costs.limit();
    }

    /** The passages of outcomes on which the answer of a merging model rests, by its own word. */
    public List<Citation> citations() {
        return findings.citations();
    }

    /** What was cut, dropped or broken, why it was planned again, and what stands in whose place, a line each. */
    public List<String> notes() {
        return findings.notes();
    }

    /** The replies of this session that broke a cap or a price; normally none. */
    public List<BillingBreach> breaches() {
        return findings.breaches();
    }

    /** The names of threads that ignored their interrupt and may still run. */
    public List<String> abandoned() {
        return findings.abandoned();
    }

    /** The number of attempts that had not ended when the run ended; above zero only if code was abandoned. */
    public long openReservations() {
        return findings.openReservations();
    }

    /**
     * The outcome of one subtask, or of one item of a fan-out that began, whatever became of the whole. That of a fan-out that
     * succeeded has {@link dev.cadre.task.Items} as its value, that of an item one output of its type.
     *
     * @param subtaskId the id of the subtask, with {@code #index} for an item
     * @throws IllegalArgumentException if this run had no such subtask or item
     */
    public Outcome<?> outcome(String subtaskId) {
        Outcome<?> outcome = outcomes.get(subtaskId);
        Outcome<?> found = outcome == null ? parts.items().get(subtaskId) : outcome;
        if (found == null) {
            throw new IllegalArgumentException(unknown(subtaskId));
        }
        return found;
    }

    private String unknown(String subtaskId) {
        String id = SubtaskReport.wholeOf(subtaskId);
        Outcome<?> whole = outcomes.get(id);
        return whole == null
                ? "this run has no subtask '%s', only %s".formatted(subtaskId, outcomes.keySet())
                : "subtask '%s' has no item '%s': %s".formatted(id, subtaskId, whole.reason());
    }

    /** The exception behind the first failed subtask that has one. */
    Optional<Throwable> firstException() {
        return outcomes.values().stream()
                .flatMap(outcome -> outcome instanceof Outcome.Failed<?> failed
                        ? failed.failure().cause().stream()
                        : Stream.empty())
                .findFirst();
    }

    /** The number of outcomes from the journal: those of subtasks that do not fan out, and of items. */
    public long reused() {
        return leaves().filter(SubtaskReport::reused).count();
    }

    /**
     * The number of outcomes from an outcome cache: those of subtasks that do not fan out, and of items. What they saved is
     * {@link #saved()}.
     */
    public long fromCache() {
        return leaves().filter(SubtaskReport::fromCache).count();
    }

    /**
     * What the outcomes from an outcome cache cost when they were made, by the word of the cache: those that {@link #fromCache()}
     * counts. This run did not pay it.
     */
    public Money saved() {
        Money saved = Money.ZERO;
        for (SubtaskReport line : leaves().toList()) {
            if (line.origin() instanceof Origin.Cached cached) {
                saved = cached.savedBeside(saved);
            }
        }
        return saved;
    }

    /**
     * What was booked in this session for subtasks and items that are {@linkplain SubtaskReport.Need#NOT_NEEDED not needed}:
     * they had begun, and others were enough, whatever became of them. A part of {@link #sessionSpend()}.
     */
    public Money givenUp() {
        Set<String> wholes = subtasks().stream()
                .filter(line -> !line.isItem() && isNotNeeded(line))
                .map(SubtaskReport::id)
                .collect(Collectors.toSet());
        return subtasks().stream()
                .filter(RunReport::isNotNeeded)
                .filter(line -> !line.isItem() || !wholes.contains(line.subtaskId())) // the whole has its items' money
                .map(SubtaskReport::cost)
                .reduce(Money.ZERO, Money::plus);
    }

    /** What was performed or taken from somewhere: subtasks and items, but no fan-out, which only sums up its items. */
    private Stream<SubtaskReport> leaves() {
        Set<String> fanOuts = subtasks().stream()
                .filter(SubtaskReport::isItem)
                .map(SubtaskReport::subtaskId)
                .collect(Collectors.toSet());
        return subtasks().stream().filter(line -> line.isItem() || !fanOuts.contains(line.id()));
    }

    /**
     * One line: the run, how many of the subtasks that were needed succeeded, the money and the time. What has somebody in its
     * place is not counted among them. Of a fan-out that began its items are counted, instead of the whole.
     */
    @Override
    public String toString() {
        List<SubtaskReport> leaves = leaves().toList();
        long succeeded = leaves.stream()
                .filter(line -> line.status() == SubtaskReport.Status.SUCCEEDED)
                .count();
        long needless = leaves.stream().filter(RunReport::isNotNeeded).count();
        long replaced = leaves.stream()
                .filter(line -> line.need() == SubtaskReport.Need.REPLACED)
                .count();
        String counted = leaves.stream().anyMatch(SubtaskReport::isItem) ? "subtasks and items" : "subtasks";
        String wasted = givenUp().isZero() ? "" : ", which cost %s".formatted(givenUp());
        String without = needless == 0 ? "" : ", %d not needed%s".formatted(needless, wasted);
        String inTheirPlace = replaced == 0 ? "" : ", %d replaced".formatted(replaced);
        String fromJournal = reused() == 0 ? "" : ", %d from the journal".formatted(reused());
        String cached = fromCache() == 0 ? "" : ", %d from the cache, which saved %s".formatted(fromCache(), saved());
        String keyed = runKey().isEmpty() ? "" : " (%s)".formatted(Redactor.SHAPES.quote(runKey()));
        return "run %s%s: %d of %d %s succeeded%s, spent %s of %s in %d ms"
                .formatted(
                        runId(),
                        keyed,
                        succeeded,
                        leaves.size() - needless - replaced,
                        counted,
                        without + inTheirPlace + fromJournal + cached,
                        spend().total(),
                        limit(),
                        elapsed.toMillis());
    }

    private static boolean isNotNeeded(SubtaskReport line) {
        return line.need() == SubtaskReport.Need.NOT_NEEDED;
    }
}
