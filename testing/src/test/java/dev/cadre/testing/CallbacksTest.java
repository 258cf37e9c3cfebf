// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedRun;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.Lane;
import dev.cadre.bulk.NotHandedOverException;
import dev.cadre.cache.CachedOutcome;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.merge.AnswerListener;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Attachment;
import dev.cadre.model.BatchClient;
import dev.cadre.model.CallContext;
import dev.cadre.model.InputCounter;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.plan.TierPolicy;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunClock;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.task.ToolSession;
import dev.cadre.task.Worker;
import dev.cadre.task.WorkerContext;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every callback of a run misbehaves in every way, and the run is back in time with all other outcomes. A list that is
 * held to the API says which callbacks there are.
 */
@Tag("slow")
class CallbacksTest {
    private static final Duration DEADLINE = Duration.ofMinutes(10);
    private static final Budget BUDGET = Budget.usd("1.00");

    record Word(String word) {}

    /** Breaks whoever asks what it is. */
    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("do not ask");
        }
    }

    private enum Fault {
        THROWS_CHECKED,
        THROWS_RUNTIME,
        THROWS_LINKAGE_ERROR,
        THROWS_STACK_OVERFLOW,
        THROWS_OUT_OF_MEMORY,
        THROWS_HOSTILE,
        RETURNS_NULL,
        BLOCKS,
        COMPUTES;

        boolean isEndless() {
            return this == BLOCKS || this == COMPUTES;
        }
    }

    /** What a caller has in the end. */
    private record Seen(Duration elapsed, Map<String, Outcome<?>> outcomes) {}

    private enum Callback {
        MODEL_CLIENT(ModelClient.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                ModelClient client = (request, context) -> test.strike();
                return test.beside(NOTE, ModelPools.of(ModelPool.of(client, "gpt-5.4-nano")));
            }
        },
        INPUT_COUNTER(InputCounter.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                var client = test.new Counting();
                return test.beside(
                        NOTE,
                        ModelPools.of(ModelPool.builder(client, "gpt-5.4-nano")
                                .countingInput()
                                .build()));
            }
        },
        WORKER(Worker.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.beside(code("struck", (topic, context) -> test.strike()), test.model.pools());
            }
        },
        NESTED_COORDINATOR(java.util.function.Supplier.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.beside(
                        NestedRun.<Topic, Note>graph(test::strike, Money.usd("0.01"), topic -> test.strike())
                                .asType("struck", Topic.class, Note.class),
                        test.model.pools());
            }
        },
        NESTED_GRAPH(java.util.function.Function.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                ModelPools pools = test.model.pools();
                Coordinator inner = Coordinator.of(pools);
                return test.beside(
                        NestedRun.<Topic, Note>graph(() -> inner, Money.usd("0.01"), topic -> test.strike())
                                .asType("struck", Topic.class, Note.class),
                        pools);
            }
        },
        ACCEPT_RULE(java.util.function.BiPredicate.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                SubtaskType<Topic, Note> ruled = code("struck", (topic, context) -> new Note("x"))
                        .accept("rule", (topic, note) -> test.strike());
                return test.beside(ruled, test.model.pools());
            }
        },
        ATTACHMENTS(java.util.function.Function.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                test.model.on(NOTE).replies(new Note("never asked"));
                return test.beside(NOTE.attaching(topic -> test.strike()), test.model.pools());
            }
        },
        ATTACHMENTS_OF_A_RECORDED_RUN(java.util.function.Function.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                test.model.on(NOTE).replies(new Note("never asked"));
                var graph = TaskGraph.builder();
                var fine = graph.add("fine", FINE, new Topic("fine"));
                graph.optional(graph.add(
                        "struck",
                        NOTE.attaching(topic -> test.strike()),
                        Input.from(fine, note -> new Topic(note.text()))));
                return test.coordinator(test.model.pools())
                        .build()
                        .journal(new StruckJournal())
                        .run(graph.answering(fine), BUDGET);
            }
        },
        ATTACHMENTS_OF_A_RECORDED_BULK(java.util.function.Function.class) {
            @Override
            Seen see(CallbacksTest test) throws Exception {
                test.model.on(NOTE, new Topic("fine")).replies(new Note("fine"));
                var fineIsDone = new CountDownLatch(1);
                var outcomes = new HashMap<String, Outcome<?>>();
                long began = test.clock.nanoTime();
                Stream<Topic> topics = Stream.of(new Topic("fine"), new Topic("struck"))
                        .map(topic -> topic.name().equals("fine") ? topic : awaited(fineIsDone, topic));
                test.coordinator(test.model.pools())
                        .build()
                        .bulk(NOTE.attaching(
                                topic -> topic.name().equals("fine") ? List.<Attachment>of() : test.strike()))
                        .keyedBy(Topic::name)
                        .journal(new StruckJournal())
                        .run(topics, BUDGET.within(DEADLINE), item -> {
                            outcomes.put(item.key(), item.outcome());
                            fineIsDone.countDown();
                        });
                return new Seen(Duration.ofNanos(test.clock.nanoTime() - began), outcomes);
            }
        },
        SENT_BYTES(ModelClient.class) {
            @Override
            boolean runsOnTheDriver() {
                return true;
            }

            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                var isInUse = new AtomicBoolean(); // a pool asks once as it is made
                ModelClient client = new ModelClient() {
                    @Override
                    public ModelReply call(ModelRequest request, CallContext context) {
                        throw new ModelException.InvalidRequest("no reply", 400);
                    }

                    @Override
                    public long sentBytes(ModelRequest request) {
                        return isInUse.get() ? test.<Long>strike() : request.inputBytes();
                    }
                };
                ModelPools pools = ModelPools.of(ModelPool.of(client, "gpt-5.4-nano"));
                isInUse.set(true);
                return test.beside(NOTE, pools);
            }
        },
        TOOL(Tool.Body.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.withTool(Tool.raw(SPEC, (arguments, context) -> test.strike()));
            }
        },
        SHOWING_TOOL(Tool.ShowingBody.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.withTool(Tool.showing(SPEC, (arguments, context) -> test.strike()));
            }
        },
        TOOL_OPENING(java.util.function.Supplier.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.withTool(Tool.stateful(SPEC, () -> test.<ToolSession>strike()));
            }
        },
        TOOL_CLOSING(ToolSession.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.withTool(Tool.stateful(SPEC, () -> new ToolSession() {
                    @Override
                    public Tool.Shown call(String arguments, WorkerContext context) {
                        return new Tool.Shown("fine", List.of());
                    }

                    @Override
                    public void close() {
                        test.strike();
                    }
                }));
            }
        },
        TOOL_COMPLETING(ToolSession.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.withTool(Tool.stateful(SPEC, () -> new ToolSession() {
                    @Override
                    public Tool.Shown call(String arguments, WorkerContext context) {
                        return new Tool.Shown("fine", List.of());
                    }

                    @Override
                    public Object completed(Object output) {
                        return test.strike();
                    }
                }));
            }
        },
        EDGE(java.util.function.Function.class) {
            @Override
            boolean runsOnTheDriver() {
                return true;
            }

            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.beyond((graph, fine) -> graph.add(
                        "struck",
                        code("struck", (in, context) -> new Note("x")),
                        Input.from(fine, note -> test.strike())));
            }
        },
        FAN_OUT(java.util.function.Function.class) {
            @Override
            boolean runsOnTheDriver() {
                return true;
            }

            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.beyond((graph, fine) -> graph.add(
                        "struck",
                        code("struck", (in, context) -> new Note("x")),
                        Input.forEach(fine, note -> test.<List<Topic>>strike())));
            }
        },
        CONDITION(java.util.function.Predicate.class) {
            @Override
            boolean runsOnTheDriver() {
                return true;
            }

            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.beyond((graph, fine) -> {
                    var struck =
                            graph.add("struck", code("struck", (in, context) -> new Note("x")), new Topic("struck"));
                    graph.when(struck, fine, "it is so", note -> test.strike());
                    return struck;
                });
            }
        },
        LISTENER(RunListener.class) {
            @Override
            boolean runsOnTheDriver() {
                return true;
            }

            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                RunListener listener = event -> test.strike();
                var graph = TaskGraph.builder();
                var fine = graph.add("fine", FINE, new Topic("fine"));
                return test.coordinator(test.model.pools())
                        .listener(listener)
                        .build()
                        .run(graph.answering(fine), BUDGET);
            }
        },
        CLOCK(RunClock.class) {
            @Override
            boolean runsOnTheDriver() {
                return true;
            }

            @Override
            boolean losesWhatComesAfter() {
                return true;
            }

            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                var graph = TaskGraph.builder();
                var fine = graph.add("fine", FINE, new Topic("fine"));
                return test.coordinator(test.model.pools())
                        .clock(test.new BreakingClock())
                        .build()
                        .run(graph.answering(fine), BUDGET);
            }
        },
        PLANNER(Planner.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.planned(test.coordinator(test.model.pools()).planner((request, intake) -> test.strike()));
            }

            @Override
            boolean losesWhatComesAfter() {
                return true;
            }
        },
        LEAST_COST_OF_THE_PLANNER(Planner.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.planned(test.coordinator(test.model.pools()).planner(new Planner() {
                    @Override
                    public void plan(PlanRequest request, PlanIntake intake) {}

                    @Override
                    public Money leastCost(PlanRequest request) {
                        return test.strike();
                    }
                }));
            }

            @Override
            boolean losesWhatComesAfter() {
                return true;
            }
        },
        LEAST_COST_OF_THE_MERGER(Merger.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                var merger = new Merger<Crew.Answer>() {
                    @Override
                    public Merged<Crew.Answer> merge(MergeInput input, MergeTerms terms) {
                        throw new AssertionError("it is never asked");
                    }

                    @Override
                    public Money leastCost(ModelPools pools, Limits limits) {
                        return test.strike();
                    }
                };
                return test.plannedGoal(
                        test.coordinator(test.model.pools()),
                        Goal.of("Take notes", Crew.Answer.class).mergedBy(merger));
            }

            @Override
            boolean losesWhatComesAfter() {
                return true;
            }
        },
        PLAN_REVIEW(PlanReview.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.planned(test.coordinator(test.model.pools()).review(proposed -> test.strike()));
            }

            @Override
            boolean losesWhatComesAfter() {
                return true;
            }
        },
        TIER_POLICY(TierPolicy.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                SubtaskType<Topic, Note> choice = NOTE.between(Tier.NANO, Tier.MINI);
                Planner planner = (request, intake) -> {
                    intake.offer(PlannedSubtask.of("fine", FINE, new Topic("fine")));
                    intake.offer(PlannedSubtask.of("choice", choice, new Topic("choice")));
                };
                test.model.on(choice).replies(new Note("chosen"));
                return test.coordinator(test.model.pools())
                        .planner(planner)
                        .tierPolicy(proposal -> test.strike())
                        .plansWith(FINE, choice)
                        .build()
                        .run(
                                Goal.of("Take notes", Crew.Answer.class)
                                        .mergedBy(Mergers.of(input -> new Crew.Answer("merged"))),
                                BUDGET);
            }
        },
        MERGER(Merger.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.plannedGoal(
                        test.coordinator(test.model.pools()),
                        Goal.of("Take notes", Crew.Answer.class).mergedBy((input, terms) -> test.strike()));
            }
        },
        GOAL_RULE(java.util.function.Predicate.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.plannedGoal(
                        test.coordinator(test.model.pools()).replanning(1),
                        Goal.of("Take notes", Crew.Answer.class)
                                .mergedBy(Mergers.of(input -> new Crew.Answer("merged")))
                                .accept("rule", answer -> test.strike()));
            }
        },
        ANSWER_LISTENER(AnswerListener.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                test.model.onMerge().repliesText(Crew.merged("fine"));
                return test.plannedGoal(
                        test.coordinator(test.model.pools()),
                        Goal.of("Take notes", Crew.Answer.class)
                                .mergedBy(Mergers.synthesis(Crew.Answer.class).streamingTo(text -> test.strike())));
            }
        },
        BULK_KEY(java.util.function.Function.class) {
            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.bulk(
                        bulk -> bulk.keyedBy(topic -> topic.name().equals("fine") ? "fine" : test.strike()),
                        Stream.of(new Topic("fine"), new Topic("struck")),
                        item -> {});
            }
        },
        BULK_STREAM(java.util.stream.Stream.class) {
            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.bulk(
                        bulk -> bulk.keyedBy(Topic::name),
                        Stream.of(new Topic("fine"), new Topic("struck"))
                                .map(topic -> topic.name().equals("fine") ? topic : test.strike()),
                        item -> {});
            }
        },
        BULK_CONSUMER(java.util.function.Consumer.class) {
            @Override
            boolean runsOnTheDriver() {
                return true;
            }

            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.bulk(
                        bulk -> bulk.keyedBy(Topic::name), Stream.of(new Topic("first"), new Topic("fine")), item -> {
                            if (item.key().equals("first")) {
                                test.awaitTheEndOfFine();
                                test.strike();
                            }
                        });
            }
        },
        CACHE_FINDING(OutcomeCache.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.cached(new OutcomeCache() {
                    @Override
                    public Optional<Hit> find(Fingerprint work) {
                        return test.strike();
                    }

                    @Override
                    public void keep(Fingerprint work, CachedOutcome outcome) {}
                });
            }
        },
        CACHE_KEEPING(OutcomeCache.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.cached(new OutcomeCache() {
                    @Override
                    public Optional<Hit> find(Fingerprint work) {
                        return Optional.empty();
                    }

                    @Override
                    public void keep(Fingerprint work, CachedOutcome outcome) {
                        test.strike();
                    }
                });
            }
        },
        JOURNAL_APPENDING(Journal.class) {
            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.recorded(StruckJournal.appending("struck", test::strike));
            }
        },
        JOURNAL_SUBMITTING(Journal.class) {
            @Override
            boolean runsOnTheDriver() {
                return true;
            }

            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.recorded(StruckJournal.submitting("failing", test::strike));
            }
        },
        JOURNAL_READING(Journal.class) {
            @Override
            boolean runsOnTheDriver() {
                return true;
            }

            @Override
            RunResult<?> run(CallbacksTest test) throws InterruptedException {
                return test.recorded(StruckJournal.reading("struck", test::strike));
            }
        },
        JOURNAL_CLAIMING(Journal.class) {
            @Override
            boolean runsOnTheDriver() {
                return true;
            }

            @Override
            boolean losesWhatComesAfter() {
                return true;
            }

            @Override
            Seen see(CallbacksTest test) throws Exception {
                long began = test.clock.nanoTime();
                try {
                    return new Seen(
                            Duration.ZERO,
                            test.recorded(StruckJournal.claiming(test::strike))
                                    .report()
                                    .outcomes());
                } catch (UnrecordedException typed) {
                    return new Seen(Duration.ofNanos(test.clock.nanoTime() - began), Map.of());
                }
            }
        },
        BATCH_LIMITS(BatchClient.class) {
            @Override
            boolean losesWhatComesAfter() {
                return true;
            }

            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.batched(new StruckBatches(StruckBatches.Step.LIMITS, test.striking()));
            }
        },
        BATCH_LINE(BatchClient.class) {
            @Override
            boolean losesWhatComesAfter() {
                return true;
            }

            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.batched(new StruckBatches(StruckBatches.Step.LINE, test.striking()));
            }
        },
        BATCH_UPLOADING(BatchClient.class) {
            @Override
            boolean holdsUpTheOthers() {
                return true;
            }

            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.batched(new StruckBatches(StruckBatches.Step.UPLOAD, test.striking()));
            }
        },
        BATCH_CREATING(BatchClient.class) {
            @Override
            boolean holdsUpTheOthers() {
                return true;
            }

            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.batched(new StruckBatches(StruckBatches.Step.CREATE, test.striking()));
            }
        },
        BATCH_LISTING(BatchClient.class) {
            @Override
            boolean holdsUpTheOthers() {
                return true;
            }

            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.batched(new StruckBatches(StruckBatches.Step.LIST, test.striking()));
            }
        },
        BATCH_DISCARDING(BatchClient.class) {
            @Override
            boolean holdsUpTheOthers() {
                return true;
            }

            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.batched(new StruckBatches(StruckBatches.Step.DISCARD, test.striking()));
            }
        },
        BATCH_RETRIEVING(BatchClient.class) {
            @Override
            boolean holdsUpTheOthers() {
                return true;
            }

            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.batched(new StruckBatches(StruckBatches.Step.RETRIEVE, test.striking()));
            }
        },
        BATCH_READING(BatchClient.class) {
            @Override
            boolean holdsUpTheOthers() {
                return true;
            }

            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.batched(new StruckBatches(StruckBatches.Step.READ, test.striking()));
            }
        },
        BATCH_CANCELLING(BatchClient.class) {
            @Override
            boolean holdsUpTheOthers() {
                return true;
            }

            @Override
            Seen see(CallbacksTest test) throws Exception {
                return test.batched(new StruckBatches(StruckBatches.Step.CANCEL, test.striking()));
            }
        };

        private static final ToolSpec SPEC = new ToolSpec(
                "tool", "A tool.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");

        final Class<?> type;

        Callback(Class<?> type) {
            this.type = type;
        }

        /** Whether it is called where the run itself is driven: it must not block there, see ADR 18: listeners, edges and clocks. */
        boolean runsOnTheDriver() {
            return false;
        }

        /** Whether nothing has ended yet when it is called, so that there is no other outcome. */
        boolean losesWhatComesAfter() {
            return false;
        }

        /** Whether the run waits for it, though no longer than it has time: nobody hears of the others before. */
        boolean holdsUpTheOthers() {
            return false;
        }

        private static Topic awaited(CountDownLatch latch, Topic topic) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return topic;
        }

        RunResult<?> run(CallbacksTest test) throws InterruptedException {
            throw new AssertionError("not a run of a graph or goal");
        }

        Seen see(CallbacksTest test) throws Exception {
            RunResult<?> result = run(test);
            return new Seen(result.report().elapsed(), result.report().outcomes());
        }

        private static SubtaskType<Topic, Note> code(String name, Worker<Topic, Note> worker) {
            return SubtaskType.code(name, Topic.class, Note.class, worker);
        }
    }

    private static final SubtaskType<Topic, Note> FINE =
            SubtaskType.code("fine", Topic.class, Note.class, (topic, context) -> new Note("fine"));

    private final ScriptedModel model = new ScriptedModel();
    private final TestClock clock = new TestClock();
    private final Gate never = new Gate();
    private final AtomicBoolean enough = new AtomicBoolean();
    private final CountDownLatch struck = new CountDownLatch(1);
    private final CountDownLatch othersEnded = new CountDownLatch(1);
    private volatile Fault fault = Fault.RETURNS_NULL;

    @AfterEach
    void letGo() {
        enough.set(true);
        never.open();
    }

    static Stream<Arguments> cases() {
        return Arrays.stream(Callback.values())
                .flatMap(callback -> Arrays.stream(Fault.values())
                        .filter(fault -> !fault.isEndless() || !callback.runsOnTheDriver())
                        .map(fault -> Arguments.of(callback, fault)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void callback_thatMisbehaves_leavesTheResult(Callback callback, Fault how) throws Exception {
        fault = how;
        var run = new FutureTask<Seen>(() -> callback.see(this));
        Thread.ofPlatform().daemon().start(run);
        if (how.isEndless()) {
            assertThat(struck.await(60, TimeUnit.SECONDS)).as("it was called").isTrue();
            if (!callback.losesWhatComesAfter() && !callback.holdsUpTheOthers()) {
                assertThat(othersEnded.await(60, TimeUnit.SECONDS))
                        .as("the others ended")
                        .isTrue();
            }
            passTime(run, callback.holdsUpTheOthers() ? 10 : 5);
        }

        Seen seen = run.get(60, TimeUnit.SECONDS);

        assertThat(seen.elapsed()).isLessThan(DEADLINE.plusSeconds(1));
        if (!callback.losesWhatComesAfter()) {
            assertThat(seen.outcomes().get("fine")).isEqualTo(new Outcome.Succeeded<>(new Note("fine")));
        }
    }

    // --- the log

    private static final String CASE = "case ";
    private static final String WARNING = " threw; further exceptions of this class from it are logged at DEBUG";

    @Test
    void callback_thatThrows_isLoggedWithItsTraceOnce() throws Exception {
        var warnings = new TreeMap<String, Integer>();
        var traces = new TreeSet<String>();
        String callback = "";
        for (String line : LogsTest.logged(CallbacksTest.class)) {
            if (line.startsWith(CASE)) {
                callback = line.substring(CASE.length());
                warnings.put(callback, 0);
            } else if (line.startsWith("WARN ") && line.endsWith(WARNING)) {
                warnings.merge(callback, 1, Integer::sum);
            } else if (line.contains("at dev.cadre.testing.CallbacksTest.strike(")) {
                traces.add(callback);
            }
        }

        assertThat(warnings).hasSize(Callback.values().length);
        assertThat(warnings.entrySet()).allMatch(each -> each.getValue() == 1);
        assertThat(traces).isEqualTo(warnings.keySet());
    }

    /** Lets every callback throw; for a process of its own. */
    public static void main(String[] args) throws Exception {
        for (Callback callback : Callback.values()) {
            System.out.println(CASE + callback);
            var test = new CallbacksTest();
            test.fault = Fault.THROWS_RUNTIME;
            callback.see(test);
        }
    }

    /** Lets the time of the run pass until it is back; with ten ticks as fast as real time, in which threads end. */
    private void passTime(FutureTask<?> run, int ticksForATenth) throws Exception {
        clock.advance(DEADLINE);
        for (int ticks = 0; ticks < 2_000; ticks++) {
            try {
                run.get(10, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException yet) {
                if (ticks % ticksForATenth == ticksForATenth - 1) {
                    clock.advance(Duration.ofMillis(100));
                }
            }
        }
        throw new AssertionError("the run is not back");
    }

    // --- the scenes

    private Coordinator.Builder coordinator(ModelPools pools) {
        return Coordinator.builder(pools)
                .clock(clock)
                .limits(Limits.DEFAULT
                        .withDeadline(DEADLINE)
                        .withTools(new Limits.ToolLimits(20, 50, 1_000, Duration.ofMillis(100))))
                .listener(event -> {
                    if (event instanceof RunEvent.SubtaskEnded ended
                            && ended.subtaskId().equals("fine")) {
                        othersEnded.countDown();
                    }
                });
    }

    /** An optional subtask of this type beside one that is fine. */
    private RunResult<Note> beside(SubtaskType<Topic, Note> type, ModelPools pools) throws InterruptedException {
        var graph = TaskGraph.builder();
        var fine = graph.add("fine", FINE, new Topic("fine"));
        graph.optional(graph.add("struck", type, new Topic("struck")));
        return coordinator(pools).build().run(graph.answering(fine), BUDGET);
    }

    private interface Addition {
        SubtaskRef<?> to(TaskGraph.Builder graph, SubtaskRef<Note> fine);
    }

    /** An optional subtask that depends on one that is fine. */
    private RunResult<Note> beyond(Addition addition) throws InterruptedException {
        var graph = TaskGraph.builder();
        var fine = graph.add("fine", FINE, new Topic("fine"));
        graph.optional(addition.to(graph, fine));
        return coordinator(model.pools()).build().run(graph.answering(fine), BUDGET);
    }

    private RunResult<Note> withTool(Tool tool) throws InterruptedException {
        SubtaskType<Topic, Note> tooled = NOTE.tools(tool);
        model.on(tooled).calls(new ToolCall("1", "tool", "{}")).replies(new Note("with it"));
        return beside(tooled, model.pools());
    }

    private RunResult<?> planned(Coordinator.Builder coordinator) throws InterruptedException {
        model.onMerge().repliesText(Crew.merged("merged"));
        return plannedGoal(coordinator, Goal.of("Take notes", Crew.Answer.class));
    }

    private RunResult<?> plannedGoal(Coordinator.Builder coordinator, Goal<?> goal) throws InterruptedException {
        model.onPlan().replies(plan(plannedNote("fine")));
        model.on(NOTE).replies(new Note("fine"));
        return coordinator.plansWith(NOTE).build().run(goal, BUDGET);
    }

    private interface Setting {
        Bulk<Topic, Note> of(Bulk<Topic, Note> bulk);
    }

    /** The thread of the item that is fine. */
    private final CompletableFuture<Thread> fine = new CompletableFuture<>();

    private void awaitTheEndOfFine() {
        try {
            fine.get().join();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** What the consumer was given of a bulk, and what the exception has that it was not given. */
    private Seen bulk(Setting setting, Stream<Topic> topics, Consumer<BulkItem<Note>> each)
            throws InterruptedException {
        SubtaskType<Topic, Note> type = SubtaskType.code("fine", Topic.class, Note.class, (topic, context) -> {
            if (topic.name().equals("fine")) {
                fine.complete(Thread.currentThread());
            } else if (topic.name().equals("first")) {
                fine.get();
            }
            return new Note(topic.name());
        });
        var outcomes = new HashMap<String, Outcome<?>>();
        long began = clock.nanoTime();
        try {
            setting.of(coordinator(model.pools()).build().bulk(type)).run(topics, BUDGET, item -> {
                each.accept(item);
                outcomes.put(item.key(), item.outcome());
            });
            assertThat(fault.isEndless() || fault == Fault.RETURNS_NULL).isTrue();
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable thrown) {
            assertThat(thrown).isSameAs(struckWith.get() == null ? thrown : struckWith.get());
            NotHandedOverException.items(thrown).forEach(item -> outcomes.put(item.key(), item.outcome()));
        }
        return new Seen(Duration.ofNanos(clock.nanoTime() - began), outcomes);
    }

    /** An optional subtask that takes part in a cache beside one that does not. */
    private RunResult<Note> cached(OutcomeCache cache) throws InterruptedException {
        model.on(NOTE).replies(new Note("noted"));
        var graph = TaskGraph.builder();
        var one = graph.add("fine", FINE, new Topic("fine"));
        graph.optional(graph.add("struck", NOTE, new Topic("struck")));
        return coordinator(model.pools()).build().cache(cache).run(graph.answering(one), BUDGET);
    }

    /** Three subtasks of a graph one after another, the last of which fails, with a journal of a user's own. */
    private RunResult<Note> recorded(Journal journal) throws InterruptedException {
        var graph = TaskGraph.builder();
        var first = graph.add("fine", FINE, new Topic("fine"));
        var then = graph.add("struck", FINE, Input.from(first, note -> new Topic(note.text())));
        SubtaskType<Topic, Note> failing =
                SubtaskType.code("failing", Topic.class, Note.class, (topic, context) -> nothing());
        graph.optional(graph.add("failing", failing, Input.from(then, note -> new Topic(note.text()))));
        return coordinator(model.pools()).build().journal(journal).run(graph.answering(first), BUDGET);
    }

    /** Two items of a bulk, each a batch; the second one meets the fault. */
    private Seen batched(StruckBatches client) throws InterruptedException {
        var outcomes = new HashMap<String, Outcome<?>>();
        Journal journal = StruckJournal.remembering((key, outcome) -> outcomes.put(
                key.subtask(), new Outcome.Succeeded<>(NOTE.outputType().read(outcome))));
        var jumping = new JumpingClock(clock);
        try {
            Coordinator.builder(ModelPools.of(ModelPool.of(client, "gpt-5.4-nano")))
                    .clock(jumping)
                    .build()
                    .bulk(NOTE)
                    .keyedBy(Topic::name)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(Stream.of(new Topic("fine"), new Topic("struck")), BUDGET.within(DEADLINE), item -> {
                        outcomes.put(item.key(), item.outcome());
                        if (item.key().equals("fine")) {
                            othersEnded.countDown();
                        }
                    });
        } catch (ModelException typed) {
            // what has ended is on record
        }
        return new Seen(Duration.ofNanos(jumping.nanoTime()), outcomes);
    }

    /** Passes as far as anybody waits, and as the test says. */
    static final class JumpingClock implements RunClock {
        private final RunClock test;
        private long now;

        JumpingClock(RunClock test) {
            this.test = test;
        }

        @Override
        public synchronized long nanoTime() {
            now = Math.max(now, test.nanoTime());
            return now;
        }

        @Override
        public synchronized <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) {
            T element = queue.poll();
            now = element == null ? Math.max(now, untilNanos) : now;
            return element;
        }
    }

    private StruckBatches.Strike striking() {
        return new StruckBatches.Strike() {
            @Override
            public <T> T strike() {
                return CallbacksTest.this.strike();
            }
        };
    }

    // --- the faults

    private <T> T strike() {
        struck.countDown();
        return switch (fault) {
            case THROWS_CHECKED -> throw thrown(new IOException("disk full"));
            case THROWS_RUNTIME -> throw thrown(new IllegalStateException("broken"));
            case THROWS_LINKAGE_ERROR -> throw thrown(new NoSuchMethodError("of another version"));
            case THROWS_STACK_OVERFLOW -> throw thrown(new StackOverflowError());
            case THROWS_OUT_OF_MEMORY -> throw thrown(new OutOfMemoryError("by hand"));
            case THROWS_HOSTILE -> throw thrown(new Hostile());
            case RETURNS_NULL -> nothing();
            case BLOCKS -> {
                never.awaitUninterruptibly();
                yield nothing();
            }
            case COMPUTES -> {
                while (!enough.get()) {
                    Thread.onSpinWait();
                }
                yield nothing();
            }
        };
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    private final AtomicReference<Throwable> struckWith = new AtomicReference<>();

    private RuntimeException thrown(Throwable thrown) {
        struckWith.set(thrown);
        throw CallbacksTest.<RuntimeException>sneaky(thrown);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private final class Counting implements ModelClient, InputCounter {
        @Override
        public ModelReply call(ModelRequest request, CallContext context) {
            throw new ModelException.InvalidRequest("no reply", 400);
        }

        @Override
        public long count(ModelRequest request, CallContext context) {
            return CallbacksTest.this.<Long>strike();
        }
    }

    /** Is fine until the run waits for its first subtask. */
    private final class BreakingClock implements RunClock {
        @Override
        public long nanoTime() {
            return clock.nanoTime();
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
            if (fault == Fault.RETURNS_NULL) {
                return queue.take(); // null says that the time is up: it has no other wrong answer
            }
            return strike();
        }
    }

    // --- the list

    /** What the API takes beside the callbacks above, and why it is not among them. */
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("AttemptListener", "for parts that call a pool; a run's own"),
            Map.entry("Three", "an edge: EDGE"),
            Map.entry("RecordStore", "below a journal: the callbacks JOURNAL_… and StoredJournalTest"),
            Map.entry("Visitor", "called, not implemented, by users"),
            Map.entry("Claim", "called, not implemented, by users"),
            Map.entry("MinSuccess", "made by Input from a number"),
            Map.entry("Outputs", "called, not implemented, by users"),
            Map.entry("Watch", "called, not implemented, by users"),
            Map.entry("BudgetRecord", "a run's own record"),
            Map.entry("BudgetStore", "called by the thread of a shared budget, outside of runs: SharedBudgetTest"),
            Map.entry("BudgetRows", "called by the books, for a store: BooksTest"),
            Map.entry("LimitStore", "called by the thread of shared limits, outside of runs: SharedLimitsTest"),
            Map.entry("ShareRows", "called by the books, for a store: ShareBooksTest"),
            Map.entry("MergeParts", "a run's own, given to a merger"),
            Map.entry("Part", "a run's own, given to a merger"),
            Map.entry("Entry", "of a run's own record"),
            Map.entry("Bulks", "the coordinator's own, given to an eval"),
            Map.entry("Scorer", "called by an eval between its runs, on the caller's thread: EvalRunTest"));

    @Test
    void everyInterfaceOfTheApi_thatCodeOfUsersMayBe_isListed() throws Exception {
        Set<String> listed = new TreeSet<>(ELSEWHERE.keySet());
        for (Callback callback : Callback.values()) {
            if (callback.type.getName().startsWith("dev.cadre.")) {
                listed.add(callback.type.getSimpleName());
            }
        }

        var found = new TreeSet<String>();
        typesOfTheApi().stream().filter(CallbacksTest::isCallback).forEach(type -> found.add(type.getSimpleName()));
        assertThat(found).isEqualTo(listed);
    }

    /** The methods of the API that take functions of the JDK, and which callback that is, or why it is none of a run. */
    private static final Map<String, String> FUNCTIONS = Map.ofEntries(
            Map.entry("NestedRun.goal", "NESTED_COORDINATOR, and the same as NESTED_GRAPH"),
            Map.entry("NestedRun.graph", "NESTED_COORDINATOR, NESTED_GRAPH"),
            Map.entry("SubtaskType.accept", "ACCEPT_RULE"),
            Map.entry("Goal.accept", "GOAL_RULE"),
            Map.entry("PlanIntake.tiersBy", "a run's own"),
            Map.entry("SubtaskType.attaching", "ATTACHMENTS"),
            Map.entry("Tool.stateful", "TOOL_OPENING"),
            Map.entry("McpApproval.by", "a rule that a tool calls: TOOL"),
            Map.entry("Input.from", "EDGE"),
            Map.entry("Input.fromAll", "EDGE"),
            Map.entry("Input.forEach", "FAN_OUT"),
            Map.entry("Input.forEachOf", "FAN_OUT"),
            Map.entry("Builder.when", "CONDITION"),
            Map.entry("Builder.repeat", "CONDITION; the rounds are added on the caller's thread"),
            Map.entry("Mergers.collect", "MERGER"),
            Map.entry("Mergers.dedupe", "MERGER"),
            Map.entry("Mergers.firstGood", "MERGER"),
            Map.entry("Mergers.majority", "MERGER"),
            Map.entry("Mergers.vote", "MERGER"),
            Map.entry("Ballot.withAbstention", "MERGER"),
            Map.entry("Ballot.withWeight", "MERGER"),
            Map.entry("Mergers.of", "MERGER"),
            Map.entry("Mergers.rankFusion", "MERGER"),
            Map.entry("PlanIntake.recordTo", "a run's own"),
            Map.entry("PlanIntake.masking", "a run's own"),
            Map.entry("PlanIntake.streamed", "a run's own"),
            Map.entry("PlanIntake.whole", "a run's own"),
            Map.entry("CallTerms.withText", "for whoever calls a pool, such as a planner: PLANNER"),
            Map.entry("CallTerms.withCancelled", "the same"),
            Map.entry("BatchClient.list", "a run's own, given to the client"),
            Map.entry("BatchClient.read", "a run's own, given to the client"),
            Map.entry("NamedGraph.of", "called before any run, on the caller's thread, and by engines"),
            Map.entry("NamedGoal.of", "called before any run, on the caller's thread, and by engines"),
            Map.entry("EngineRung.perform", "an engine's own"),
            Map.entry("EnginePlanning.perform", "an engine's own"),
            Map.entry("EngineMerge.perform", "an engine's own"),
            Map.entry("ModelPools.decorated", "called before any run, on the caller's thread"),
            Map.entry("FileJournal.read", "called outside of runs, on the caller's thread"),
            Map.entry("Bulk.keyedBy", "BULK_KEY"),
            Map.entry("Bulk.run", "BULK_CONSUMER"),
            Map.entry(
                    "Sharing.withAlerts", "called by the thread of a shared budget, outside of runs: SharedBudgetTest"),
            Map.entry("Scorer.rule", "called by an eval between its runs, on the caller's thread: EvalRunTest"),
            Map.entry("ServerProbe.run", "called outside of runs, on the caller's thread"));

    @Test
    void everyFunctionThatTheApiTakes_isListed() throws Exception {
        var found = new TreeSet<String>();
        for (Class<?> type : typesOfTheApi()) {
            for (Method method : type.getDeclaredMethods()) {
                boolean isOfARun = method.getName().equals("maskedBy"); // made of ModelClient.masked: PartOfAKeyTest
                if (Modifier.isPublic(method.getModifiers())
                        && !isOfARun
                        && Arrays.stream(method.getParameterTypes())
                                .anyMatch(each -> each.getPackageName().equals("java.util.function"))) {
                    found.add(type.getSimpleName() + "." + method.getName());
                }
            }
        }

        assertThat(found).isEqualTo(new TreeSet<>(FUNCTIONS.keySet()));
    }

    private static List<Class<?>> typesOfTheApi() throws Exception {
        Path place = Path.of(Coordinator.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        if (Files.isDirectory(place)) {
            return typesIn(place);
        }
        try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + place.toUri()), Map.of())) {
            return typesIn(jar.getPath("/"));
        }
    }

    private static List<Class<?>> typesIn(Path root) throws Exception {
        Set<String> exported;
        try (InputStream descriptor = Files.newInputStream(root.resolve("module-info.class"))) {
            exported = ModuleDescriptor.read(descriptor).exports().stream()
                    .filter(each -> !each.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .collect(Collectors.toSet());
        }
        var types = new ArrayList<Class<?>>();
        try (Stream<Path> files = Files.walk(root.resolve("dev/cadre"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file).toString();
                String folder = name.substring(0, name.lastIndexOf('/')).replace('/', '.');
                if (!exported.contains(folder) || name.endsWith("-info.class")) {
                    continue;
                }
                String binaryName = name.substring(0, name.length() - ".class".length());
                Class<?> type = Class.forName(binaryName.replace('/', '.'), false, Coordinator.class.getClassLoader());
                if (isPublic(type)) {
                    types.add(type);
                }
            }
        }
        return types;
    }

    private static boolean isCallback(Class<?> type) {
        return type.isInterface()
                && !type.isAnnotation()
                && !type.isSealed()
                && Arrays.stream(type.getMethods()).map(Method::getModifiers).anyMatch(Modifier::isAbstract);
    }

    private static boolean isPublic(@Nullable Class<?> type) {
        return type == null || Modifier.isPublic(type.getModifiers()) && isPublic(type.getEnclosingClass());
    }
}
