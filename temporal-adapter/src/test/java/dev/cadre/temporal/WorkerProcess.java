// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.Coordinator;
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
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A worker in a process of its own, which says what its model is asked, and after so many calls answers no more. */
final class WorkerProcess implements AutoCloseable {
    static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private final Process process;
    private final BufferedReader said;

    private WorkerProcess(Process process) {
        this.process = process;
        process.onExit().orTimeout(60, TimeUnit.SECONDS).whenComplete((ended, late) -> process.destroyForcibly());
        said = process.inputReader(StandardCharsets.UTF_8);
    }

    /** @param answered how many calls it answers before it hangs */
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

    /** By SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws InterruptedException {
        int answered = Integer.parseInt(arguments[1]);
        WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget("127.0.0.1:" + arguments[0])
                .build());
        var calls = new AtomicInteger();
        var forever = new CountDownLatch(1);
        ModelClient model = (request, context) -> {
            if (calls.incrementAndGet() > answered) {
                say("stuck");
                forever.await();
            }
            say("answered");
            return ModelReply.of(
                    request.model(), JsonType.of(Note.class).write(new Note("a fact")), TokenUsage.of(100, 20));
        };
        List<NamedGraph<?, ?>> graphs = Graphs.ALL;
        TemporalWorker.builder(
                        WorkflowClient.newInstance(stubs),
                        Cluster.QUEUE,
                        Coordinator.of(ModelPools.of(ModelPool.of(model, "gpt-5.4-nano"))))
                .graphs(graphs.toArray(NamedGraph<?, ?>[]::new))
                .heartbeat(HEARTBEAT)
                .parallelRungs(10)
                .build()
                .start();
        say("ready");
        forever.await();
    }

    private static synchronized void say(String word) {
        System.out.println(word);
        System.out.flush();
    }
}
