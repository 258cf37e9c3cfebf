// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.Turn;
import dev.cadre.price.Price;
import dev.cadre.prompt.Prompt;
import dev.cadre.schema.Notation;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.PoolChoice;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Words the requests of the planner. What is the same for every goal comes first, so that a provider can cache it.
 *
 * <p>Goal, context, and whatever a model wrote are quoted as JSON strings: no text can end its own quotation.
 */
final class PlanPrompt {
    private static final int MAX_LISTED_DEFECTS = 200;
    private static final int MAX_INPUT_CHARS = 200;
    private static final long TOKENS_PER_PRICE = 1_000_000;

    private final PlanRequest request;
    private final List<SubtaskType<?, ?>> types;
    private final String model;
    private final String instructions;
    private final OutputFormat output;

    /** @param wishes the caller's instructions for the plan; may be empty */
    PlanPrompt(PlanRequest request, String model, String wishes) {
        this.request = request;
        this.types = Givable.of(request);
        this.model = model;
        String own = Prompt.PLAN.with(
                rules(), request.limits().maxSubtasks(), request.limits().maxDepth(), describe());
        this.instructions = wishes.isEmpty() ? own : own + "\n" + Prompt.PLAN_INSTRUCTIONS.with(wishes);
        this.output = new OutputFormat.JsonSchema(PlanSchema.NAME, schema(), true);
    }

    private String schema() {
        List<String> undone = request.progress().undone().stream()
                .map(PlanProgress.Undone::id)
                .toList();
        return PlanSchema.of(types, request.inputs(), undone);
    }

    /** Asks for a plan, or for another round of one. */
    ModelRequest first(long maxOutputTokens) {
        String asked = request.progress().isRound() ? Prompt.PLAN_ROUND.with() : "Plan it.";
        return ask(soFar() + "\n" + asked, maxOutputTokens);
    }

    /** Asks for the rest of a plan that was cut off. */
    ModelRequest continuation(List<PlannedSubtask> taken, long maxOutputTokens) {
        return ask(soFar() + taken(taken) + "\n" + Prompt.PLAN_CONTINUATION.with(), maxOutputTokens);
    }

    /** Asks once for what is to stand in place of what could not be taken. */
    ModelRequest repair(List<PlannedSubtask> taken, List<PlanDefect> defects, long maxOutputTokens) {
        return ask(soFar() + taken(taken) + defects(defects) + "\n" + Prompt.PLAN_REPAIR.with(), maxOutputTokens);
    }

    /** The goal, and what has become of its plan. */
    private String soFar() {
        return request.progress().isRound() ? goal() + ProgressText.of(request.progress()) : goal();
    }

    private ModelRequest ask(String text, long maxOutputTokens) {
        return ModelRequest.of(model, instructions, text, maxOutputTokens)
                .withTurns(List.of(new Turn.User(text, request.attachments())))
                .withOutput(output)
                .withEffort(request.limits().effort());
    }

    private String goal() {
        var text = new StringBuilder("Goal: ").append(quote(request.goal())).append('\n');
        if (!request.context().isBlank()) {
            text.append("Context: ").append(quote(request.context())).append('\n');
        }
        if (!request.earlier().isEmpty()) {
            text.append(EarlierText.of(request.earlier()));
        }
        if (!request.inputs().isEmpty()) {
            text.append("Inputs:\n");
            Map<String, String> origins = EarlierText.origins(request.earlier());
            request.inputs().forEach(input -> text.append(input(input, origins.getOrDefault(input.name(), ""))));
        }
        if (!request.answer().isBlank()) {
            text.append("The outputs will be merged into an answer of this form: ")
                    .append(request.answer())
                    .append('\n');
        }
        if (hasTiers()) {
            // not what is left of it: that would depend on which subtasks have ended by now
            text.append("Money for planning, all subtasks and their merge: ")
                    .append(request.terms().budget().state().limit())
                    .append('\n');
        }
        return text.toString();
    }

