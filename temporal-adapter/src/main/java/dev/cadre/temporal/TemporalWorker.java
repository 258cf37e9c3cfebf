// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.Coordinator;
import dev.cadre.EngineRun;
import dev.cadre.NamedGoal;
import dev.cadre.bulk.Bulk;
import dev.cadre.model.Tier;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.SubtaskType;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A process's part in runs on a Temporal cluster: it decides, performs rungs, or both. Decisions are on the task queue of the
 * given name, rungs on one for each tier ({@code name-flagship}, {@code name-mini}, {@code name-nano}) and one for plain code
 * ({@code name-code}), so that fleets scale apart. Safe for use by many threads.
 */
public final class TemporalWorker implements AutoCloseable {
    private static final Duration LONGEST_HEARTBEAT_DELAY = Duration.ofMinutes(1);

    private final WorkerFactory factory;
    private final ActivityWork work = new ActivityWork();

    private TemporalWorker(Builder builder) {
        factory = WorkerFactory.newInstance(
                builder.client,
                WorkerFactoryOptions.newBuilder()
                        .setUsingVirtualWorkflowThreads(true)
                        .build());
        Registry registry = builder.registry();
        if (builder.isDeciding) {
            decides(factory.newWorker(builder.queue), registry, DecisionOrder.OF_MACHINE);
        }
        for (String queue : builder.rungQueues()) {
            factory.newWorker(queue, builder.options())
                    .registerActivitiesImplementations(new RungWork(registry, work), new GoalWork(registry, work));
        }
    }

    static void decides(Worker worker, Registry registry, DecisionOrder order) {
        worker.registerWorkflowImplementationFactory(
                Contract.RunWorkflow.class, () -> new GraphWorkflow(registry, order));
        worker.registerWorkflowImplementationFactory(Contract.BulkRunWorkflow.class, () -> new BulkWorkflow(registry));
    }

    /**
     * A worker for runs of a task queue.
     *
     * @param queue the name that {@link TemporalCoordinator} is given, too
     * @param coordinator performs the rungs and knows prices and limits; without a journal and an outcome cache, because the
     *     history is the record. The caller closes its pools
     * @throws IllegalArgumentException if it has one of them
     */
    public static Builder builder(WorkflowClient client, String queue, Coordinator coordinator) {
        return new Builder(client, queue, coordinator);
    }

    /** Begins to take tasks. Does not block. */
    public TemporalWorker start() {
        factory.start();
        return this;
    }

    /**
     * Takes no more tasks and interrupts the rungs under way, which report what they have spent and are begun again by another
     * worker. Waits for them for at most five seconds.
     */
    @Override
    public void close() {
        factory.suspendPolling();
        work.close();
        factory.shutdown();
        factory.awaitTermination(5, TimeUnit.SECONDS);
        factory.shutdownNow();
    }

    /** Configures a {@link TemporalWorker}. Not safe for use by many threads. */
    public static final class Builder {
        private static final int MOST_PARALLEL = 200;

        private final WorkflowClient client;
        private final String queue;
        private final Coordinator coordinator;
        private final Map<String, NamedGraph<?, ?>> graphs = new LinkedHashMap<>();
        private final Map<String, NamedGoal<?, ?>> goals = new LinkedHashMap<>();
        private final Map<String, Bulk<?, ?>> bulks = new LinkedHashMap<>();
        private final Set<Tier> tiers = EnumSet.allOf(Tier.class);
        private boolean isDeciding = true;
        private boolean isPerformingCode = true;
        private Duration heartbeat = Duration.ofSeconds(10);
        private int parallel = MOST_PARALLEL;

        private Builder(WorkflowClient client, String queue, Coordinator coordinator) {
            EngineRun.requireBare(coordinator);
            this.client = client;
            this.queue = queue;
            this.coordinator = coordinator;
        }

