// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** Answers the calls of one rung, which come one after the other, in the order of its script. */
final class QueueClient implements ModelClient {
    private final BlockingQueue<ModelClient> script = new LinkedBlockingQueue<>();
    final List<ModelRequest> requests = new CopyOnWriteArrayList<>();
    final List<CallPurpose> purposes = new CopyOnWriteArrayList<>();

    QueueClient then(ModelClient answer) {
        script.add(answer);
        return this;
    }

    QueueClient replies(String text) {
        return then((request, context) -> reply(request, text, Finish.COMPLETE));
    }

    QueueClient asksFor(ToolCall... calls) {
        return then((request, context) -> reply(request, "", Finish.TOOL_CALLS, calls));
    }

    /** 1,000 tokens in, 100 out. */
    static ModelReply reply(ModelRequest request, String text, Finish finish, ToolCall... calls) {
        return new ModelReply(
                request.model(),
                text,
                List.of(calls),
                finish,
                TokenUsage.of(1_000, 100),
                ServiceTier.STANDARD,
                RateLimits.UNKNOWN,
                "");
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) throws InterruptedException {
        requests.add(request);
        purposes.add(context.purpose());
        return script.remove().call(request, context);
    }
}
