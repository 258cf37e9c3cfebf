// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseInputItem.McpApprovalResponse;
import com.openai.models.responses.ResponseOutputItem.McpApprovalRequest;
import dev.cadre.model.McpApprovalTool;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import java.util.List;

/** Between the provider's questions about calls of MCP servers and ours. */
final class McpApprovals {
    private McpApprovals() {}

    /** A question of the provider's as a call of {@link McpApprovalTool}; empty id if it has none. */
    static ToolCall read(McpApprovalRequest request) {
        String arguments = ServerJson.MAPPER
                .createObjectNode()
                .put("server", request._serverLabel().asKnown().orElse(""))
                .put("tool", request._name().asKnown().orElse(""))
                .put("arguments", request._arguments().asKnown().orElse(""))
                .toString();
        return new ToolCall(request._id().asKnown().orElse(""), McpApprovalTool.NAME, arguments);
    }

    /** Whether the items so far hold a question with this id. */
    static boolean isAsked(List<ResponseInputItem> items, String callId) {
        return items.stream()
                .flatMap(item -> item.mcpApprovalRequest().stream())
                .anyMatch(asked -> asked._id().asKnown().filter(callId::equals).isPresent());
    }

    /** What answers it: whatever is no approval refuses. */
    static ResponseInputItem answer(Turn.ToolResult result) {
        boolean approves = result.text().equals(McpApprovalTool.APPROVED);
        var answer =
                McpApprovalResponse.builder().approvalRequestId(result.callId()).approve(approves);
        if (!approves) {
            answer.reason(result.text());
        }
        return ResponseInputItem.ofMcpApprovalResponse(answer.build());
    }
}
