// SPDX-License-Identifier: Apache-2.0
package dev.cadre.probe;

import dev.cadre.budget.Admission;
import dev.cadre.model.ModelException;
import dev.cadre.pool.CallRefusedException;
import dev.cadre.pool.CallRefusedException.Reason;
import dev.cadre.price.Money;
import dev.cadre.price.UnpricedException;
import dev.cadre.probe.Finding.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** One probe under way, which gives up on a server that fails alike at everything. Not safe for use by several threads. */
final class ProbeRun {
    /** Failures in the same words, before any reply, after which nothing else is asked. */
    private static final int ENOUGH = 3;

    private static final Money CENT = Money.usd("0.01");

    private final ProbeCalls calls;
    private final ProbeQuestions questions;
    private @Nullable ModelException first;
    private String words = "";
    private int alike;
    private boolean wasLate;

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
            return Finding.of(check, Verdict.NOT_TRIED, message);
        }
        return tried(check).noting(calls.takeNotes()).maskedBy(calls.pool()::masked);
    }

    private Finding tried(Check check) throws InterruptedException {
        try {
            Finding made = switch (check) {
                case SCHEMA -> questions.schema();
                case TEXT -> questions.text();
                case USAGE -> questions.usage();
                case PRICE -> questions.price();
                case CAP -> questions.cap();
                case TOOLS -> questions.tools();
                case STREAM -> questions.stream();
                case AFTER_STREAM -> questions.afterStream();
                case CANCEL -> questions.cancel();
                case REFUSAL -> questions.refusal();
                case LONG_INPUT -> questions.longInput();
                case LIMITS -> questions.limits();
            };
            wasLate = false;
            return made;
        } catch (CallRefusedException refused) {
            return refused(check, refused.reason());
        } catch (UnpricedException unpriced) {
            return Finding.of(check, Verdict.NOT_TRIED, String.valueOf(unpriced.getMessage()));
        } catch (ModelException.TimedOut late) {
            count(late);
            return timedOut(check, late);
        } catch (ModelException failure) {
            count(failure);
            wasLate = false;
            String message = failure.getClass().getSimpleName() + ": " + failure.getMessage();
            String wait = failure.retryAfter()
                    .map(time -> "; the server asks to wait " + readable(time))
                    .orElse("");
            return Finding.of(check, Verdict.FAILED, message + wait);
        }
    }

    /** A server may go on with what nobody waits for any more, and then has no room for what comes next. */
    private Finding timedOut(Check check, ModelException.TimedOut late) {
        boolean again = wasLate;
        wasLate = true;
        if (check == Check.LONG_INPUT) { // a slow server may read long inputs all the same
            return Finding.of(
                            check,
                            Verdict.LIMITED,
                            "no whole reply to %d words within %s, the time limit of a call here"
                                    .formatted(ProbeQuestions.FILLER_WORDS, calls.timeLimit()))
                    .advising(
                            "a run waits 10 minutes for a call, or the timeout of its pool, books it at its worst case"
                                    + " and asks again: give slow servers short inputs");
        }
        if (again) {
            return Finding.of(
                    check,
                    Verdict.NOT_TRIED,
                    "no reply within %s: the server may still be busy with the call before, which it did not end in time"
                            .formatted(calls.timeLimit()));
        }
        return Finding.of(
                check, Verdict.FAILED, "TimedOut within %s: %s".formatted(calls.timeLimit(), late.getMessage()));
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
                ? Finding.of(
                        check,
                        Verdict.FAILED,
                        "replies above their caps stopped the budget: no budget holds at this server")
                : Finding.of(check, Verdict.NOT_TRIED, why(reason)).advising(advice(reason));
    }

    private static String advice(Reason reason) {
        return reason instanceof Reason.BudgetExhausted(Admission.Exhausted admission)
                        && !admission.budget().breached()
                ? "a budget of %s pays for it"
                        .formatted(wholeCents(admission.budget().spent().plus(admission.need())))
                : "";
    }

    private static Money wholeCents(Money money) {
        return Money.ofPico(Math.ceilDiv(money.picoUsd(), CENT.picoUsd()) * CENT.picoUsd());
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
