// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NamedGoal;
import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Attachment;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.temporal.Graphs.Topics;
import java.util.List;
import java.util.stream.Collectors;

/** The goals of these tests. */
final class Goals {
    record Answer(String text) {}

    record Picture(Attachment of, String name) {}

    /** A note whose topic may be begun again somewhere else. */
    static final SubtaskType<Topic, Note> NOTE = Graphs.NOTE;

    static final SubtaskType<Note, Note> SHORTEN =
            SubtaskType.model("shorten", Note.class, Note.class, "Shorten the note.");

    static final SubtaskType<Note, Note> SAME = Graphs.SAME;

    static final SubtaskType<Picture, Note> LOOK =
            SubtaskType.model("look", Picture.class, Note.class, "Say what the picture shows.");

    static final List<SubtaskType<?, ?>> TYPES = List.of(NOTE, SHORTEN, SAME, LOOK);

    static final NamedGoal<Topic, Answer> PLAIN =
            NamedGoal.of("plain", Topic.class, topic -> goal(topic).withContext("For children."));

    /** Its answer must be short: "long" is none. */
    static final NamedGoal<Topic, Answer> RULED = NamedGoal.of(
            "ruled",
            Topic.class,
            topic -> goal(topic)
                    .accept("the answer is short", answer -> !answer.text().equals("long")));

    static final NamedGoal<Topic, Answer> BROKEN_RULE = NamedGoal.of(
            "broken-rule",
            Topic.class,
            topic -> goal(topic).accept("never known", answer -> {
                throw new IllegalStateException("broken");
            }));

    /** With inputs that subtasks are wired to, and a picture for the planner. */
    static final NamedGoal<Topics, Answer> WITH_INPUTS = NamedGoal.of(
            "with-inputs",
            Topics.class,
            topics -> goal(new Topic("all"))
                    .with("topics", Topics.class, topics)
                    .with("drawing", Attachment.class, drawing())
                    .attaching(drawing()));

    static final NamedGoal<Topic, Answer> COLLECTED = merged(
            "collected",
            Mergers.collect(
                    NOTE, notes -> new Answer(notes.stream().map(Note::text).collect(Collectors.joining("; ")))));

    static final NamedGoal<Topic, Answer> TREE = merged("tree", Mergers.treeReduction(Answer.class, Tier.MINI));

    static final NamedGoal<Topic, Note> BEST = NamedGoal.of(
            "best",
            Topic.class,
            topic -> Goal.of("The best note of " + topic.name(), Note.class)
                    .mergedBy(Mergers.bestOf(NOTE, Tier.MINI, "it is the funniest")));

    static final NamedGoal<Topic, Note> VOTED = NamedGoal.of(
            "voted",
            Topic.class,
            topic -> Goal.of("What most say of " + topic.name(), Note.class)
                    .mergedBy(Mergers.majority(NOTE, Note::text)));

    static final NamedGoal<Topic, Answer> FAILING = merged("failing", (input, terms) -> {
        throw new IllegalStateException("no answer is good enough");
    });

    static final List<NamedGoal<?, ?>> ALL =
            List.of(PLAIN, RULED, BROKEN_RULE, WITH_INPUTS, COLLECTED, TREE, BEST, VOTED, FAILING);

    private Goals() {}

    private static Goal<Answer> goal(Topic topic) {
        return Goal.of("Take notes of " + topic.name(), Answer.class);
    }

    private static NamedGoal<Topic, Answer> merged(String name, Merger<Answer> merger) {
        return NamedGoal.of(name, Topic.class, topic -> goal(topic).mergedBy(merger));
    }

    /** One transparent pixel. */
    static Attachment drawing() {
        return Attachment.Image.of(
                "image/png",
                java.util.Base64.getDecoder()
                        .decode(
                                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="));
    }

    static Coordinator.Builder coordinator(ModelPools pools) {
        return Coordinator.builder(pools).plansWith(TYPES);
    }

    // --- plans

    static String plan(String... subtasks) {
        return "{\"subtasks\":[" + String.join(",", subtasks) + "]}";
    }

    /** A note about the topic of its id, in the place of others. */
    static String note(String id, String... undone) {
        return subtask("note", id, "\"name\":\"%s\"".formatted(id), undone);
    }

    static String shorten(String id, String from, String... undone) {
        return subtask("shorten", id, "\"text\":{\"from\":\"%s\",\"field\":\"text\"}".formatted(from), undone);
    }

    static String subtask(String type, String id, String input, String... undone) {
        return "{\"type\":\"%s\",\"id\":\"%s\",\"input\":{%s},\"replaces\":[%s]}"
                .formatted(
                        type,
                        id,
                        input,
                        List.of(undone).stream().map("\"%s\""::formatted).collect(Collectors.joining(",")));
    }

    /** What a merging model replies. */
    static String answer(String text) {
        return "{\"answer\":{\"text\":\"%s\"},\"citations\":[1]}".formatted(text);
    }
}
