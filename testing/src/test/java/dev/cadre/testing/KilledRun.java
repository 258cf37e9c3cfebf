// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.forEach;
import static dev.cadre.task.Input.from;
import static dev.cadre.task.Input.fromAll;
import static dev.cadre.testing.Crew.BRIEF;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.plannedNote;
import static dev.cadre.testing.Crew.wire;

import dev.cadre.Conversation;
import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedRun;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.StoppingDisk;
import dev.cadre.merge.Mergers;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Items;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Worker;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Runs of 30 subtasks for a process of its own, one of which fans out over six items. The answer is a function of
 * every output; every call that reaches the model is a line of a file, and costs 100 tokens in and 20 out.
 */
enum KilledRun {
    /** Written by hand: topics and their notes, pairs that follow each other, and briefs of all of them. */
    GRAPH(35) {
        @Override
        String run(Coordinator recorded, Coordinator plain) throws InterruptedException {
            return complete(recorded.run(graph(Optional.empty()), Budget.usd("1")));
        }
    },
    /** The same graph with an approval in it, which suspends each process once before it is given. */
    SUSPENDED(35) {
        @Override
        String run(Coordinator recorded, Coordinator plain) throws InterruptedException {
            var isAsked = new AtomicBoolean();
            TaskGraph<Brief> graph = graph(Optional.of((brief, context) -> {
                if (!isAsked.getAndSet(true)) {
                    throw new AwaitedException("an approval");
                }
                return brief;
            }));
            RunResult<Brief> first = recorded.run(graph, Budget.usd("1"));
            return complete(first instanceof RunResult.Suspended<Brief> ? recorded.run(graph, Budget.usd("1")) : first);
        }

        @Override
        boolean isCall(String label) {
            return !label.equals(APPROVAL);
        }
    },
    /** Planned by a model and merged by one: topics and their notes, and pairs that follow each other. */
    GOAL(37) {
        @Override
        String run(Coordinator recorded, Coordinator plain) throws InterruptedException {
            return complete(recorded.run(goal(), Budget.usd("1")));
        }
    },
    /** The same goal as the work of a subtask, beside another one; nested in the run that has the journal. */
    NESTED(38) {
        @Override
        String run(Coordinator recorded, Coordinator plain) throws InterruptedException {
            return complete(recorded.run(nesting(plain), Budget.usd("1")));
        }

        @Override
        boolean isCall(String label) {
            return !label.equals(NESTING);
        }
    },
    /** The same goal as the first turn of a conversation; the second one, planned and merged by code, follows it. */
    CONVERSATION(38) {
        @Override
        String run(Coordinator recorded, Coordinator plain) throws InterruptedException {
            try (var talk = Conversation.of(recorded.runKey("talk"), Budget.usd("1.5"))) {
                var unused = complete(talk.ask(goal(), Budget.usd("1")));
                Goal<Answer> next = Goal.of("And then?", Answer.class)
                        .mergedBy(Mergers.of(merge ->
                                new Answer(merge.outcomes().getFirst().outcome().toString())));
                return talk.ask(next, Budget.usd("1")).requireComplete() + " "
                        + talk.spent().picoUsd();
            }
        }
    },
    /**
     * The same goal, planned again twice: in the place of a subtask that failed and of the one behind it, and then because
     * the answer breaks a rule.
     */
    ROUND(43) {
        @Override
        String run(Coordinator recorded, Coordinator plain) throws InterruptedException {
            Goal<Answer> strict = goal().accept(
                            "the answer knows the extra",
                            answer -> answer.text().endsWith(EXTRA));
            return complete(recorded.run(strict, Budget.usd("1")));
        }

        @Override
        int rounds() {
            return 2;
        }

        @Override
        List<String> planned(int round) {
            return switch (round) {
                case 0 ->
                    Stream.concat(
                                    super.planned(0).stream(),
                                    Stream.of(
                                            Crew.planned("broken", BROKEN, "{\"name\":\"all\"}", ""),
                                            second(BEHIND_BROKEN, BROKEN)))
                            .toList();
                case 1 ->
                    List.of(
                            replacing(BROKEN, plannedNote(MENDED)),
                            replacing(BEHIND_BROKEN, second(BEHIND_MENDED, MENDED)));
                default -> List.of(plannedNote(EXTRA));
            };
        }

        @Override
        boolean isCall(String label) {
            return !label.equals(BROKEN);
        }

        @Override
        List<String> before(String call) {
            return switch (call) {
                case "@planner 2", MENDED -> with(labels("second-", GOAL_PAIRS), PLANNER);
                case BEHIND_MENDED -> List.of(MENDED);
                case MERGER -> List.of("@planner 2", BEHIND_MENDED);
                case "@planner 3", EXTRA -> List.of(MERGER);
                case "@merger 2" -> List.of("@planner 3", EXTRA);
                default -> super.before(call);
            };
        }
    };

