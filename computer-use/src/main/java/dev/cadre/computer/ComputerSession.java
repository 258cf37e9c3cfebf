// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import dev.cadre.task.NotApprovedException;
import dev.cadre.task.Tool;
import dev.cadre.task.ToolSession;
import dev.cadre.task.WorkerContext;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One rung's screen: opened when it is first used, one turn at a time. */
final class ComputerSession implements ToolSession {
    private static final Logger LOG = LoggerFactory.getLogger(ComputerSession.class);

    private final Environment.Source source;
    private final ApprovalRule rule;
    private final ScreenshotFiles files;
    private final BiFunction<Object, Screenshots, Object> completion;
    private final ReentrantLock turn = new ReentrantLock();

    // written under the lock of opening, which nobody holds while the screen works
    private final Object opening = new Object();
    private @Nullable Environment environment;
    private boolean closed;

    /** The latest picture, and so the size of the screen; written and read under the lock of a turn. */
    private @Nullable Screenshot seen;

    ComputerSession(
            Environment.Source source,
            ApprovalRule rule,
            ScreenshotFiles files,
            BiFunction<Object, Screenshots, Object> completion) {
        this.source = source;
        this.rule = rule;
        this.files = files;
        this.completion = completion;
    }

    @Override
    public Tool.Shown call(String arguments, WorkerContext context) throws Exception {
        ActionReader.Ask ask = ActionReader.read(arguments);
        turn.lockInterruptibly();
        try {
            Environment screen = screen(context);
            String report = ask.defect().isEmpty() ? perform(ask, screen) : unread(ask);
            Screenshot after = look(screen);
            files.after(after, context);
            return new Tool.Shown(report, List.of(after.attachment()));
        } finally {
            turn.unlock();
        }
    }

    @Override
    public Object completed(Object output) {
        return completion.apply(output, files.all());
    }

    @Override
    public void close() {
        Environment open;
        synchronized (opening) {
            closed = true;
            open = environment;
        }
        if (open != null) {
            open.close();
        }
    }

    private Environment screen(WorkerContext context) throws Exception {
        synchronized (opening) {
            if (environment != null) {
                return environment;
            }
        }
        Environment opened = source.open();
        boolean late;
        synchronized (opening) {
            environment = opened;
            late = closed;
        }
        if (late) {
            opened.close();
            throw new InterruptedException("the rung ended while its screen was opened");
        }
        files.before(look(opened), context);
        return opened;
    }

    private Screenshot look(Environment screen) throws Exception {
        Screenshot picture = screen.screenshot();
        seen = picture;
        return picture;
    }

    private static String unread(ActionReader.Ask ask) throws NotApprovedException {
        if (!ask.checks().isEmpty()) {
            throw refused("a turn that cannot be read", ask.checks());
        }
        return "error: " + ask.defect();
    }

    /** Does one action after the other, until one is not approved or fails. Empty if all were done. */
    private String perform(ActionReader.Ask ask, Environment screen) throws Exception {
        List<Action> actions = ask.actions().isEmpty() ? List.of(new Action.Look()) : ask.actions();
        for (Action action : actions) {
            String trouble = perform(action, ask.checks(), screen);
            if (!trouble.isEmpty()) {
                return trouble + "; nothing after it was done";
            }
        }
        return "";
    }

    private String perform(Action action, List<SafetyCheck> checks, Environment screen) throws Exception {
        if (seen != null && !action.points().stream().allMatch(seen::holds)) {
            return outside(action, checks, seen);
        }
        try {
            Scene scene = screen.scene(action).doubtedBy(checks);
            if (judge(action, scene) == Approval.REFUSE) {
                if (!checks.isEmpty()) {
                    throw refused(action.toString(), checks);
                }
                return "not approved: %s, because of %s".formatted(action, scene.risks());
            }
            if (!scene.holdsAfter(screen.scene(action))) { // a rule may have taken its time
                return changed(action, checks);
            }
            screen.perform(action, scene);
            return "";
        } catch (InterruptedException | NotApprovedException end) {
            throw end;
        } catch (Exception failed) {
            LOG.debug("action {} failed: {}", action, failed.getClass().getName());
            if (!checks.isEmpty()) {
                throw refused(action.toString(), checks); // nobody has answered for the doubts
            }
            return "error: %s failed".formatted(action);
        }
    }

    private static String changed(Action action, List<SafetyCheck> checks) throws NotApprovedException {
        if (!checks.isEmpty()) {
            throw refused(action.toString(), checks);
        }
        return "error: the screen changed while %s was being approved".formatted(action);
    }

    private static String outside(Action action, List<SafetyCheck> checks, Screenshot screen)
            throws NotApprovedException {
        if (!checks.isEmpty()) {
            throw refused(action.toString(), checks);
        }
        return "error: %s is outside the screen of %d by %d pixels".formatted(action, screen.width(), screen.height());
    }

    private Approval judge(Action action, Scene scene) {
        try {
            return rule.judge(action, scene);
        } catch (RuntimeException broken) {
            LOG.warn(
                    "the approval rule threw, which refuses: {}",
                    broken.getClass().getName());
            return Approval.REFUSE;
        }
    }

    private static NotApprovedException refused(String what, List<SafetyCheck> checks) {
        return new NotApprovedException("%s was not approved, and the provider doubts it: %s".formatted(what, checks));
    }
}
