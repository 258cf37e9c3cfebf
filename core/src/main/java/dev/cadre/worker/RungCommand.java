// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolCall;
import dev.cadre.task.Tool;
import java.util.List;

/** What a {@link Rung} wants done next. Carries no compatibility promise. */
public sealed interface RungCommand {
    /** Call the model, and say what came of it. */
    record Call(ModelRequest request, CallPurpose.Kind kind) implements RungCommand {}

    /**
     * Run these tools, all at once, and say what came of each.
     *
     * @param runs at least one
     */
    record RunTools(List<ToolRun> runs) implements RungCommand {
        public RunTools {
            runs = List.copyOf(runs);
        }
    }

    /** Nothing more: the rung has ended. */
    record End(RungEnd end) implements RungCommand {}

    /**
     * One call of a tool that the type allows.
     *
     * @param call its arguments are one JSON document
     */
    record ToolRun(ToolCall call, Tool tool) {}
}
