// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.models.models.Model;
import com.openai.models.responses.inputtokens.InputTokenCountParams;
import dev.cadre.model.ModelRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Requests that the provider answers without a model, and so without a bill. */
final class UnbilledRequests {
    /** The members of a request on which its count of input tokens depends. */
    private static final Set<String> COUNTED =
            Set.of("model", "input", "instructions", "tools", "text", "reasoning", "parallel_tool_calls");

    private final OpenAIClient sdk;
    private final Failures failures;
    private final Duration timeout;

    UnbilledRequests(OpenAIClient sdk, Failures failures, Duration timeout) {
        this.sdk = sdk;
        this.failures = failures;
        this.timeout = timeout;
    }

    /** The number of input tokens of a request, counted from the members of its body that matter. */
    Handoff.Work<Long> inputTokens(ModelRequest request, RemoteAccess access, Dialect dialect) {
        Map<String, JsonValue> body = ToolWriter.object(
                "request for", request.model(), RequestWriter.json(RequestWriter.write(request, access, dialect)));
        var counted = InputTokenCountParams.builder();
        body.forEach((name, value) -> {
            if (COUNTED.contains(name)) {
                counted.putAdditionalBodyProperty(name, value);
            }
        });
        return text -> CallTrace.explained(failures, request.model(), () -> {
            try (var raw =
                    sdk.responses().inputTokens().withRawResponse().count(counted.build(), Timeouts.of(timeout))) {
                long tokens = UsageReader.possible(
                        raw.parse()._inputTokens().asKnown().orElse(UsageReader.IMPOSSIBLE));
                if (tokens < 1) {
                    throw failures.malformed(
                            request.model(), "no count of input tokens came", new LimitHeaders(raw.headers()));
                }
                return tokens;
            }
        });
    }

    Handoff.Work<List<ListedModel>> models() {
        return text -> CallTrace.explained(failures, "the list of models", () -> {
            var listed = new ArrayList<ListedModel>();
            for (Model model : sdk.models().list(Timeouts.of(timeout)).autoPager()) {
                model._id()
                        .asKnown()
                        .ifPresent(id -> listed.add(new ListedModel(
                                failures.masked(id),
                                model._shutdownDate().asKnown().orElse(null))));
            }
            return List.copyOf(listed);
        });
    }
}
