// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.price.Money;
import dev.cadre.redact.Thrown;
import dev.cadre.task.NotApprovedException;
import dev.cadre.task.Tool;
import dev.cadre.task.ToolException;
import dev.cadre.task.WorkerContext;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One call of a tool on a thread of its own. */
final class ToolThread {
    private final RungCommand.ToolRun run;
    private final ToolSessions sessions;
    private final WorkerContext context;
    private final HeldLimits held = HeldLimits.here();
    private final String name;
    private final CodeThreads.Call thread;

    private volatile @Nullable ToolEnd end; // written by the tool's own thread

    /** Starts it. */
    ToolThread(CodeThreads threads, RungCommand.ToolRun run, ToolSessions sessions, WorkerContext context) {
        this.run = run;
        this.sessions = sessions;
        this.context =
                run.tool().spendingPerCall().map(most -> capped(context, most)).orElse(context);
        name = "cadre-tool:%s/%s/%s"
                .formatted(context.runId(), context.subtaskId(), run.tool().name());
        thread = threads.start(name, run.tool(), this::call); // last: it sees all of the above
    }

    private static WorkerContext capped(WorkerContext context, Money most) {
        return new WorkerContext(
                context.runId(),
                context.subtaskId(),
                context.timeout(),
                context.budget().cap(most),
                context.outer());
    }

    String name() {
        return name;
    }

    String tool() {
        return run.tool().name();
    }

    /** How the tool ended so far; empty if it has not. */
    Optional<ToolEnd> end() {
        return Optional.ofNullable(end);
    }

    boolean hasEnded() {
        return thread.hasEnded();
    }

    void interrupt() {
        thread.interrupt();
    }

    void leave() {
        thread.leave();
    }

    /** Waits for its end, at most until that reading of the clock; returns whether it has ended. */
    boolean join(long untilNanos) throws InterruptedException {
        return thread.join(Duration.ofNanos(untilNanos - System.nanoTime()));
    }

    private void call() {
        try {
            Tool.Shown shown = shown();
            end = new ToolEnd.Returned(shown.text(), shown.attachments());
        } catch (ToolException declined) {
            end = new ToolEnd.Declined(Thrown.message(declined));
        } catch (NotApprovedException refused) {
            end = new ToolEnd.NotApproved(Thrown.message(refused));
        } catch (Throwable broken) {
            end = new ToolEnd.Broke(broken);
        }
    }

    private Tool.Shown shown() throws Exception {
        return held.during(() -> sessions.of(run.tool()).call(run.call().arguments(), context));
    }
}
