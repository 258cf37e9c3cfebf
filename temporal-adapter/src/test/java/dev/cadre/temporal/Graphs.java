// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.model.Tier;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Input;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.util.List;
import java.util.Locale;

/** The graphs of these tests. */
final class Graphs {
    record Topic(String name) {}

    record Topics(List<String> names) {}

    record Note(String text) {}

    record Brief(List<String> lines) {}

    static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State a fact about the topic.");

    static final SubtaskType<Topic, Note> CAREFUL = SubtaskType.model(
                    "careful", Topic.class, Note.class, "State a long fact about the topic.")
            .upTo(Tier.MINI)
            .accept("a note is long", (topic, note) -> note.text().length() > 10);

    static final SubtaskType<Topic, Note> UPPER = SubtaskType.code(
            "upper",
            Topic.class,
            Note.class,
            (topic, context) -> new Note(topic.name().toUpperCase(Locale.ROOT)));

    static final SubtaskType<Topics, Topics> LIST =
            SubtaskType.code("list", Topics.class, Topics.class, (topics, context) -> topics);

    static final SubtaskType<Brief, Brief> JOIN =
            SubtaskType.code("join", Brief.class, Brief.class, (brief, context) -> brief);

    static final SubtaskType<Note, Note> SAME =
            SubtaskType.code("same", Note.class, Note.class, (note, context) -> note);

    /** A list, a note of each of its names, and all of them joined. */
    static final NamedGraph<Topics, Brief> FAN_OUT = NamedGraph.of("fan-out", Topics.class, topics -> {
        var graph = TaskGraph.builder();
        var list = graph.add("list", LIST, topics);
        var notes = graph.add(
                "notes",
                NOTE,
                Input.forEach(list, all -> all.names().stream().map(Topic::new).toList()));
        var brief = graph.add(
                "brief",
                JOIN,
                Input.from(
                        notes,
                        all -> new Brief(all.values().stream().map(Note::text).toList())));
        return graph.answering(brief);
    });

    /** Two notes of one topic, of which the first one is taken. */
    static final NamedGraph<Topic, Brief> RACE = NamedGraph.of("race", Topic.class, topic -> {
        var graph = TaskGraph.builder();
        var one = graph.add("one", NOTE, topic);
        var other = graph.add("other", CAREFUL, topic);
        var first = graph.race("first", one, other);
        return graph.answering(graph.add("brief", JOIN, Input.from(first, note -> new Brief(List.of(note.text())))));
    });

    /** A note, and another one only if that is short. */
    static final NamedGraph<Topic, Brief> CONDITIONAL = NamedGraph.of("conditional", Topic.class, topic -> {
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, topic);
        var more = graph.add("more", CAREFUL, topic);
        graph.when(more, note, "the note is short", first -> first.text().length() < 5);
        var either = graph.race("either", more, graph.add("same", SAME, Input.from(note, first -> first)));
        return graph.answering(graph.add("brief", JOIN, Input.from(either, taken -> new Brief(List.of(taken.text())))));
    });

    /** Three notes, of which the answer needs one for sure. */
    static final NamedGraph<Topics, Brief> THREE = NamedGraph.of("three", Topics.class, topics -> {
        var graph = TaskGraph.builder();
        var first = graph.add("first", CAREFUL, new Topic(topics.names().get(0)));
        var second = graph.add("second", NOTE, new Topic(topics.names().get(1)));
        var third = graph.add("third", NOTE, new Topic(topics.names().get(2)));
        var brief = graph.add(
                "brief",
                JOIN,
                Input.from(
                        first,
                        second.ifSucceeded(),
                        (one, two) -> new Brief(
                                List.of(one.text(), two.map(Note::text).orElse("nothing")))));
        graph.after(brief, first);
        graph.optional(third);
        return graph.answering(brief);
    });

    /** A single note. */
    static final NamedGraph<Topic, Note> ONE = NamedGraph.of("one", Topic.class, topic -> {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("note", NOTE, topic));
    });

    static final SubtaskType<Note, Note> ASK = SubtaskType.code("ask", Note.class, Note.class, (note, context) -> {
                throw new AwaitedException("the editor, about '%s'".formatted(note.text()));
            })
            .accept("a note is long enough", (note, edited) -> edited.text().length() > 10);

    /** A single note as a person has it. */
    static final NamedGraph<Topic, Note> ASKED = NamedGraph.of("asked", Topic.class, topic -> {
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, topic);
        return graph.answering(graph.add("edited", ASK, Input.from(note, each -> each)));
    });

    static final List<NamedGraph<?, ?>> ALL = List.of(FAN_OUT, RACE, CONDITIONAL, THREE, ONE, ASKED);

    private Graphs() {}
}
