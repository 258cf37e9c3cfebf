// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.Coordinator;
import dev.cadre.NamedGoal;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.schema.JsonType;
import dev.cadre.task.NamedGraph;
import dev.cadre.temporal.Graphs.Note;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A worker in a process of its own, which says what its model is asked, and after so many calls answers no more until it may. */
final class WorkerProcess implements AutoCloseable {
    static final Duration HEARTBEAT = Duration.ofSeconds(1);

    /** How many notes it makes at once. */
    static final int PARALLEL = 10;

    private final Process process;
    private final BufferedReader said;

    private WorkerProcess(Process process) {
        this.process = process;
        process.onExit().orTimeout(100, TimeUnit.SECONDS).whenComplete((ended, late) -> process.destroyForcibly());
        said = process.inputReader(StandardCharsets.UTF_8);
    }

    /** @param answered how many calls it answers before it holds all others */
    static WorkerProcess start(int port, int answered) throws IOException {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WorkerProcess.class.getName(),
                        Integer.toString(port),
                        Integer.toString(answered))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new WorkerProcess(process);
    }

    /** Waits until it says this so many times; false if it ends before. */
    boolean awaitSaid(String word, int times) throws IOException {
        int heard = 0;
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            heard += line.equals(word) ? 1 : 0;
            if (heard == times) {
                return true;
            }
        }
        return false;
    }

    /** Has it answer what it holds, and all that comes. */
    void release() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** By SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws IOException {
        int answered = Integer.parseInt(arguments[1]);
        WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget("127.0.0.1:" + arguments[0])
                .build());
        var calls = new AtomicInteger();
        var held = new CountDownLatch(1);
        ModelClient model = (request, context) -> {
            if (calls.incrementAndGet() > answered) {
                say("stuck");
                held.await();
            }
            say("answered");
            String reply = switch (context.purpose().kind()) {
                case PLAN -> Goals.plan(Goals.note("cats"), Goals.note("dogs"), Goals.shorten("short", "cats"));
                case MERGE -> Goals.answer("done");
                default -> JsonType.of(Note.class).write(new Note("a fact"));
            };
            return ModelReply.of(request.model(), reply, TokenUsage.of(100, 20));
        };
        List<NamedGraph<?, ?>> graphs = Graphs.ALL;
        var client = WorkflowClient.newInstance(stubs);
        Coordinator coordinator = Goals.coordinator(ModelPools.of(
                        ModelPool.of(model, "gpt-5.4"),
                        ModelPool.of(model, "gpt-5.4-mini"),
                        ModelPool.of(model, "gpt-5.4-nano")))
                .build();
        TemporalWorker.Builder rungs = TemporalWorker.builder(client, Cluster.QUEUE, coordinator)
                .graphs(graphs.toArray(NamedGraph<?, ?>[]::new))
                .goals(Goals.ALL.toArray(NamedGoal<?, ?>[]::new))
                .bulks(Graphs.NOTE)
                .heartbeat(HEARTBEAT)
                .parallelRungs(PARALLEL)
                .withoutDecisions();
        decider(client, rungs.registry()).start();
        rungs.build().start();
        say("ready");
        while (System.in.read() != -1) {
            held.countDown();
        }
        Runtime.getRuntime().halt(0); // whoever started it is gone
    }

    /**
     * Decides as a {@link TemporalWorker} does, but asks for no queue of its own. The test server leaves a decision in the
     * queue of a dead process for ever, where a cluster gives it to another one after five seconds.
     */
    static WorkerFactory decider(WorkflowClient client, Registry registry) {
        var factory = WorkerFactory.newInstance(
                client,
                WorkerFactoryOptions.newBuilder()
                        .setUsingVirtualWorkflowThreads(true)
                        .build());
        WorkerOptions shared = WorkerOptions.newBuilder()
                .setStickyQueueScheduleToStartTimeout(Duration.ZERO)
                .build();
        TemporalWorker.decides(factory.newWorker(Cluster.QUEUE, shared), registry, DecisionOrder.OF_MACHINE);
        return factory;
    }

    private static synchronized void say(String word) {
        System.out.println(word);
        System.out.flush();
    }
}
