// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.openai.core.JsonValue;
import com.openai.core.ObjectMappers;
import com.openai.models.responses.FileSearchTool;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Tool;
import com.openai.models.responses.Tool.Mcp.RequireApproval.McpToolApprovalSetting;
import com.openai.models.responses.WebSearchTool;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ToolSpec;
import java.util.Map;

/** Writes tools in the provider's terms: the caller's functions, and those that the provider runs itself. */
final class ToolWriter {
    private static final TypeReference<Map<String, JsonValue>> OBJECT = new TypeReference<>() {};

    private ToolWriter() {}

    static Tool function(ToolSpec tool) {
        return Tool.ofFunction(FunctionTool.builder()
                .name(tool.name())
                .description(tool.description())
                .strict(true)
                .parameters(FunctionTool.Parameters.builder()
                        .putAllAdditionalProperties(object("parameters of tool", tool.name(), tool.parametersSchema()))
                        .build())
                .build());
    }

    /**
     * A tool that the provider runs itself.
     *
     * @param approval whether somebody is asked before a tool of an MCP server runs
     */
    static Tool provider(ProviderTool tool, McpAccess access, McpToolApprovalSetting approval) {
        return switch (tool) {
            case ProviderTool.WebSearch search -> Tool.ofWebSearch(webSearch(search));
            case ProviderTool.FileSearch search ->
                Tool.ofFileSearch(FileSearchTool.builder()
                        .vectorStoreIds(search.vectorStoreIds())
                        .maxNumResults(search.maxResults())
                        .build());
            case ProviderTool.CodeInterpreter interpreter ->
                Tool.ofCodeInterpreter(Tool.CodeInterpreter.builder()
                        .container(Tool.CodeInterpreter.Container.CodeInterpreterToolAuto.builder()
                                .build())
                        .build());
            case ProviderTool.RemoteMcp server -> Tool.ofMcp(mcp(server, access, approval));
        };
    }

    private static Tool.Mcp mcp(ProviderTool.RemoteMcp server, McpAccess access, McpToolApprovalSetting approval) {
        var tool = Tool.Mcp.builder()
                .serverLabel(server.label())
                .serverUrl(server.address().toString())
                .allowedToolsOfMcp(server.allowedTools())
                .requireApproval(approval);
        access.show(server, tool);
        return tool.build();
    }

    private static WebSearchTool webSearch(ProviderTool.WebSearch search) {
        var tool = WebSearchTool.builder().type(WebSearchTool.Type.WEB_SEARCH);
        if (!search.allowedDomains().isEmpty()) {
            tool.filters(WebSearchTool.Filters.builder()
                    .allowedDomains(search.allowedDomains())
                    .build());
        }
        return tool.build();
    }

    static Map<String, JsonValue> object(String what, String name, String json) {
        try {
            // one's own text, which has no bound
            return ObjectMappers.jsonMapper().readValue(json, OBJECT);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the %s '%s' is not a JSON object".formatted(what, name), e);
        }
    }
}
