// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFormatTextJsonSchemaConfig;
import com.openai.models.responses.ResponseIncludable;
import com.openai.models.responses.ResponseTextConfig;
import com.openai.models.responses.Tool.Mcp.RequireApproval.McpToolApprovalSetting;
import dev.cadre.model.CallOptions;
import dev.cadre.model.ComputerTool;
import dev.cadre.model.Effort;
import dev.cadre.model.McpApprovalTool;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.PromptCaching;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Verbosity;

/** Writes a request in the provider's terms. */
final class RequestWriter {
    private RequestWriter() {}

    /** A request with which the provider may contact no host. */
    static ResponseCreateParams write(ModelRequest request) {
        return write(request, RemoteAccess.NONE);
    }

    /** A request with which the provider may contact the hosts and servers of {@code access}. */
    static ResponseCreateParams write(ModelRequest request, RemoteAccess access) {
        if (request.serviceTier() == ServiceTier.BATCH) {
            throw new IllegalArgumentException("a single call cannot ask for the service tier BATCH");
        }
        var params = ResponseCreateParams.builder()
                .model(request.model())
                .inputOfResponse(new InputWriter(request, new AttachmentWriter(access.imageHosts())).items())
                .maxOutputTokens(request.maxOutputTokens())
                .reasoning(Reasoning.builder()
                        .effort(ReasoningEffort.of(request.effort().wireName()))
                        .build())
                .serviceTier(ResponseCreateParams.ServiceTier.of(
                        request.serviceTier().wireName()))
                .store(false);
        if (request.options().promptCaching() == PromptCaching.MARKED) {
            params.promptCacheOptions(ResponseCreateParams.PromptCacheOptions.builder()
                    .mode(ResponseCreateParams.PromptCacheOptions.Mode.EXPLICIT)
                    .build());
        } else if (!request.instructions().isBlank()) {
            params.instructions(request.instructions());
        }
        for (ToolSpec tool : request.tools()) {
            if (tool.equals(ComputerTool.SPEC)) {
                params.addTool(
                        com.openai.models.responses.ComputerTool.builder().build());
                params.parallelToolCalls(false); // there is one screen
            } else if (!tool.equals(McpApprovalTool.SPEC)) {
                params.addTool(ToolWriter.function(tool));
            }
        }
        providerTools(params, request, access.mcp());
        options(params, request.options());
        if (request.effort() != Effort.NONE) {
            // nothing is stored on their side, so the reasoning must travel with the conversation
            params.addInclude(ResponseIncludable.REASONING_ENCRYPTED_CONTENT);
        }
        text(params, request.output(), request.options().verbosity());
        return params.build();
    }

    /** The same in the dialect of a server. */
    static ResponseCreateParams write(ModelRequest request, RemoteAccess access, Dialect dialect) {
        if (dialect.isPlain()) {
            return write(dialect.apply(request), access);
        }
        try {
            return ResponseCreateParams.builder()
                    .body(ServerJson.MAPPER.treeToValue(
                            tree(request, access, dialect), ResponseCreateParams.Body.class))
                    .build();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a request cannot be written", e);
        }
    }

    /** The body as a tree. */
    static ObjectNode tree(ModelRequest request, RemoteAccess access, Dialect dialect) {
        ObjectNode body = ServerJson.MAPPER.valueToTree(
                write(dialect.apply(request), access)._body());
        dialect.apply(body, request);
        return body;
    }

    /** The body as it is sent. */
    static String json(ResponseCreateParams params) {
        try {
            return ServerJson.MAPPER.writeValueAsString(params._body());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a request cannot be written", e);
        }
    }

    private static void options(ResponseCreateParams.Builder params, CallOptions options) {
        if (!options.cacheKey().isEmpty()) {
            params.promptCacheKey(options.cacheKey());
        }
        if (!options.safetyIdentifier().isEmpty()) {
            params.safetyIdentifier(options.safetyIdentifier());
        }
        options.sampling().temperature().ifPresent(params::temperature);
        options.sampling().topP().ifPresent(params::topP);
    }

    private static void providerTools(ResponseCreateParams.Builder params, ModelRequest request, McpAccess access) {
        var approval = request.tools().contains(McpApprovalTool.SPEC)
                ? McpToolApprovalSetting.ALWAYS
                : McpToolApprovalSetting.NEVER;
        CallOptions options = request.options();
        options.providerTools().forEach(tool -> params.addTool(ToolWriter.provider(tool, access, approval)));
        if (options.maxProviderCalls() > 0) {
            params.maxToolCalls(options.maxProviderCalls());
        }
    }

    private static void text(ResponseCreateParams.Builder params, OutputFormat output, Verbosity verbosity) {
        var text = ResponseTextConfig.builder();
        switch (output) {
            case OutputFormat.Text free -> {}
            case OutputFormat.JsonSchema schema -> text.format(format(schema));
        }
        if (verbosity != Verbosity.STANDARD) {
            text.verbosity(ResponseTextConfig.Verbosity.of(verbosity.wireName()));
        }
        if (verbosity != Verbosity.STANDARD || output instanceof OutputFormat.JsonSchema) {
            params.text(text.build());
        }
    }

    private static ResponseFormatTextJsonSchemaConfig format(OutputFormat.JsonSchema output) {
        return ResponseFormatTextJsonSchemaConfig.builder()
                .name(output.name())
                .strict(true)
                .schema(ResponseFormatTextJsonSchemaConfig.Schema.builder()
                        .putAllAdditionalProperties(ToolWriter.object("output schema", output.name(), output.schema()))
                        .build())
                .build();
    }
}
