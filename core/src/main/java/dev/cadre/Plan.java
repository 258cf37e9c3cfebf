// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.journal.Fingerprint;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.TokenUsage;
import dev.cadre.plan.GoalInput;
import dev.cadre.plan.PlanDefect;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.redact.Redactor;
import java.util.ArrayList;
import java.util.List;

/**
 * A plan for a goal that has not been run: what {@link Coordinator#plan} made, for somebody to look at. Immutable.
 *
 * <p>{@link Coordinator#preview(Plan, dev.cadre.budget.Budget)} says what it costs, {@link Coordinator#run(Plan,
 * dev.cadre.budget.Budget)} runs exactly this plan. {@link #toJson()} keeps it for another process; whoever can change
 * that text changes what is run.
 *
 * @param <R> the answer
 */
public final class Plan<R> {
    private static final String INPUTS = "inputs";
    private static final String NOTES = "notes";

    private final Goal<R> goal;
    private final List<PlannedSubtask> subtasks;
    private final List<PlanDefect> answered;
    private final List<PlanDefect> outstanding;
    private final List<PlanDefect> notes;
    private final Spend planning;

    private Plan(
            Goal<R> goal,
            List<PlannedSubtask> subtasks,
            List<PlanDefect> answered,
            List<PlanDefect> outstanding,
            List<PlanDefect> notes,
            Spend planning) {
        this.goal = goal;
        this.subtasks = List.copyOf(subtasks);
        this.answered = List.copyOf(answered);
        this.outstanding = List.copyOf(outstanding);
        this.notes = List.copyOf(notes);
        this.planning = planning;
    }

    /** The plan that an intake has taken. */
    static <R> Plan<R> of(Goal<R> goal, PlanIntake intake, Spend planning) {
        List<PlanDefect> open = intake.outstanding();
        // what points nowhere follows from the subtasks
        List<PlanDefect> outstanding =
                open.subList(0, open.size() - intake.unresolved().size());
        List<PlanDefect> all = intake.defects();
        List<PlanDefect> answered = all.subList(0, all.size() - outstanding.size());
        return new Plan<>(goal, intake.taken(), answered, outstanding, intake.notes(), planning);
    }

    /** The goal that it is for. */
    public Goal<R> goal() {
        return goal;
    }

    /** The subtasks with their literals and wires, each after those it depends on. */
    public List<PlannedSubtask> subtasks() {
        return subtasks;
    }

    /** What was wrong with it, in the order in which it was found; those that a repair answered included. */
    public List<PlanDefect> defects() {
        var all = new ArrayList<>(answered);
        all.addAll(outstanding);
        return List.copyOf(all);
    }

    /**
     * What the planner did not write as it was asked for and was understood all the same, and what the tier policy changed. A
     * run of the plan says so in its report.
     */
    public List<PlanDefect> notes() {
        return notes;
    }

    /** What planning has cost; a run of the plan counts it as spent. */
    public Spend planning() {
        return planning;
    }

    /** Offers the plan to an intake, so that the same subtasks, defects and notes come of it. */
    void offerTo(PlanIntake intake) {
        answered.forEach(intake::reject);
        intake.answering();
        subtasks.forEach(intake::offer);
        outstanding.forEach(intake::reject);
        notes.forEach(intake::note);
    }

    /** The plan as JSON text; {@link #parse} reads it back. It holds the text and context of the goal. */
    public String toJson() {
        var asked = Json.obj().with("goal", goal.text()).with("context", goal.context());
        Json.Obj plan = (goal.inputs().isEmpty() ? asked : asked.with(INPUTS, types(goal)))
                .with(
                        "subtasks",
                        new Json.Arr(subtasks.stream()
                                .map(each -> Json.parse(each.toJson()))
                                .toList()))
                .with("answered", write(answered))
                .with("outstanding", write(outstanding))
                .with("planning", spend(planning));
        return (notes.isEmpty() ? plan : plan.with(NOTES, write(notes))).write();
    }

