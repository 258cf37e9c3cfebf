// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/**
 * The tool by which a provider asks whether a tool of a remote MCP server may run. A client whose provider has its own
 * form of this question does not send this tool; if a request lists it, the client makes the provider ask before every
 * such call. The questions are returned as {@link ToolCall}s of this {@linkplain #NAME name} with arguments of this
 * shape:
 *
 * <pre>{@code {"server":"weather","tool":"forecast","arguments":"{\"city\":\"Rome\"}"}}</pre>
 *
 * <p>The result {@link #APPROVED} approves the call; any other result is the reason for a refusal.
 */
public final class McpApprovalTool {
    /** The name of its calls. */
    public static final String NAME = "mcp_approval";

    /** The only result that approves a call. */
    public static final String APPROVED = "approved";

    /** The tool as it is listed in a request. */
    public static final ToolSpec SPEC = new ToolSpec(NAME, "Asks whether a tool of an MCP server may run.", """
            {"type":"object","properties":{"server":{"type":"string"},"tool":{"type":"string"},\
            "arguments":{"type":"string"}},"required":["server","tool","arguments"],"additionalProperties":false}""");

    private McpApprovalTool() {}
}
