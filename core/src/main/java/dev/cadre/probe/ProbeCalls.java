// SPDX-License-Identifier: Apache-2.0
package dev.cadre.probe;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.Tier;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The paid calls of a probe, with what they noted. Not safe for use by several threads. */
final class ProbeCalls {
    /** The most tokens of an ordinary answer: room for a model that thinks first. */
    private static final long ANSWER_TOKENS = 300;

    private final ModelPool pool;
    private final BudgetGuard budget;
    private final Duration timeout;
    private final Set<String> notes = new LinkedHashSet<>();
    private RateLimits limits = RateLimits.UNKNOWN;

    ProbeCalls(ModelPool pool, BudgetGuard budget, Duration timeout) {
        this.pool = pool;
        this.budget = budget;
        this.timeout = timeout;
    }

    ModelRequest request(String instructions, String text) {
        return ModelRequest.of(pool.model(), instructions, text, ANSWER_TOKENS);
    }

    ModelReply ask(String instructions, String text) throws InterruptedException {
        return ask(request(instructions, text));
    }

    ModelReply ask(ModelRequest request) throws InterruptedException {
        return heard(pool.call(request, terms()));
    }

    /** The same, streamed. */
    ModelReply ask(ModelRequest request, Consumer<String> text) throws InterruptedException {
        return heard(pool.call(request, terms().withText(text)));
    }

    private CallTerms terms() {
        var purpose = new CallPurpose(CallPurpose.Kind.WORK, "probe", "probe", "probe", "{}", Tier.NANO);
        return CallTerms.of(budget, purpose, System.nanoTime() + timeout.toNanos());
    }

    private ModelReply heard(ModelReply reply) {
        notes.addAll(reply.notes());
        if (reply.limits().requests().isKnown() || reply.limits().tokens().isKnown()) {
            limits = reply.limits();
        }
        return reply;
    }

    ModelPool pool() {
        return pool;
    }

    /** The limits that the last reply which had any reported. */
    RateLimits limits() {
        return limits;
    }

    /** What the calls since the last time noted. */
    List<String> takeNotes() {
        List<String> taken = List.copyOf(notes);
        notes.clear();
        return taken;
    }
}
