// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;
import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;

/** What is asked of every item: one of some labels, or an object of a schema. Immutable. */
public final class BulkTask {
    /** The field of an answer that has the label. */
    public static final String LABEL = "label";

    /** Far beyond any label, and so small that a reservation holds up little money. */
    private static final int LABEL_TOKENS = 256;

    private static final String CHOOSE = "Choose the label that fits the item best.";
    private static final String FILL_IN = "Fill in the answer from what the item says.";

    private final SubtaskType<Json, Json.Obj> type;
    private final SubtaskType<Json, Json.Obj> priced;
    private final boolean hasLabels;
    private final int itemsInACall;

    private BulkTask(SubtaskType<Json, Json.Obj> type, boolean hasLabels, int itemsInACall) {
        this(type, type, hasLabels, itemsInACall);
    }

    private BulkTask(
            SubtaskType<Json, Json.Obj> type, SubtaskType<Json, Json.Obj> priced, boolean hasLabels, int itemsInACall) {
        this.type = type;
        this.priced = priced;
        this.hasLabels = hasLabels;
        this.itemsInACall = itemsInACall;
    }

    /**
     * Every item gets exactly one of the labels.
     *
     * @param prompt what to go by; blank for the meaning of the labels
     * @throws IllegalArgumentException if there are fewer than two, one is blank or comes twice, or there are too many for
     *     a strict schema
     */
    public static BulkTask labels(List<String> labels, String prompt) {
        if (labels.size() < 2) {
            throw new IllegalArgumentException("there must be at least two labels");
        }
        if (labels.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("a label is blank");
        }
        var seen = new HashSet<String>();
        for (String label : labels) {
            if (!seen.add(label)) {
                throw new IllegalArgumentException("the label '%s' comes twice".formatted(label));
            }
        }
        Json choice = Json.obj().with("type", "string").with("enum", Json.strings(labels));
        String schema = Json.obj()
                .with("type", "object")
                .with("properties", Json.obj().with(LABEL, choice))
                .with("required", Json.strings(List.of(LABEL)))
                .with("additionalProperties", false)
                .write();
        int longest = labels.stream()
                .mapToInt(label -> label.getBytes(StandardCharsets.UTF_8).length)
                .max()
                .orElse(0);
        return new BulkTask(
                SubtaskType.json(LABEL, schema, prompt.isBlank() ? CHOOSE : prompt)
                        .maxOutputTokens(LABEL_TOKENS + longest),
                true,
                1);
    }

    /**
     * Every item gets an object that fits the schema.
     *
     * @param schema a strict JSON schema, as text
     * @param prompt what to do; blank to fill in what the item says
     * @throws IllegalArgumentException if the schema breaks a rule of strict mode; it names the place and the rule
     */
    public static BulkTask schema(String schema, String prompt) {
        return new BulkTask(SubtaskType.json("answer", schema, prompt.isBlank() ? FILL_IN : prompt), false, 1);
    }

    /** The same on another tier; default {@link Tier#NANO}. */
    public BulkTask on(Tier tier) {
        return new BulkTask(type.startingAt(tier), priced.startingAt(tier), hasLabels, itemsInACall);
    }

    /** The same with another cap on the tokens of an answer. */
    public BulkTask capped(long maxOutputTokens) {
        return new BulkTask(
                type.maxOutputTokens(maxOutputTokens),
                priced.maxOutputTokens(maxOutputTokens),
                hasLabels,
                itemsInACall);
    }

    /** The same with the pictures that items name; an item is priced by what they begin with. */
    public BulkTask showing(ItemImages images) {
        return new BulkTask(type.attaching(images::of), type.attaching(images::beginnings), hasLabels, itemsInACall);
    }

    /** The same with so many items in one call. */
    public BulkTask packed(int items) {
        return new BulkTask(type, priced, hasLabels, items);
    }

    /** Whether several items go into one call. */
    public boolean isPacked() {
        return itemsInACall > 1;
    }

    int itemsInACall() {
        return itemsInACall;
    }

    /** The kind of work that it is. */
    public SubtaskType<Json, Json.Obj> type() {
        return type;
    }

    /** The same at the same price, to price items by: it reads only the beginnings of pictures. */
    SubtaskType<Json, Json.Obj> priced() {
        return priced;
    }

    /** The names of what an answer has, in the order of its schema. */
    List<String> fields() {
        if (hasLabels) {
            return List.of(LABEL);
        }
        return Json.parse(type.outputType().schema()) instanceof Json.Obj schema
                        && schema.at("properties").orElse(Json.Null.NULL) instanceof Json.Obj properties
                ? List.copyOf(properties.fields().keySet())
                : List.of();
    }

    Tier tier() {
        return type.tiers().start();
    }

    /** The line of a result with the answer added: its label, or the object as it is. */
    Json.Obj answered(Json.Obj line, Json.Obj answer) {
        return hasLabels ? line.with(LABEL, answer.string(LABEL)) : line.with("value", answer);
    }
}
