// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cadre.json.Json;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and writes the messages of the protocol. */
final class Messages {
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    /** Numbers stay exact, and what steers a terminal or ends a line is escaped. */
    private final ObjectMapper mapper = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    private final McpJsonMapper ofProtocol = new JacksonMcpJsonMapper(mapper);

    /** A line that is no message. */
    static final class BadMessageException extends Exception {
        private static final long serialVersionUID = 1;
        private final int code;

        BadMessageException(int code, String message) {
            super(message);
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    /** What the SDK reads and writes with. */
    McpJsonMapper ofProtocol() {
        return ofProtocol;
    }

    JSONRPCMessage read(String line) throws BadMessageException {
        try {
            return McpSchema.deserializeJsonRpcMessage(ofProtocol, line);
        } catch (JsonProcessingException e) {
            throw new BadMessageException(McpSchema.ErrorCodes.PARSE_ERROR, "a line is not a JSON object");
        } catch (IOException | RuntimeException e) {
            throw new BadMessageException(
                    McpSchema.ErrorCodes.INVALID_REQUEST,
                    "a line is no message of JSON-RPC 2.0 whose id is a string or a whole number");
        }
    }

    String write(JSONRPCMessage message) {
        return written(message);
    }

    /** An error that answers a request. */
    static JSONRPCResponse error(Object id, int code, String message) {
        return JSONRPCResponse.error(id, new JSONRPCResponse.JSONRPCError(code, message));
    }

    /** An error about a line whose id is not known. */
    String writeError(int code, String message) {
        var response = new HashMap<String, @Nullable Object>();
        response.put("jsonrpc", "2.0");
        response.put("id", null);
        response.put("error", Map.of("code", code, "message", message));
        return written(response);
    }

    private String written(Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a message cannot be written", e);
        }
    }

    /** The same object in the terms of the SDK. */
    Map<String, Object> map(Json.Obj object) {
        try {
            return mapper.readValue(object.write(), OBJECT);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was written cannot be read", e);
        }
    }

    /**
     * The same object in the terms of this project.
     *
     * @throws dev.cadre.json.JsonException if it is beyond the bounds of {@link Json#parse}
     */
    Json.Obj object(@Nullable Map<String, Object> map) {
        return map != null && Json.parse(written(map)) instanceof Json.Obj object ? object : Json.obj();
    }
}