    /** What the plan was made for: names and types, whatever the values. */
    private static Json.Obj types(Goal<?> goal) {
        var types = Json.obj();
        for (GoalInput input : goal.inputs()) {
            types = types.with(
                    input.name(), Fingerprint.of(input.typeIdentity()).hex());
        }
        return types;
    }

    /** A digest of all of it, what it cost included. */
    Fingerprint fingerprint() {
        return Fingerprint.of("plan", toJson());
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @param goal the goal that the plan is for; its answer, its merger and the values of its inputs are no part of the text,
     *     so that one plan can serve for many documents
     * @throws IllegalArgumentException if the text is not a plan, or one for another text or context, or for inputs with
     *     other names or types
     */
    public static <R> Plan<R> parse(String json, Goal<R> goal) {
        try {
            if (!(Json.parse(json) instanceof Json.Obj plan)) {
                throw new JsonException("expected an object");
            }
            if (!plan.string("goal").equals(goal.text())
                    || !plan.string("context").equals(goal.context())
                    || !plan.at(INPUTS).orElse(Json.obj()).equals(types(goal))) {
                throw new IllegalArgumentException("the plan is for another goal");
            }
            List<PlannedSubtask> subtasks = plan.items("subtasks").stream()
                    .map(each -> PlannedSubtask.parse(each.write()))
                    .toList();
            return new Plan<>(
                    goal,
                    subtasks,
                    readDefects(plan.items("answered")),
                    readDefects(plan.items("outstanding")),
                    plan.at(NOTES).isEmpty() ? List.of() : readDefects(plan.items(NOTES)),
                    spend(plan.object("planning")));
        } catch (JsonException unfit) {
            throw new IllegalArgumentException("not a plan: " + unfit.getMessage(), unfit);
        }
    }

    private static Json write(List<PlanDefect> defects) {
        return new Json.Arr(defects.stream()
                .<Json>map(
                        defect -> Json.obj().with("subtask", defect.subtaskId()).with("message", defect.message()))
                .toList());
    }

    private static List<PlanDefect> readDefects(List<Json> items) {
        return items.stream()
                .map(item -> {
                    if (item instanceof Json.Obj defect) {
                        return new PlanDefect(defect.string("subtask"), defect.string("message"));
                    }
                    throw new JsonException("expected defects, got " + item.kind());
                })
                .toList();
    }

    private static Json.Obj spend(Spend spend) {
        TokenUsage tokens = spend.tokens();
        return Json.obj()
                .with("settledPicoUsd", spend.settled().picoUsd())
                .with("forfeitedPicoUsd", spend.forfeited().picoUsd())
                .with("attempts", spend.attempts())
                .with("inputTokens", tokens.inputTokens())
                .with("cachedInputTokens", tokens.cachedInputTokens())
                .with("cacheWriteTokens", tokens.cacheWriteTokens())
                .with("outputTokens", tokens.outputTokens())
                .with("reasoningTokens", tokens.reasoningTokens())
                .with("estimated", spend.estimated());
    }

    private static Spend spend(Json.Obj json) {
        var tokens = new TokenUsage(
                json.longValue("inputTokens"),
                json.longValue("cachedInputTokens"),
                json.longValue("cacheWriteTokens"),
                json.longValue("outputTokens"),
                json.longValue("reasoningTokens"));
        return new Spend(
                Money.ofPico(json.longValue("settledPicoUsd")),
                Money.ofPico(json.longValue("forfeitedPicoUsd")),
                json.longValue("attempts"),
                tokens,
                json.bool("estimated"));
    }

    /** One line for people. */
    @Override
    public String toString() {
        return "Plan[%d subtasks for \"%s\", planning cost %s]"
                .formatted(subtasks.size(), Redactor.SHAPES.quote(goal.text()), planning.total());
    }
}