    /** Every call costs this on nano. */
    static final Money CALL = Money.usd("0.000045");

    static final int PARALLEL = 4;
    private static final String NESTING = "nested";
    private static final String APPROVAL = "approval";
    private static final String FOLLOW_UP = "follow-up";
    private static final String BROKEN = "broken";
    private static final String BEHIND_BROKEN = "behind-broken";
    private static final String MENDED = "mended";
    private static final String BEHIND_MENDED = "behind-mended";
    static final String EXTRA = "extra";
    static final String PLANNER = "@planner";
    static final String MERGER = "@merger";
    static final int PETS = 6;
    private static final int GRAPH_PAIRS = 13;
    private static final int GOAL_PAIRS = 14;

    /** Says "stopped", and how many bytes of the journal are on the disk and how many were written. */
    static final String STOPPED = "stopped %d %d";

    record Names(List<String> names) {}

    private static final SubtaskType<Topic, Names> SPLIT =
            SubtaskType.model("split", Topic.class, Names.class, "Split the topic.");
    private static final SubtaskType<Note, Note> SECOND =
            SubtaskType.model("second", Note.class, Note.class, "Look at the note again.");
    private static final SubtaskType<Topic, Note> FAILING =
            SubtaskType.code("broken", Topic.class, Note.class, (topic, context) -> {
                throw new IllegalStateException("it is broken");
            });

    private final int calls;

    KilledRun(int calls) {
        this.calls = calls;
    }

    /** How many calls it takes. */
    int calls() {
        return calls;
    }

    /** Runs to a complete end; returns the answer and the money in picodollars. */
    abstract String run(Coordinator recorded, Coordinator plain) throws InterruptedException;

    /** Whether what has this name in the journal is asked of a model. */
    boolean isCall(String label) {
        return true;
    }

    /** How often it may be planned again. */
    int rounds() {
        return 0;
    }

    String run(Journal journal, Path calls) throws InterruptedException {
        ModelPool pool = ModelPool.builder(new KilledRunModel(this, calls), "gpt-5.4-nano")
                .maxParallel(PARALLEL)
                .build();
        Coordinator plain = Coordinator.builder(ModelPools.of(pool))
                .plansWith(SPLIT, NOTE, SECOND, FAILING)
                .planner(KilledRun::planTurn)
                .replanning(rounds())
                .build();
        return run(plain.journal(journal), plain);
    }

    /**
     * Arguments: the run, the journal, the file of calls, and the line of the journal at which the disk stops, if it does.
     * Prints what the run returns, or that it has stopped.
     */
    public static void main(String... arguments) throws InterruptedException {
        Path file = Path.of(arguments[1]);
        try (Journal journal = arguments.length < 4
                ? FileJournal.open(file)
                : StoppingDisk.journal(
                        file,
                        Long.parseLong(arguments[3]),
                        (synced, written) -> System.out.println(STOPPED.formatted(synced, written)))) {
            System.out.println(valueOf(arguments[0]).run(journal, Path.of(arguments[2])));
        }
    }

    private static String complete(RunResult<?> result) {
        return result.requireComplete() + " " + result.spend().total().picoUsd();
    }

    private static Goal<Answer> goal() {
        return Goal.of("What do pets do?", Answer.class);
    }

