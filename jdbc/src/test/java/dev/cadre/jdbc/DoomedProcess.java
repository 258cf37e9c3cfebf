// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static dev.cadre.task.Input.from;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.Journal;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What another process does with a journal until it is killed. */
final class DoomedProcess {
    private static final int THREADS = 8;

    private DoomedProcess() {}

    record Topic(String name) {}

    record Note(String text) {}

    static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State a fact about the topic.");
    static final SubtaskType<Note, Note> SHORTER =
            SubtaskType.model("shorter", Note.class, Note.class, "Make it shorter.");

    /** A main class of the tests, in a process of its own. */
    static Process start(Class<?> main, TestAddress address, String... more) throws IOException {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx128m", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(address.arguments());
        command.addAll(List.of(more));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static Journal open(String[] arguments) {
        return JdbcJournals.in(TestAddress.parse(arguments).source()).open("labels");
    }

    /** Appends items without end, each once, and prints the number of each that is durable. */
    static final class Appending {
        private Appending() {}

        public static void main(String[] arguments) {
            Journal journal = open(arguments);
            var next = new AtomicInteger(Integer.parseInt(arguments[3]));
            for (int i = 0; i < THREADS; i++) {
                Thread.ofPlatform().start(() -> {
                    while (true) {
                        int item = next.getAndIncrement();
                        journal.append(DatabaseJournalTest.item(item));
                        System.out.println(item);
                    }
                });
            }
        }
    }

    static RunResult<Note> run(Journal journal, ScriptedModel model) throws InterruptedException {
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var shorter = graph.add("shorter", SHORTER, from(cats, note -> note));
        return Coordinator.of(model.pools()).journal(journal).run(graph.answering(shorter), Budget.usd("0.05"));
    }

    /** Begins a run, of which one subtask ends and the other waits for its model. */
    static final class Running {
        private Running() {}

        public static void main(String[] arguments) throws InterruptedException {
            var model = new ScriptedModel();
            model.on(NOTE, new Topic("cats")).costing(1_000, 400).replies(new Note("They purr, all day long."));
            model.on(SHORTER).holdUntil(new Gate()).replies(new Note("never"));
            Thread.ofPlatform().start(() -> {
                try {
                    model.awaitCalls(2);
                    System.out.println("waits");
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            run(open(arguments), model);
        }
    }
}
