// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.json.JsonException;
import dev.cadre.model.Attachment;
import dev.cadre.plan.EarlierRun;
import dev.cadre.plan.GoalInput;
import dev.cadre.redact.Thrown;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Binding;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outputs;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What makes two runs sessions of the same one: the caller's key, what is asked for, and what a plan for it is made of.
 *
 * @param run the id of the run in a journal
 * @param asked a digest of what is asked for
 */
public record RunIdentity(String run, Fingerprint asked, String runKey) {
    private static final int ID_DIGITS = 16;
    private static final int MOST_NESTED_CHARS = 512;
    private static final int KEPT_CHARS = 400;
    private static final Outputs NOTHING_YET = id -> Optional.empty();

    /** No name of a subtask type begins like this. */
    private static final String INPUT = "@input";

    private static final String ATTACHED = "@attached";

    private static final String EARLIER = "@earlier";

    /** A goal as its planner and merger see it, with the inputs that its subtasks work on. */
    public record Asked(
            String text,
            String context,
            JsonType<?> answer,
            List<GoalInput> inputs,
            List<Attachment> attachments,
            List<EarlierRun> earlier) {
        public Asked {
            inputs = List.copyOf(inputs);
            attachments = List.copyOf(attachments);
            earlier = List.copyOf(earlier);
        }
    }

    /**
     * Of a goal: how its subtasks are performed may change between sessions, what its planner is shown may not. A type's
     * instructions are how, also where they stand in for a description: a better prompt does not pay for the plan again.
     * Inputs count with their values: other values are other work.
     */
    public static RunIdentity of(String runKey, Asked goal, List<SubtaskType<?, ?>> types) {
        List<String> parts = keyed(runKey);
        parts.addAll(List.of("goal", goal.text(), goal.context(), goal.answer().identity()));
        goal.inputs().forEach(input -> {
            parts.add(INPUT);
            parts.addAll(input.identity());
        });
        goal.attachments().forEach(shown -> parts.addAll(List.of(ATTACHED, Fingerprints.describe(shown))));
        goal.earlier().forEach(run -> {
            parts.add(EARLIER);
            parts.addAll(run.identity());
        });
        types.forEach(type -> {
            addType(type, parts);
            parts.add(type.hasOwnDescription() ? type.description() : "");
            if (type.isDeciding()) {
                parts.add("decides");
            }
            if (type.tiers().isChoice()) {
                parts.add("tiers " + type.tiers().choices());
            }
        });
        return of(runKey, parts);
    }

    /** Of a graph: its nodes and edges, and those inputs that depend on no output; nobody is shown a description. */
    public static RunIdentity of(String runKey, TaskGraph<?> graph) {
        List<String> parts = keyed(runKey);
        parts.addAll(List.of("graph", graph.answer()));
        for (GraphNode node : graph.nodes()) {
            parts.add(node.id());
            addType(node.type(), parts);
            parts.add(node.dependencies() + " " + node.optional());
            parts.add(node.dependencies().isEmpty() ? input(node) : "");
            if (node.binding() instanceof Binding.Join join) {
                parts.add("%d of %s".formatted(join.enough(), join.members()));
            }
        }
        return of(runKey, parts);
    }

    /** Of a bulk: the name of its type, and a digest of the key, if there is one; no type's name has an at sign. */
    public static RunIdentity ofBulk(String runKey, SubtaskType<?, ?> type, Fingerprint work) {
        String name = "bulk-" + type.name();
        String run = runKey.isEmpty() ? name : name + "@" + digits(Fingerprint.of(runKey));
        return new RunIdentity(run, work, runKey);
    }

    /**
     * What starts a nested run.
     *
     * @param work as {@link dev.cadre.task.WorkerContext#workId}
     * @param tool the tool that starts it; empty if the subtask does
     * @param input the input of the subtask, or the arguments of the tool, as canonical JSON
     */
    public record NestedPlace(String work, String tool, String input) {}

    /**
     * The key of a run that is nested in a subtask of another one. Readers of a journal find the place in it; of a long one
     * the end is a digest. The input is a part of it, because the functions of a graph or goal may have captured it, where
     * no identity sees it.
     *
     * @param number tells runs apart that are otherwise alike, from 1
     * @param own the key of the coordinator of the nested run; empty if it has none
     */
    public static String nestedKey(String outerRun, NestedPlace place, int number, String own) {
        String more = Stream.of(place.tool(), number == 1 ? "" : "no. " + number, own)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(", "));
        String key = "nested in %s with input %s: %s%s"
                .formatted(
                        outerRun,
                        digits(Fingerprint.of(place.input())),
                        place.work(),
                        more.isEmpty() ? "" : " (" + more + ")");
        return key.length() <= MOST_NESTED_CHARS
                ? key
                : "%s… %s"
                        .formatted(
                                key.substring(0, KEPT_CHARS),
                                Fingerprint.of(key).hex());
    }

    /** Tells a run that begins from another one of the same identity, in another journal. */
    public static String newBeginning() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    private static RunIdentity of(String runKey, List<String> parts) {
        Fingerprint asked = Fingerprint.of(parts.toArray(String[]::new));
        return new RunIdentity(digits(asked), asked, runKey);
    }

    private static String digits(Fingerprint digest) {
        return digest.hex().substring(0, ID_DIGITS);
    }

    private static List<String> keyed(String runKey) {
        return new ArrayList<>(runKey.isEmpty() ? List.of() : List.of("key", runKey));
    }

    private static void addType(SubtaskType<?, ?> type, List<String> parts) {
        parts.addAll(List.of(
                type.name(), type.inputType().identity(), type.outputType().identity()));
    }

    private static String input(GraphNode node) {
        try {
            return switch (node.binding()) {
                case Binding.One one ->
                    json(node.type().inputType(), one.input().apply(NOTHING_YET));
                case Binding.Each each ->
                    each.inputs().apply(NOTHING_YET).stream()
                            .map(input -> json(node.type().inputType(), input))
                            .toList()
                            .toString();
                case Binding.Join join -> "";
            };
        } catch (JsonException unfit) {
            return unfit.getCause() == null
                    ? ""
                    : unknown(node, unfit); // its subtask will fail in each session, and say why
        } catch (Throwable thrown) {
            Thrown.keepInterrupt(thrown);
            return unknown(node, thrown);
        }
    }

    /** It may be written the next time, which would make the run another one, and pay for all of it again. */
    private static String unknown(GraphNode node, Throwable why) {
        throw new IllegalArgumentException(
                "the journal cannot tell which run this is, because the input of subtask '%s' cannot be written: %s"
                        .formatted(node.id(), Failure.describe(why)));
    }

    private static <I> String json(JsonType<I> type, Object input) {
        return type.canonical(type.rawType().cast(input));
    }
}
