// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.Json;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Billed;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.schema.JsonType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How a call ended, as a cassette keeps it: a reply with its usage, or a failure with what is known of its money.
 *
 * <p>What a provider says about its limits, and how long it asks to wait, is not kept: a replay has no provider to spare.
 *
 * @param json the reply or failure
 */
record RecordedEnd(Json.Obj json) {
    private static final String FAILURE = "failure";
    private static final String MESSAGE = "message";
    private static final String CHARGE = "charge";
    private static final String STATUS = "status";
    private static final String REASON = "reason";
    private static final String BILLED = "billed";
    private static final String LASTING = "lasting";
    private static final String UNREADABLE = "unreadable";
    private static final String SUSPECTED = "suspected";
    private static final String STREAMED = "streamed";
    private static final JsonType<TokenUsage> USAGE = JsonType.of(TokenUsage.class);
    private static final JsonType<Billed> BILL = JsonType.of(Billed.class);
    private static final JsonType<ToolCall> TOOL_CALL = JsonType.of(ToolCall.class);

    /** @param heard the text that was handed over while it was written */
    static RecordedEnd of(ModelReply reply, String heard) {
        TokenUsage usage = reply.usage();
        var json = Json.obj()
                .with("model", reply.model())
                .with("finish", reply.finish().name())
                .with("text", reply.text())
                .with("usage", usage == null ? Json.Null.NULL : USAGE.toJson(usage))
                .with("serviceTier", reply.serviceTier().name());
        if (!reply.toolCalls().isEmpty()) {
            var calls = new ArrayList<Json>();
            reply.toolCalls().forEach(call -> calls.add(TOOL_CALL.toJson(call)));
            json = json.with("toolCalls", new Json.Arr(calls));
        }
        if (!reply.providerCalls().isEmpty()) {
            json = json.with("providerCalls", counts(reply.providerCalls()));
        }
        if (!reply.providerState().isEmpty()) {
            json = json.with("providerState", reply.providerState());
        }
        if (!reply.notes().isEmpty()) {
            json = json.with("notes", Json.strings(reply.notes()));
        }
        return new RecordedEnd(withStreamed(json, heard));
    }

    static RecordedEnd of(ModelException failure, String heard) {
        var json = Json.obj()
                .with(FAILURE, kind(failure))
                .with(MESSAGE, String.valueOf(failure.getMessage()))
                .with(CHARGE, failure.charge().name());
        if (failure.billed().isPresent()) {
            json = json.with(BILLED, BILL.toJson(failure.billed().get()));
        }
        if (failure instanceof ModelException.RateLimited limited) {
            json = json.with(REASON, limited.reason().name());
        } else if (failure instanceof ModelException.ServerFailed failed) {
            json = json.with(STATUS, failed.status());
            json = failed.isRetryable()
                    ? json
                    : json.with(failed.reach() == ModelException.Reach.ENDPOINT ? UNREADABLE : LASTING, true);
        } else if (failure instanceof ModelException.InvalidRequest refused) {
            json = json.with(STATUS, refused.status());
        } else if (failure.reach() == ModelException.Reach.SUBTASK_OR_RUN) {
            json = json.with(SUSPECTED, true);
        }
        return new RecordedEnd(withStreamed(json, heard));
    }

    private static Json.Obj withStreamed(Json.Obj json, String heard) {
        return heard.isEmpty() ? json : json.with(STREAMED, heard);
    }

    /** The end as it came, with the text handed over first, in one piece. */
    ModelReply replay(CallContext context) {
        json.at(STREAMED).ifPresent(heard -> context.text().accept(json.string(STREAMED)));
        if (json.at(FAILURE).isPresent()) {
            throw failure();
        }
        Json usage = json.at("usage").orElse(Json.Null.NULL);
        return new ModelReply(
                json.string("model"),
                json.string("text"),
                toolCalls(),
                Finish.valueOf(json.string("finish")),
                usage == Json.Null.NULL ? null : USAGE.read(usage),
                ServiceTier.valueOf(json.string("serviceTier")),
                RateLimits.UNKNOWN,
                providerCalls(),
                json.at("providerState").isPresent() ? json.string("providerState") : "",
                notes());
    }

