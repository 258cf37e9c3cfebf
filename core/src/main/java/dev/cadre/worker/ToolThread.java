// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.Redactor;
import dev.cadre.task.Tool;
import dev.cadre.task.ToolException;
import dev.cadre.task.WorkerContext;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of a tool on a virtual thread. */
final class ToolThread {
    private static final Logger LOG = LoggerFactory.getLogger(ToolThread.class);

    private final RungCommand.ToolRun run;
    private final WorkerContext context;
    private final Thread thread;

    // written by the tool's own thread
    private volatile @Nullable ToolEnd end;
    private volatile boolean interrupted;

    private ToolThread(RungCommand.ToolRun run, WorkerContext context) {
        this.run = run;
        this.context = context;
        this.thread = Thread.ofVirtual()
                .name("cadre-tool:%s/%s/%s"
                        .formatted(
                                context.runId(), context.subtaskId(), run.tool().name()))
                .unstarted(this::call);
    }

    static ToolThread start(RungCommand.ToolRun run, WorkerContext context) {
        var started = new ToolThread(run, context);
        started.thread.start();
        return started;
    }

    String name() {
        return thread.getName();
    }

    /** How the tool ended so far; empty if it has not. */
    Optional<ToolEnd> end() {
        return Optional.ofNullable(end);
    }

    /** Whether the tool ended by an interrupt; nobody else's, if it was asked before {@link #interrupt}. */
    boolean wasInterrupted() {
        return interrupted;
    }

    boolean hasEnded() {
        return !thread.isAlive();
    }

    void interrupt() {
        thread.interrupt();
    }

    /** Waits for its end, at most until that reading of the clock; returns whether it has ended. */
    boolean join(long untilNanos) throws InterruptedException {
        return thread.join(Duration.ofNanos(untilNanos - System.nanoTime()));
    }

    private void call() {
        try {
            Tool.Shown shown = run.tool().call(run.call().arguments(), context);
            end = new ToolEnd.Returned(shown.text(), shown.attachments());
        } catch (ToolException declined) {
            end = new ToolEnd.Declined(String.valueOf(declined.getMessage()));
        } catch (InterruptedException interrupt) {
            interrupted = true;
        } catch (Exception | Error broken) {
            LOG.debug(
                    "tool '{}' of subtask '{}' failed: {}",
                    run.tool().name(),
                    context.subtaskId(),
                    broken.getClass().getName());
            LOG.trace("the tool's failure, which may quote a model", Redactor.SHAPES.clean(broken));
            end = new ToolEnd.Broke();
        }
    }
}
