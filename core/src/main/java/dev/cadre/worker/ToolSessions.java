// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.task.Failure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.task.ToolSession;
import dev.cadre.task.Work;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

/** What the tools of one rung keep from one call to the next. */
final class ToolSessions implements AutoCloseable {
    private final Map<String, ToolSession> byTool = new LinkedHashMap<>();
    private final SubtaskType<?, ?> type;
    private final RungTerms terms;
    private final boolean isStateful;

    private ToolSessions(SubtaskType<?, ?> type, List<Tool> tools, RungTerms terms) {
        this.type = type;
        this.terms = terms;
        isStateful = tools.stream().anyMatch(Tool::isStateful);
    }

    /** @param terms are told of each tool that cannot be closed */
    static ToolSessions open(SubtaskType<?, ?> type, RungTerms terms) throws InterruptedException {
        List<Tool> tools = switch (type.work()) {
            case Work.Model<?, ?> model -> model.tools();
            case Work.Code<?, ?> code -> List.of();
        };
        var sessions = new ToolSessions(type, tools, terms);
        try {
            sessions.perform(() -> {
                tools.forEach(sessions::open);
                return tools;
            });
        } catch (Throwable unopened) {
            sessions.close();
            throw unopened;
        }
        return sessions;
    }

    /** What a user's code does here may compute; tools that keep nothing have none. */
    private <T> T perform(Callable<T> code) throws InterruptedException {
        return terms.perform("tools", type, code, isStateful);
    }

    private void open(Tool tool) {
        byTool.put(
                tool.name(),
                Objects.requireNonNull(tool.open(), () -> "tool '%s' opened no session".formatted(tool.name())));
    }

    ToolSession of(Tool tool) {
        return Objects.requireNonNull(byTool.get(tool.name()), "a tool of another type");
    }

    /** The end of the rung, its output completed with what the tools know. */
    RungEnd completed(RungEnd end) throws InterruptedException {
        return end instanceof RungEnd.Accepted(Object output) ? perform(() -> completed(output)) : end;
    }

    private RungEnd completed(Object answered) {
        Object output = answered;
        for (Map.Entry<String, ToolSession> each : byTool.entrySet()) {
            try {
                output = Objects.requireNonNull(each.getValue().completed(output), "it completed an output to null");
            } catch (Throwable broken) {
                // what its tools did is done: nobody may repeat it
                return RungEnd.Failed.of(
                        Failure.thrown(Failure.Kind.EFFECT_UNKNOWN, broken, "tool '%s'".formatted(each.getKey())));
            }
        }
        return new RungEnd.Accepted(output);
    }

    @Override
    public void close() {
        try {
            perform(() -> {
                byTool.forEach(this::close);
                return byTool;
            });
        } catch (InterruptedException unexpected) {
            Thread.currentThread().interrupt();
        }
    }

    private void close(String tool, ToolSession session) {
        try {
            session.close();
        } catch (Throwable broken) {
            terms.notices().accept(new RungNotice.ToolFailed(tool, broken));
        }
    }
}