    private static Json.Obj counts(Map<ProviderTool.Kind, Integer> calls) {
        var json = Json.obj();
        for (ProviderTool.Kind kind : ProviderTool.Kind.values()) {
            if (calls.containsKey(kind)) {
                json = json.with(kind.name(), calls.get(kind));
            }
        }
        return json;
    }

    private Map<ProviderTool.Kind, Integer> providerCalls() {
        if (json.at("providerCalls").isEmpty()) {
            return Map.of();
        }
        var calls = new EnumMap<ProviderTool.Kind, Integer>(ProviderTool.Kind.class);
        Json.Obj counts = json.object("providerCalls");
        counts.fields().keySet().forEach(kind -> calls.put(ProviderTool.Kind.valueOf(kind), counts.intValue(kind)));
        return calls;
    }

    private List<String> notes() {
        return json.at("notes").isEmpty()
                ? List.of()
                : json.items("notes").stream()
                        .map(note -> ((Json.Str) note).value())
                        .toList();
    }

    private List<ToolCall> toolCalls() {
        return json.at("toolCalls").isEmpty()
                ? List.of()
                : json.items("toolCalls").stream().map(TOOL_CALL::read).toList();
    }

    private ModelException serverFailed(String message, Charge charge) {
        var failed = new ModelException.ServerFailed(
                message,
                json.intValue(STATUS),
                charge,
                null,
                json.at(BILLED).map(BILL::read).orElse(null));
        if (json.at(UNREADABLE).isPresent()) {
            return failed.unreadable();
        }
        return json.at(LASTING).isPresent() ? failed.lasting() : failed;
    }

    private boolean isSuspected() {
        return json.at(SUSPECTED).isPresent();
    }

    private static String kind(ModelException failure) {
        return switch (failure) {
            case ModelException.RateLimited e -> "rate_limited";
            case ModelException.ServerFailed e -> "server_failed";
            case ModelException.ConnectionFailed e -> "connection_failed";
            case ModelException.Unreachable e -> "unreachable";
            case ModelException.TimedOut e -> "timed_out";
            case ModelException.MalformedReply e -> "malformed_reply";
            case ModelException.QuotaExhausted e -> "quota_exhausted";
            case ModelException.AuthFailed e -> "auth_failed";
            case ModelException.UnknownModel e -> "unknown_model";
            case ModelException.DearerModel e -> "dearer_model";
            case ModelException.ContextTooLong e -> "context_too_long";
            case ModelException.InvalidRequest e -> "invalid_request";
            case ModelException.Adapted e -> "adapted";
        };
    }

    private ModelException failure() {
        String message = json.string(MESSAGE);
        Charge charge = Charge.valueOf(json.string(CHARGE));
        return switch (json.string(FAILURE)) {
            case "rate_limited" ->
                new ModelException.RateLimited(
                        message,
                        ModelException.RateLimited.Cause.valueOf(json.string(REASON)),
                        null,
                        RateLimits.UNKNOWN);
            case "server_failed" -> serverFailed(message, charge);
            case "connection_failed" -> new ModelException.ConnectionFailed(message, charge, new IOException(message));
            case "unreachable" -> {
                var failure = new ModelException.Unreachable(message, null);
                yield isSuspected() ? failure.suspected() : failure;
            }
            case "timed_out" -> new ModelException.TimedOut(message, charge);
            case "malformed_reply" -> new ModelException.MalformedReply(message, null);
            case "quota_exhausted" -> {
                var failure = new ModelException.QuotaExhausted(message);
                yield isSuspected() ? failure.suspected() : failure;
            }
            case "auth_failed" -> {
                var failure = new ModelException.AuthFailed(message);
                yield isSuspected() ? failure.suspected() : failure;
            }
            case "unknown_model" -> {
                var failure = new ModelException.UnknownModel(message);
                yield isSuspected() ? failure.suspected() : failure;
            }
            case "dearer_model" -> new ModelException.DearerModel(message);
            case "context_too_long" -> new ModelException.ContextTooLong(message);
            case "invalid_request" -> new ModelException.InvalidRequest(message, json.intValue(STATUS));
            case "adapted" -> new ModelException.Adapted(message);
            default -> throw new CassetteException("no kind of failure: " + json.string(FAILURE), null);
        };
    }
}