        /**
         * Registers graphs; default none. Every worker of the queue should have the same. A run keeps the version that it was
         * started with: an earlier one must stay registered while such runs go on.
         *
         * @throws IllegalArgumentException if one of this name and version is registered already
         */
        public Builder graphs(NamedGraph<?, ?>... added) {
            for (NamedGraph<?, ?> graph : added) {
                if (graphs.putIfAbsent(Registry.key(graph.name(), graph.version()), graph) != null) {
                    throw new IllegalArgumentException("%s is registered already".formatted(graph));
                }
            }
            return this;
        }

        /**
         * Registers goals; default none. Their subtask types and their planner are those of the coordinator. As for {@link
         * #graphs}.
         *
         * @throws IllegalArgumentException if one of this name and version is registered already
         */
        public Builder goals(NamedGoal<?, ?>... added) {
            for (NamedGoal<?, ?> goal : added) {
                if (goals.putIfAbsent(Registry.key(goal.name(), goal.version()), goal) != null) {
                    throw new IllegalArgumentException("%s is registered already".formatted(goal));
                }
            }
            return this;
        }

        /**
         * Registers subtask types for {@linkplain TemporalCoordinator#bulk bulk runs}, by their names; default none. Every
         * worker of the queue should have the same.
         *
         * @throws IllegalArgumentException if one of this name is registered already
         * @throws IllegalStateException if the coordinator cannot run it, such as for want of a model
         */
        public Builder bulks(SubtaskType<?, ?>... added) {
            for (SubtaskType<?, ?> type : added) {
                if (bulks.putIfAbsent(type.name(), coordinator.bulk(type)) != null) {
                    throw new IllegalArgumentException(
                            "a bulk of subtask type '%s' is registered already".formatted(type.name()));
                }
            }
            return this;
        }

        /**
         * The tiers whose work it performs; default all. Goals are planned where tier FLAGSHIP is, and merged where MINI is;
         * mergers in plain code are where plain code is.
         */
        public Builder tiers(Tier... performed) {
            tiers.clear();
            tiers.addAll(List.of(performed));
            return this;
        }

        /** Performs no plain code; by default it does. */
        public Builder withoutCode() {
            isPerformingCode = false;
            return this;
        }

        /** Performs rungs only, and decides nothing; by default it does both. */
        public Builder withoutDecisions() {
            isDeciding = false;
            return this;
        }

        /**
         * How long a worker may be silent until its rungs are lost. It is heard of four times as often, which is also how long
         * a cancel may take to reach a rung. Default 10 seconds; the same for all workers of a queue.
         *
         * @throws IllegalArgumentException if it is less than 100 milliseconds or more than a minute
         */
        public Builder heartbeat(Duration longest) {
            if (longest.toMillis() < 100 || longest.compareTo(LONGEST_HEARTBEAT_DELAY) > 0) {
                throw new IllegalArgumentException(
                        "a worker may be silent for 100 milliseconds to a minute, not " + longest);
            }
            heartbeat = longest;
            return this;
        }

        /** How many rungs of each queue it performs at once; default 200. Limits of models are those of the pools. */
        public Builder parallelRungs(int most) {
            parallel = most;
            return this;
        }

        Registry registry() {
            return new Registry(coordinator, graphs, goals, bulks, queue, heartbeat);
        }

        private List<String> rungQueues() {
            var queues = new ArrayList<String>();
            tiers.forEach(tier -> queues.add(Queues.of(queue, tier)));
            if (isPerformingCode) {
                queues.add(Queues.ofCode(queue));
            }
            return queues;
        }

        private WorkerOptions options() {
            return WorkerOptions.newBuilder()
                    .setMaxConcurrentActivityExecutionSize(parallel)
                    .setMaxHeartbeatThrottleInterval(heartbeat.dividedBy(ActivityWork.PULSES))
                    .build();
        }

        /** Makes the worker, which takes no task before it is {@linkplain TemporalWorker#start started}. */
        public TemporalWorker build() {
            return new TemporalWorker(this);
        }
    }
}