    private static TaskGraph<Answer> nesting(Coordinator plain) {
        var graph = TaskGraph.builder();
        graph.add("own", NOTE, new Topic("own"));
        SubtaskType<Topic, Answer> research = NestedRun.<Topic, Answer>goal(
                        () -> plain, Money.usd("0.90"), topic -> goal())
                .asType("research", Topic.class, Answer.class);
        return graph.answering(graph.add(NESTING, research, new Topic("pets")));
    }

    /** @param approval whoever must approve of the rest before it is used; empty if nobody must */
    private static TaskGraph<Brief> graph(Optional<Worker<Brief, Brief>> approval) {
        var graph = TaskGraph.builder();
        var topics = graph.add("topics", SPLIT, new Topic("pets"));
        var pets = graph.add(
                "pets",
                NOTE,
                forEach(topics, each -> each.names().stream().map(Topic::new).toList()));
        List<SubtaskRef<Note>> seconds = new ArrayList<>();
        for (int i = 0; i < GRAPH_PAIRS; i++) {
            var first = graph.add("first-" + i, NOTE, new Topic("topic " + i));
            seconds.add(graph.add("second-" + i, SECOND, from(first, note -> note)));
        }
        var rest = graph.add("rest", BRIEF, fromAll(seconds, Notes::new));
        var approved = approval.map(worker -> graph.add(
                        APPROVAL,
                        SubtaskType.code("approve", Brief.class, Brief.class, worker),
                        from(rest, brief -> brief)))
                .orElse(rest);
        return graph.answering(graph.add("brief", BRIEF, from(pets, approved, KilledRun::together)));
    }

    private static Notes together(Items<Note> pets, Brief rest) {
        var notes = new ArrayList<>(pets.values());
        notes.add(new Note(rest.headline()));
        return new Notes(notes);
    }

    /** By the model, but for a goal that follows another one. */
    private static void planTurn(PlanRequest request, PlanIntake intake) throws InterruptedException {
        if (request.earlier().isEmpty()) {
            Planner.model().plan(request, intake);
        } else {
            var unused = intake.offer(PlannedSubtask.of(FOLLOW_UP, SECOND).withWire("text", "turn1.second-0", "text"));
        }
    }

    /** What the model plans in a round; the first plan is round 0. */
    List<String> planned(int round) {
        var subtasks = new ArrayList<String>();
        subtasks.add(Crew.planned("split", "topics", "{\"name\":\"pets\"}", ""));
        subtasks.add(Crew.planned("note", "pets", "{\"name\":null}", wire("name", "topics", "names")));
        for (int i = 0; i < GOAL_PAIRS; i++) {
            subtasks.add(plannedNote("first-" + i));
            subtasks.add(second("second-" + i, "first-" + i));
        }
        return subtasks;
    }

    private static String second(String id, String first) {
        return Crew.planned("second", id, "{\"text\":null}", wire("text", first, "text"));
    }

    private static String replacing(String id, String planned) {
        return planned.substring(0, planned.length() - 1) + ",\"replaces\":[\"" + id + "\"]}";
    }

    /** Whose outcomes a call rests on; of two calls with one label the second one has a 2 behind it. */
    List<String> before(String call) {
        if (call.startsWith("pets#")) {
            return List.of("topics");
        }
        if (call.startsWith("second-")) {
            return List.of(call.replace("second", "first"));
        }
        return switch (call) {
            case "rest" -> labels("second-", GRAPH_PAIRS);
            case "brief" -> with(labels("pets#", PETS), "rest");
            case FOLLOW_UP -> List.of("second-0", MERGER);
            case MERGER -> with(labels("second-", GOAL_PAIRS), PLANNER);
            default -> List.of();
        };
    }

    static List<String> labels(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    /** The label of a call that is not the first of its name. */
    static String numbered(String label, int number) {
        return number == 1 ? label : label + " " + number;
    }

    private static List<String> with(List<String> labels, String another) {
        return Stream.concat(labels.stream(), Stream.of(another)).toList();
    }
}
