// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.Coordinator;
import dev.cadre.NamedGoal;
import dev.cadre.task.NamedGraph;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A Temporal server in this process, with a worker for all graphs of the tests. */
final class Cluster implements AutoCloseable {
    static final String QUEUE = "runs";

    /** The test server loses a channel each time it is closed. Held, because loggers are not otherwise. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    static void quiet() {
        GRPC.setLevel(Level.OFF);
    }

    final TestWorkflowEnvironment environment;
    private final List<TemporalWorker> workers = new ArrayList<>();

    Cluster() {
        this(WorkflowClientOptions.getDefaultInstance());
    }

    Cluster(WorkflowClientOptions options) {
        quiet();
        environment = TestWorkflowEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setWorkflowClientOptions(options)
                .setUseTimeskipping(false) // a worker that is silent is so in real time
                .registerSearchAttribute(
                        "CadreState", io.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .registerSearchAttribute(
                        "CadreSpentUsd", io.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE)
                .build());
    }

    TemporalWorker.Builder worker(Coordinator coordinator) {
        TemporalWorker.Builder builder = TemporalWorker.builder(environment.getWorkflowClient(), QUEUE, coordinator)
                .graphs(Graphs.ALL.toArray(NamedGraph<?, ?>[]::new))
                .goals(Goals.ALL.toArray(NamedGoal<?, ?>[]::new))
                .heartbeat(Duration.ofSeconds(2));
        try {
            return builder.bulks(Graphs.NOTE, Graphs.CAREFUL, Graphs.UPPER);
        } catch (IllegalStateException noModels) {
            return builder;
        }
    }

    /** With one worker that does everything. */
    static Cluster of(Coordinator coordinator) {
        var cluster = new Cluster();
        cluster.start(cluster.worker(coordinator));
        return cluster;
    }

    TemporalWorker start(TemporalWorker.Builder builder) {
        TemporalWorker worker = builder.build().start();
        workers.add(worker);
        return worker;
    }

    TemporalCoordinator runs() {
        return TemporalCoordinator.of(environment.getWorkflowClient(), QUEUE).plansWith(Goals.TYPES);
    }

    WorkflowExecutionHistory history(String id) {
        return environment.getWorkflowClient().fetchHistory(id);
    }

    /** All histories of a run, the first one first. */
    List<WorkflowExecutionHistory> histories(String id) {
        var all = new ArrayList<WorkflowExecutionHistory>();
        for (String run = ""; all.isEmpty() || !run.isEmpty(); run = before(all.getFirst())) {
            all.addFirst(
                    run.isEmpty()
                            ? history(id)
                            : environment.getWorkflowClient().fetchHistory(id, run));
        }
        return all;
    }

    private static String before(WorkflowExecutionHistory history) {
        return history.getHistory()
                .getEvents(0)
                .getWorkflowExecutionStartedEventAttributes()
                .getContinuedExecutionRunId();
    }

    long scheduledActivities(String id) {
        return history(id).getHistory().getEventsList().stream()
                .filter(event -> event.hasActivityTaskScheduledEventAttributes())
                .count();
    }

    @Override
    public void close() {
        workers.forEach(TemporalWorker::close);
        environment.close();
    }
}
