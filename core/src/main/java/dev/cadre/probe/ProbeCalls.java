// SPDX-License-Identifier: Apache-2.0
package dev.cadre.probe;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.CallRefusedException;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The paid calls of a probe, with what they noted. Not safe for use by several threads.
 *
 * <p>A reply above its cap stops a budget. Here it is opened once more, with what is spent, because a client may have learned
 * from such a reply to send the cap in another way.
 */
final class ProbeCalls implements AutoCloseable {
    /** The most tokens of an ordinary answer. */
    private static final long ANSWER_TOKENS = 300;

    /** The same for a model that used them up before it answered: what a run allows by default. */
    private static final long THINKING_TOKENS = 4_000;

    /** So often is a request made again that the server only asked to wait with. */
    private static final int MOST_WAITS = 2;

    private final ModelPool pool;
    private final Budget budget;
    private final Duration timeout;
    private BudgetGuard guard;
    private boolean isReopened;
    private boolean hasReply;
    private long answerTokens = ANSWER_TOKENS;
    private String broken = "";
    private final Set<String> notes = new LinkedHashSet<>();
    private RateLimits limits = RateLimits.UNKNOWN;

    ProbeCalls(ModelPool pool, Budget budget, Duration timeout) {
        this.pool = pool;
        this.budget = budget;
        this.guard = budget.open();
        this.timeout = timeout;
    }

    ModelRequest request(String instructions, String text) {
        return ModelRequest.of(pool.model(), instructions, text, answerTokens);
    }

    ModelReply ask(String instructions, String text) throws InterruptedException {
        return ask(request(instructions, text));
    }

    /**
     * The reply to a request. An answer that is cut at the cap of ordinary answers is asked for once more with room for a model
     * that thinks first, if there is money for it, and all later ones have that room.
     */
    ModelReply ask(ModelRequest request) throws InterruptedException {
        ModelReply reply = heard(request, sent(request, terms()));
        boolean isOrdinary = request.maxOutputTokens() == ANSWER_TOKENS;
        if (!isOrdinary || reply.finish() != Finish.TRUNCATED) {
            return reply;
        }
        ModelRequest roomy = request.withMaxOutputTokens(THINKING_TOKENS);
        try {
            ModelReply whole = heard(roomy, sent(roomy, terms()));
            answerTokens = THINKING_TOKENS;
            notes.add("%d tokens were too few for an answer, and %d were allowed"
                    .formatted(ANSWER_TOKENS, THINKING_TOKENS));
            return whole;
        } catch (CallRefusedException noMoney) {
            return reply;
        }
    }

    /** The same, streamed, without more room. */
    ModelReply ask(ModelRequest request, Consumer<String> text) throws InterruptedException {
        return heard(request, sent(request, terms().withText(text)));
    }

    /** A run waits as long as a server asks, and so does the pool before the same call is made again. */
    private ModelReply sent(ModelRequest request, CallTerms terms) throws InterruptedException {
        for (int wait = 0; ; wait++) {
            try {
                return pool.call(request, terms);
            } catch (ModelException.RateLimited limited) {
                if (wait == MOST_WAITS || limited.retryAfter().isEmpty()) {
                    throw limited;
                }
                notes.add("the server asked to wait, and was asked again when the time had passed");
            }
        }
    }

    /** The time limit of a call, for people. */
    String timeLimit() {
        long seconds = timeout.toSeconds();
        boolean isWhole = seconds >= 60 && seconds % 60 == 0;
        return seconds == 60 ? "a minute" : isWhole ? seconds / 60 + " minutes" : seconds + " s";
    }

    private CallTerms terms() {
        var purpose = new CallPurpose(CallPurpose.Kind.WORK, "probe", "probe", "probe", "{}", Tier.NANO);
        return CallTerms.of(open(), purpose, System.nanoTime() + timeout.toNanos());
    }

    private BudgetGuard open() {
        if (guard.state().breached() && !isReopened) {
            isReopened = true;
            Money spent = spent();
            guard.close();
            guard = budget.open(spent);
        }
        return guard;
    }

    private ModelReply heard(ModelRequest request, ModelReply reply) {
        hasReply = true;
        TokenUsage usage = reply.usage();
        if (usage != null && isAboveCap(request, reply)) {
            broken = "%d tokens were allowed and %d came".formatted(request.maxOutputTokens(), usage.outputTokens());
        }
        notes.addAll(reply.notes());
        if (reply.limits().requests().isKnown() || reply.limits().tokens().isKnown()) {
            limits = reply.limits();
        }
        return reply;
    }

    static boolean isAboveCap(ModelRequest request, ModelReply reply) {
        TokenUsage usage = reply.usage();
        return usage != null && usage.outputTokens() > request.maxOutputTokens();
    }

    /** By how much the last reply above its cap broke it; empty if none did. */
    String brokenCap() {
        return broken;
    }

    /** Whether the server has answered any call. */
    boolean hasReply() {
        return hasReply;
    }

    Money spent() {
        return guard.state().spent();
    }

    @Override
    public void close() {
        guard.close();
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