    private static String input(GoalInput input, String origin) {
        return "- %s: %s%s\n".formatted(input.name(), input.signature(), origin.isEmpty() ? "" : ", " + origin);
    }

    private static String taken(List<PlannedSubtask> taken) {
        var text = new StringBuilder("\nTaken so far, for good (")
                .append(taken.size())
                .append("):\n");
        for (PlannedSubtask each : taken) {
            String input = PlannedJson.writtenInput(each).write();
            text.append("- %s: %s %s\n".formatted(each.id(), each.type(), Quoted.cut(input, MAX_INPUT_CHARS)));
        }
        return text.toString();
    }

    private static String defects(List<PlanDefect> defects) {
        var text = new StringBuilder("\nNot taken (").append(defects.size()).append("):\n");
        defects.stream()
                .limit(MAX_LISTED_DEFECTS)
                .forEach(defect -> text.append("- ").append(defect).append('\n'));
        if (defects.size() > MAX_LISTED_DEFECTS) {
            text.append("- and %d more\n".formatted(defects.size() - MAX_LISTED_DEFECTS));
        }
        return text.toString();
    }

    private String rules() {
        return (request.inputs().isEmpty() ? "" : Prompt.PLAN_INPUTS.with() + "\n")
                + (request.earlier().isEmpty() ? "" : Prompt.PLAN_EARLIER.with() + "\n")
                + (request.attachments().isEmpty() ? "" : Prompt.PLAN_ATTACHED.with() + "\n")
                + (isShowing() ? Prompt.PLAN_SHOWING.with() + "\n" : "")
                + (hasTiers() ? Prompt.PLAN_TIER.with() + "\n" : "")
                + (types.stream().anyMatch(SubtaskType::isOptionalAllowed) ? Prompt.PLAN_OPTIONAL.with() + "\n" : "")
                + (Conditions.areAllowed(types) ? Prompt.PLAN_WHEN.with() + "\n" : "")
                + (PlanSchema.hasOrder(types) ? Prompt.PLAN_AFTER.with() + "\n" : "");
    }

    private boolean isShowing() {
        return types.stream()
                .flatMap(type -> Shape.of(type.inputType()).components().stream())
                .anyMatch(component -> Shape.isReferenceOnly(component.type()));
    }

    private boolean hasTiers() {
        return types.stream().anyMatch(type -> type.tiers().isChoice());
    }

    private String describe() {
        var text = new StringBuilder();
        for (SubtaskType<?, ?> type : types) {
            text.append("- %s(%s) -> {%s}\n"
                    .formatted(
                            type.name(),
                            Notation.of(Shape.of(type.inputType()).components()),
                            Notation.of(Shape.of(type.outputType()).components())));
            if (!type.description().equals(type.name())) {
                text.append("  ").append(type.description()).append('\n');
            }
            if (type.isDeciding()) {
                text.append("  decides: ")
                        .append(String.join(", ", Conditions.fields(type)))
                        .append('\n');
            }
            if (type.tiers().isChoice()) {
                text.append("  tiers: ").append(tiers(type)).append('\n');
            }
        }
        return text.toString();
    }

    /** {@code nano ($0.20 in, $1.25 out; 71 of 80 good), mini ($0.75 in, $4.50 out)}. */
    private String tiers(SubtaskType<?, ?> type) {
        return type.tiers().choices().stream()
                .map(tier -> {
                    Price price = PoolChoice.of(request.terms().pools(), type, tier)
                            .able(request.limits())
                            .getFirst()
                            .spec()
                            .price();
                    String good = request.rates()
                            .of(type, tier)
                            .map(count -> "; %s good".formatted(count))
                            .orElse("");
                    return "%s (%s in, %s out%s)"
                            .formatted(
                                    PlannedJson.name(tier),
                                    price.input().times(TOKENS_PER_PRICE),
                                    price.output().times(TOKENS_PER_PRICE),
                                    good);
                })
                .collect(Collectors.joining(", "));
    }

    private static String quote(String text) {
        return new Json.Str(text).write();
    }
}
