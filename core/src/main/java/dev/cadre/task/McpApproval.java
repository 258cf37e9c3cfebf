// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.McpApprovalTool;
import java.util.function.Predicate;

/**
 * Has a rule asked before any tool of a remote MCP server runs. A subtask type that lists this tool beside its
 * {@linkplain SubtaskType#providerTools servers} gets it; without it the tools that a server allows run unasked, and a
 * provider that asks all the same is refused.
 */
public final class McpApproval {
    /**
     * What a model wants done at a server: its words, and untrusted.
     *
     * @param server the label of the server
     * @param tool the name of the tool there
     * @param arguments what it is to be called with, JSON as a rule
     */
    public record Call(String server, String tool, String arguments) {}

    private McpApproval() {}

    /**
     * The tool. It counts as {@linkplain Tool.Effect#WRITES writing}, because nobody here sees what an approved call does:
     * if all that the rule approves merely reads, say {@code .writing(Tool.Effect.READS)}.
     *
     * @param rule approves a call; runs on a tool's thread, within a tool's time, for many subtasks at once, so it may ask a
     *     person. One that throws has refused: the model is told and goes on without
     */
    public static Tool by(Predicate<Call> rule) {
        return Tool.raw(McpApprovalTool.SPEC, (arguments, context) -> {
                    Call call = read(arguments);
                    return rule.test(call)
                            ? McpApprovalTool.APPROVED
                            : "the call of %s at %s was not approved".formatted(call.tool(), call.server());
                })
                .writing(Tool.Effect.WRITES);
    }

    private static Call read(String arguments) throws ToolException {
        try {
            if (Json.parse(arguments) instanceof Json.Obj call) {
                return new Call(call.string("server"), call.string("tool"), call.string("arguments"));
            }
        } catch (JsonException malformed) {
            throw new ToolException("bad arguments: " + malformed.getMessage());
        }
        throw new ToolException("bad arguments: not an object");
    }
}
