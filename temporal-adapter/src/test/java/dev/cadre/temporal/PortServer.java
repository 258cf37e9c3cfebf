// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testserver.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** A test server on a port of this machine, for workers in processes of their own, and a client of it. */
record PortServer(int port, TestServer.PortBoundTestServer server, WorkflowServiceStubs stubs)
        implements AutoCloseable {
    static PortServer start() throws IOException {
        Cluster.quiet();
        int port = freePort();
        return new PortServer(
                port,
                TestServer.createPortBoundServer(port),
                WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                        .setTarget("127.0.0.1:" + port)
                        .build()));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** @param answered how many calls it answers before it holds all others */
    WorkerProcess worker(int answered) throws IOException {
        return WorkerProcess.start(port, answered);
    }

    TemporalCoordinator runs() {
        return TemporalCoordinator.of(client(), Cluster.QUEUE).plansWith(Goals.TYPES);
    }

    private WorkflowClient client() {
        return WorkflowClient.newInstance(stubs);
    }

    /** The last history of a run. */
    List<HistoryEvent> history(String id) {
        return client().fetchHistory(id).getHistory().getEventsList();
    }

    /** All histories of a run, the last one first. */
    List<HistoryEvent> histories(String id) {
        var all = new ArrayList<HistoryEvent>();
        List<HistoryEvent> one = history(id);
        while (true) {
            all.addAll(one);
            String before =
                    one.getFirst().getWorkflowExecutionStartedEventAttributes().getContinuedExecutionRunId();
            if (before.isEmpty()) {
                return all;
            }
            one = client().fetchHistory(id, before).getHistory().getEventsList();
        }
    }

    @Override
    public void close() {
        stubs.shutdownNow();
        server.close();
    }
}
