// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.Turn;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Price;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/** Answers one call after the other from a script, and remembers what it was asked. */
public final class ScriptedClient implements ModelClient {
    private final Deque<Function<CallContext, ModelReply>> script = new ArrayDeque<>();
    private final List<ModelRequest> requests = new ArrayList<>();

    public ScriptedClient replies(String text) {
        return ends(text, Finish.COMPLETE);
    }

    public ScriptedClient ends(String text, Finish finish) {
        return does(context -> reply(text, finish));
    }

    public ScriptedClient streams(Finish finish, String... pieces) {
        return does(context -> {
            List.of(pieces).forEach(context.text());
            return reply(String.join("", pieces), finish);
        });
    }

    public ScriptedClient does(Function<CallContext, ModelReply> call) {
        script.add(call);
        return this;
    }

    /** One pool for all tiers, without retries: input and output cost a dollar for a million tokens. */
    public ModelPools pools() {
        return ModelPools.of(ModelPool.builder(this, "scripted")
                .price(Price.perMillionTokens("1", "1", "1"))
                .retryPolicy(RetryPolicy.none())
                .build());
    }

    public static BudgetGuard budget(String usd) {
        return Budget.usd(usd).open();
    }

    /** What each call was asked, its user turns joined. */
    public List<String> asked() {
        return requests.stream().map(ScriptedClient::text).toList();
    }

    public List<ModelRequest> requests() {
        return requests;
    }

    public boolean isDone() {
        return script.isEmpty();
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) {
        requests.add(request);
        if (script.isEmpty()) {
            throw new AssertionError("a call that nobody expected: " + text(request));
        }
        return script.removeFirst().apply(context);
    }

    public static ModelReply reply(String text, Finish finish) {
        return new ModelReply(
                "scripted",
                text,
                List.of(),
                finish,
                TokenUsage.of(1_000, 100),
                ServiceTier.STANDARD,
                RateLimits.UNKNOWN,
                "");
    }

    private static String text(ModelRequest request) {
        var text = new StringBuilder();
        for (Turn turn : request.turns()) {
            if (turn instanceof Turn.User user) {
                text.append(user.text()).append('\n');
            }
        }
        return text.toString();
    }
}
