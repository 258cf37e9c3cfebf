// SPDX-License-Identifier: Apache-2.0
package dev.cadre.probe;

import dev.cadre.budget.Admission;
import dev.cadre.model.ModelException;
import dev.cadre.pool.CallRefusedException;
import dev.cadre.pool.CallRefusedException.Reason;
import dev.cadre.price.UnpricedException;
import dev.cadre.probe.Finding.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One probe under way, which gives up on a server that fails alike at everything. Not safe for use by several threads. */
final class ProbeRun {
    /** Failures in the same words, before any reply, after which nothing else is asked. */
    private static final int ENOUGH = 3;

    private final ProbeCalls calls;
    private final ProbeQuestions questions;
    private @Nullable ModelException first;
    private String words = "";
    private int alike;

    ProbeRun(ProbeCalls calls) {
        this.calls = calls;
        this.questions = new ProbeQuestions(calls);
    }

    /** Why no call was answered; null if one was, or if none failed. */
    @Nullable
    ModelException outage() {
        return calls.hasReply() ? null : first;
    }

    Finding make(Check check) throws InterruptedException {
        if (alike >= ENOUGH && !calls.hasReply()) {
            String message = "the same for the rest: %d calls failed alike, and no more is asked".formatted(ENOUGH);
            return new Finding(check, Verdict.NOT_TRIED, message, List.of());
        }
        return tried(check).noting(calls.takeNotes());
    }

    private Finding tried(Check check) throws InterruptedException {
        try {
            return switch (check) {
                case SCHEMA -> questions.schema();
                case TEXT -> questions.text();
                case USAGE -> questions.usage();
                case PRICE -> questions.price();
                case CAP -> questions.cap();
                case TOOLS -> questions.tools();
                case STREAM -> questions.stream();
                case AFTER_STREAM -> questions.afterStream();
                case CANCEL -> questions.cancel();
                case LONG_INPUT -> questions.longInput();
                case REFUSAL -> questions.refusal();
                case LIMITS -> questions.limits();
            };
        } catch (CallRefusedException refused) {
            return refused(check, refused.reason());
        } catch (UnpricedException unpriced) {
            return new Finding(check, Verdict.NOT_TRIED, String.valueOf(unpriced.getMessage()), List.of());
        } catch (ModelException failure) {
            count(failure);
            String message = failure.getClass().getSimpleName() + ": " + failure.getMessage();
            String wait = failure.retryAfter()
                    .map(time -> "; the server asks to wait " + readable(time))
                    .orElse("");
            return new Finding(check, Verdict.FAILED, message + wait, List.of());
        }
    }

    private void count(ModelException failure) {
        String said = failure.getClass().getSimpleName() + wordsOf(String.valueOf(failure.getMessage()));
        alike = said.equals(words) ? alike + 1 : 1;
        words = said;
        first = first == null ? failure : first;
    }

    /** A message without its numbers and ids, which differ from call to call. */
    private static String wordsOf(String message) {
        return message.replaceAll("\\S*\\d\\S*", "#");
    }

    private static String readable(Duration time) {
        return time.toMillis() < 1_000 ? time.toMillis() + " ms" : time.toSeconds() + " s";
    }

    private static Finding refused(Check check, Reason reason) {
        boolean isBroken = reason instanceof Reason.BudgetExhausted(Admission.Exhausted admission)
                && admission.budget().breached();
        return isBroken && check == Check.CAP
                ? new Finding(
                        check,
                        Verdict.FAILED,
                        "replies above their caps stopped the budget: no budget holds at this server",
                        List.of())
                : new Finding(check, Verdict.NOT_TRIED, why(reason), List.of());
    }

    private static String why(Reason reason) {
        return switch (reason) {
            case Reason.BudgetExhausted(Admission.Exhausted admission) ->
                admission.budget().breached()
                        ? "a reply above its cap stopped the budget"
                        : "it may cost %s, and %s are left"
                                .formatted(admission.need(), admission.budget().free());
            case Reason.DeadlinePassed late -> "there is no time left";
            case Reason.PoolPaused(Instant until, ModelException because) ->
                "the server asked to wait %s: %s"
                        .formatted(
                                because.retryAfter()
                                        .map(ProbeRun::readable)
                                        .orElse("until " + until.truncatedTo(ChronoUnit.SECONDS)),
                                because.getMessage());
            case Reason.PoolStopped(ModelException failure) ->
                "no call is sent after this failure: " + failure.getMessage();
        };
    }
}
