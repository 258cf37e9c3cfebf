// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.task.Input.fromAll;
import static dev.cadre.testing.Crew.NOTE;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.json.JsonType;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A run of 30 subtasks for a process of its own; every call that reaches the model is a line of a file. */
final class KilledRun {
    static final int PAIRS = 14;
    static final int SUBTASKS = 2 * PAIRS + 2;
    static final int PARALLEL = 4;

    private static final SubtaskType<Note, Note> SECOND =
            SubtaskType.model("second", Note.class, Note.class, "Look at the note again.");
    private static final SubtaskType<Notes, Brief> BRIEF =
            SubtaskType.model("brief", Notes.class, Brief.class, "Write one brief from the notes.");

    private KilledRun() {}

    /** Arguments: the journal and the file of calls. Prints the answer and the money in picodollars. */
    public static void main(String... arguments) throws InterruptedException {
        try (Journal journal = FileJournal.open(Path.of(arguments[0]))) {
            RunResult<Brief> result = run(journal, Path.of(arguments[1]));
            System.out.println(result.requireComplete().headline() + " "
                    + result.spend().total().picoUsd());
        }
    }

    static RunResult<Brief> run(Journal journal, Path calls) throws InterruptedException {
        ModelPool pool = ModelPool.builder(client(calls), "gpt-5.4-nano")
                .maxParallel(PARALLEL)
                .build();
        return Coordinator.of(ModelPools.of(pool)).journal(journal).run(graph(), Budget.usd("1"));
    }

    private static TaskGraph<Brief> graph() {
        var graph = TaskGraph.builder();
        List<SubtaskRef<Note>> notes = new ArrayList<>();
        for (int i = 0; i <= PAIRS; i++) {
            var first = graph.add("first-" + i, NOTE, new Topic("topic " + i));
            notes.add(i < PAIRS ? graph.add("second-" + i, SECOND, from(first, note -> note)) : first);
        }
        return graph.answering(graph.add("brief", BRIEF, fromAll(notes, Notes::new)));
    }

    /** Costs 100 tokens in and 20 out a call; the answer is a function of what it is asked. */
    private static ModelClient client(Path calls) {
        return (request, context) -> {
            String input = context.purpose().input();
            write(calls, context.purpose().subtaskId());
            String answer = context.purpose().subtaskType().equals("brief")
                    ? JsonType.of(Brief.class).write(new Brief(Integer.toHexString(input.hashCode())))
                    : JsonType.of(Note.class).write(new Note("about " + input.hashCode()));
            return ModelReply.of(request.model(), answer, TokenUsage.of(100, 20));
        };
    }

    private static void write(Path calls, String call) {
        try {
            Files.writeString(calls, call + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
