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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the tools of one rung keep from one call to the next. */
final class ToolSessions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ToolSessions.class);

    private final Map<String, ToolSession> byTool = new LinkedHashMap<>();

    private ToolSessions() {}

    static ToolSessions open(SubtaskType<?, ?> type) {
        List<Tool> tools =
                switch (type.work()) {
                    case Work.Model<?, ?> model -> model.tools();
                    case Work.Code<?, ?> code -> List.of();
                };
        var sessions = new ToolSessions();
        try {
            tools.forEach(sessions::open);
        } catch (Throwable unopened) {
            sessions.close();
            throw unopened;
        }
        return sessions;
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
    RungEnd completed(RungEnd end) {
        if (!(end instanceof RungEnd.Accepted(Object output))) {
            return end;
        }
        try {
            for (ToolSession session : byTool.values()) {
                output = Objects.requireNonNull(session.completed(output), "a tool completed an output to null");
            }
            return new RungEnd.Accepted(output);
        } catch (RuntimeException | Error broken) {
            // what its tools did is done: nobody may repeat it
            return RungEnd.Failed.of(new Failure(
                    Failure.Kind.EFFECT_UNKNOWN, "a tool could not complete the output: " + Excerpt.line(broken)));
        }
    }

    @Override
    public void close() {
        byTool.forEach((tool, session) -> {
            try {
                session.close();
            } catch (Throwable broken) {
                LOG.warn(
                        "tool '{}' could not be closed: {}",
                        tool,
                        broken.getClass().getName());
            }
        });
    }
}
