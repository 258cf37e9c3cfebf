// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/**
 * The tool by which a provider asks whether a tool of a remote MCP server may run. A client whose provider has a form of its
 * own for it does not list this one, but has the provider ask before every such call if a request does; what it asks comes
 * as {@link ToolCall}s of this {@linkplain #NAME name} with arguments of this shape:
 *
 * <pre>{@code {"server":"weather","tool":"forecast","arguments":"{\"city\":\"Rome\"}"}}</pre>
 *
 * <p>The result {@link #APPROVED} approves the call; every other is the reason for which it was refused.
 */
public final class McpApprovalTool {
    /** The name of its calls. */
    public static final String NAME = "mcp_approval";

    /** The one result that approves. */
    public static final String APPROVED = "approved";

    /** What a request lists. */
    public static final ToolSpec SPEC = new ToolSpec(NAME, "Asks whether a tool of an MCP server may run.", """
            {"type":"object","properties":{"server":{"type":"string"},"tool":{"type":"string"},\
            "arguments":{"type":"string"}},"required":["server","tool","arguments"],"additionalProperties":false}""");

    private McpApprovalTool() {}
}
