// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the loopback server answers. Immutable: each method but the factories gives a changed copy.
 *
 * <p>Unless told otherwise a reply names the model and the service tier that were asked for, and uses one token for
 * every four bytes, never more than {@code max_output_tokens}.
 */
public final class LoopbackReply {
    private static final Pattern UNSUPPORTED = Pattern.compile("Unsupported parameter: '(\\w+)'");

    /** What is answered. */
    sealed interface Content {
        /** A message, in the pieces in which it is streamed. */
        record Message(List<String> pieces, String status, String incompleteReason) implements Content {
            public Message {
                pieces = List.copyOf(pieces);
            }
        }

        record Refusal(String text) implements Content {}

        record Calls(List<ToolCall> calls) implements Content {
            public Calls {
                calls = List.copyOf(calls);
            }
        }

        record Failure(String code, String message) implements Content {}

        /** Anything else, byte for byte; never billed. */
        record Raw(int status, String contentType, String body) implements Content {}

        /** What the server answers by itself. */
        enum Own implements Content {
            OWN
        }
    }

    private final Content content;
    private Map<String, String> headers = Map.of();
    private Map<String, Json> fields = Map.of();
    private String encryptedReasoning = "";
    private @Nullable TokenUsage usage;
    private @Nullable LoopbackGate gate;
    private LoopbackFault fault = LoopbackFault.NONE;

    private LoopbackReply(Content content) {
        this.content = content;
    }

    private static LoopbackReply of(Content content) {
        return new LoopbackReply(content);
    }

    /** A complete text; a streaming client gets it piece by piece. */
    public static LoopbackReply text(String... pieces) {
        return of(new Content.Message(List.of(pieces), "completed", ""));
    }

    /** A text that ran into the cap: uses all of {@code max_output_tokens}. */
    public static LoopbackReply truncated(String partial) {
        return of(new Content.Message(List.of(partial), "incomplete", "max_output_tokens"));
    }

    /** A text that the content filter stopped. */
    public static LoopbackReply filtered(String partial) {
        return of(new Content.Message(List.of(partial), "incomplete", "content_filter"));
    }

    /** A refusal with its explanation. */
    public static LoopbackReply refusal(String explanation) {
        return of(new Content.Refusal(explanation));
    }

    /** A wish to have tools called. */
    public static LoopbackReply toolCalls(ToolCall... calls) {
        return of(new Content.Calls(List.of(calls)));
    }

    /** A reply with the status {@code failed}. */
    public static LoopbackReply failed(String code, String message) {
        return of(new Content.Failure(code, message));
    }

    /** An error with an HTTP status, as the provider words it. Not billed. */
    public static LoopbackReply error(int status, String type, String code, String message) {
        return raw(status, "application/json", errorBody(type, code, message));
    }

    /** The refusal of a request with a defect, in the provider's words. */
    static LoopbackReply defect(String defect) {
        Matcher unsupported = UNSUPPORTED.matcher(defect);
        return unsupported.lookingAt()
                ? raw(
                        400,
                        "application/json",
                        errorBody(
                                "invalid_request_error",
                                new Json.Str(unsupported.group(1)),
                                "unsupported_parameter",
                                defect))
                : error(400, "invalid_request_error", "invalid_value", defect);
    }

    static String errorBody(String type, String code, String message) {
        return errorBody(type, Json.Null.NULL, code, message);
    }

    private static String errorBody(String type, Json param, String code, String message) {
        Json error = Json.obj()
                .with("message", message)
                .with("type", type)
                .with("param", param)
                .with("code", code.isEmpty() ? Json.Null.NULL : new Json.Str(code));
        return Json.obj().with("error", error).write();
    }

    /** Any status and body. Not billed. */
    public static LoopbackReply raw(int status, String contentType, String body) {
        return of(new Content.Raw(status, contentType, body));
    }

    /**
     * What the server would answer by itself to a request that generates nothing; worth saying with a fault, a header or
     * a gate. What was asked for is done when the request arrives, whatever becomes of the reply.
     */
    public static LoopbackReply own() {
        return of(Content.Own.OWN);
    }

    /** With a header. */
    public LoopbackReply header(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        var copy = copy();
        copy.headers = more;
        return copy;
    }

    /** With a top-level field of the reply set to any JSON, such as an impossible {@code usage}. */
    public LoopbackReply field(String name, String json) {
        var more = new LinkedHashMap<>(fields);
        more.put(name, Json.parse(json));
        var copy = copy();
        copy.fields = more;
        return copy;
    }

    /** With a reasoning item before the answer, which the client must send back. */
    public LoopbackReply reasoning(String encrypted) {
        var copy = copy();
        copy.encryptedReasoning = encrypted;
        return copy;
    }

    /** With this usage, which is what is billed. */
    public LoopbackReply usage(TokenUsage usage) {
        var copy = copy();
        copy.usage = usage;
        return copy;
    }

    /** Held back by the gate. */
    public LoopbackReply heldBy(LoopbackGate gate) {
        var copy = copy();
        copy.gate = gate;
        return copy;
    }

    /** Lost or spoiled on the way. */
    public LoopbackReply fault(LoopbackFault fault) {
        var copy = copy();
        copy.fault = fault;
        return copy;
    }

    private LoopbackReply copy() {
        var copy = new LoopbackReply(content);
        copy.headers = headers;
        copy.fields = fields;
        copy.encryptedReasoning = encryptedReasoning;
        copy.usage = usage;
        copy.gate = gate;
        copy.fault = fault;
        return copy;
    }

    Content content() {
        return content;
    }

    Map<String, String> headers() {
        return headers;
    }

    Map<String, Json> fields() {
        return fields;
    }

    String encryptedReasoning() {
        return encryptedReasoning;
    }

    Optional<TokenUsage> usage() {
        return Optional.ofNullable(usage);
    }

    LoopbackFault fault() {
        return fault;
    }

    /** Waits until the gate, if there is one, lets the next piece pass. */
    void passGate() throws InterruptedException {
        if (gate != null) {
            gate.pass();
        }
    }
}
