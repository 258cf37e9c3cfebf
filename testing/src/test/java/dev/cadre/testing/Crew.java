// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.RunResult;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolSpec;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import java.time.Duration;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Work that the tests of whole runs share. On nano 1,000 tokens in and 400 out cost $0.0007. */
public final class Crew {
    public static final String NOTE_USD = "0.0007";

    public record Topic(String name) {}

    public record Note(String text) {}

    public record Notes(List<Note> notes) {}

    public record Brief(String headline) {}

    public record Answer(String text) {}

    public static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");
    public static final SubtaskType<Notes, Brief> BRIEF = SubtaskType.model(
                    "brief", Notes.class, Brief.class, "Write one brief from the notes.")
            .startingAt(Tier.MINI);

    private Crew() {}

    /** A tool that writes, called {@code send}, which takes no arguments. */
    static Tool sending(AtomicInteger sent) {
        var spec = new ToolSpec(
                "send",
                "Sends",
                "{\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false}");
        return Tool.raw(spec, (arguments, context) -> {
                    sent.incrementAndGet();
                    return "done";
                })
                .writing(Tool.Effect.WRITES);
    }

    /** A list of one text, which cannot be read while it is broken. */
    static List<String> moody(String text, AtomicBoolean isBroken) {
        return new AbstractList<>() {
            @Override
            public String get(int index) {
                if (isBroken.get()) {
                    throw new IllegalStateException("not today");
                }
                return text;
            }

            @Override
            public int size() {
                return 1;
            }
        };
    }

    /** Something that runs on a thread of its own. */
    public static final class Started<T> {
        private final FutureTask<T> task;
        private final Thread thread;

        private Started(Callable<T> work) {
            task = new FutureTask<>(work);
            thread = Thread.ofPlatform().name("caller").daemon().unstarted(task);
        }

        T result() throws Exception {
            return task.get(60, TimeUnit.SECONDS);
        }

        /**
         * The result of what leaves code behind: an end that the run hears of when the others' time is up already gives those
         * 50 ms more, so the clock goes on by a second in small steps until the result is there.
         */
        T result(TestClock clock) throws Exception {
            for (int step = 0; step < 20 && !task.isDone(); step++) {
                try {
                    return task.get(100, TimeUnit.MILLISECONDS);
                } catch (TimeoutException waits) {
                    clock.advance(Duration.ofMillis(50));
                }
            }
            return result();
        }

        /** What it threw. */
        Throwable failure() throws Exception {
            try {
                throw new AssertionError("it returned " + result());
            } catch (ExecutionException e) {
                return e.getCause();
            }
        }

        Thread thread() {
            return thread;
        }
    }

    public static <T> Started<T> start(Callable<T> work) {
        var started = new Started<>(work);
        started.thread.start();
        return started;
    }

    /** A plan of these subtasks. */
    public static String plan(String... subtasks) {
        return "{\"subtasks\":[" + String.join(",", subtasks) + "]}";
    }

    /** A planned subtask of the type {@code note} about the topic of its own id. */
    public static String plannedNote(String id, String... after) {
        return planned("note", id, "{\"name\":\"%s\"}".formatted(id), "", after);
    }

    public static String planned(String type, String id, String input, String wires, String... after) {
        String quoted = String.join(
                ",", Arrays.stream(after).map(each -> '"' + each + '"').toList());
        return "{\"type\":\"%s\",\"id\":\"%s\",\"input\":%s,\"wires\":[%s],\"after\":[%s]}"
                .formatted(type, id, input, wires, quoted);
    }

    public static String wire(String into, String from, String field) {
        return "{\"into\":\"%s\",\"from\":\"%s\",\"field\":\"%s\"}".formatted(into, from, field);
    }

    /** What a merging model replies. */
    public static String merged(String answer) {
        return "{\"answer\":{\"text\":\"%s\"},\"citations\":[]}".formatted(answer);
    }

    public static <R> RunResult.Failed<R> failed(RunResult<R> result) {
        if (result instanceof RunResult.Failed<R> failed) {
            return failed;
        }
        throw new AssertionError("expected a failed run, not " + result);
    }

    public static <R> RunResult.Partial<R> partial(RunResult<R> result) {
        if (result instanceof RunResult.Partial<R> partial) {
            return partial;
        }
        throw new AssertionError("expected a partial run, not " + result);
    }
}
