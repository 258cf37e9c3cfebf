// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.budget.BudgetClosedException;
import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.pool.CallRefusedException;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Capability;
import dev.cadre.price.Money;
import java.util.List;

/** The calls that make one plan: the first, its continuations, and one repair. */
final class PlanDialogue {
    private static final int MAX_REFUSAL_CHARS = 200;

    private final PlanRequest request;
    private final PlanIntake intake;
    private final ModelPool pool;
    private final PlanPrompt prompt;
    private long maxOutputTokens;

    /** How a round ended. */
    private enum Round {
        WHOLE,
        CUT,
        /** There is no use in asking on. */
        STUCK
    }

    PlanDialogue(PlanRequest request, String wishes, PlanIntake intake) {
        this.request = request;
        this.intake = intake;
        this.pool = flagship(request);
        this.prompt = new PlanPrompt(request, pool.model(), wishes);
        this.maxOutputTokens = firstCap(request);
    }

    static Money firstCall(PlanRequest request, String wishes) {
        var pool = flagship(request);
        return pool.worstCase(new PlanPrompt(request, pool.model(), wishes).first(firstCap(request)));
    }

    /** The worst case of the first call of a later round, whatever the plan has come to by then. */
    static Money roundCall(PlanRequest request, String wishes) {
        var pool = flagship(request);
        return pool.worstCase(
                new PlanPrompt(request, pool.model(), wishes).first(firstCap(request)), ProgressText.MOST_BYTES);
    }

    private static ModelPool flagship(PlanRequest request) {
        ModelPool pool = request.terms().pools().pool(Tier.FLAGSHIP);
        if (request.attachments().stream().anyMatch(Attachment.Image.class::isInstance)
                && !pool.spec().can(Capability.VISION)) {
            throw new PlanFailedException(
                    "the goal attaches a picture, and the model '%s' of the planner lacks %s: state it with ModelSpec.withCapabilities if it has it"
                            .formatted(pool.model(), Capability.VISION));
        }
        return pool;
    }

    private static long firstCap(PlanRequest request) {
        return Math.min(
                request.limits().plannerOutputTokens(),
                flagship(request).spec().tokens().maxOutput());
    }

    void run() throws InterruptedException {
        // a plan that an earlier session of the run began is continued, never asked for again
        Round last = isFull() || isUnfit() ? Round.WHOLE : ask(next());
        for (int i = 0; last == Round.CUT && !isFull() && i < request.limits().planContinuations(); i++) {
            last = ask(next());
        }
        switch (last) {
            case WHOLE -> repair();
            case CUT -> {
                intake.breakOff("the plan was cut off and is not whole");
                repair();
            }
            case STUCK -> {}
        }
    }

    private ModelRequest next() {
        return isEmpty() ? prompt.first(maxOutputTokens) : prompt.continuation(intake.added(), maxOutputTokens);
    }

    /** Only additions are taken: a plan that is full has nothing to gain. */
    private void repair() throws InterruptedException {
        if (isEmpty() && intake.defects().isEmpty() && !request.progress().isRound()) {
            note("the plan has no subtasks");
        }
        var outstanding = intake.outstanding();
        if (outstanding.isEmpty() || isFull()) {
            return;
        }
        List<PlannedSubtask> before = intake.added();
        intake.answering();
        List<String> unresolved = intake.unresolved();
        List<PlannedSubtask> taken =
                before.stream().filter(each -> !unresolved.contains(each.id())).toList();
        Round round = ask(prompt.repair(taken, outstanding, maxOutputTokens));
        if (round == Round.CUT) {
            note("the repair of the plan was cut off");
        } else if (round == Round.WHOLE && intake.added().equals(before)) {
            note("the repair of the plan added nothing");
        }
    }

    private Round ask(ModelRequest ask) throws InterruptedException {
        var reader = new PlanReader(intake);
        int before = intake.added().size();
        ModelReply reply;
        try {
            reply = pool.call(ask, terms(reader));
        } catch (ModelException failure) {
            return failed(failure, reader);
        } catch (CallRefusedException | BudgetClosedException refusal) {
            return stuck(refusal);
        }
        return switch (reply.finish()) {
            case COMPLETE, TOOL_CALLS -> ended(reply, reader, true);
            case TRUNCATED -> truncated(reply, reader, before);
            case REFUSED -> stuck(new PlanFailedException("the planner declined: " + excerpt(reply)));
            case FILTERED -> stuck(new PlanFailedException("the provider's content filter stopped the planner"));
        };
    }

    /** The same cap again would end as the last one did, unless the next call has less to say. */
    private Round truncated(ModelReply reply, PlanReader reader, int takenBefore) {
        ended(reply, reader, false);
        if (intake.added().size() == takenBefore) {
            maxOutputTokens = Math.min(2 * maxOutputTokens, pool.spec().tokens().maxOutput());
        }
        return Round.CUT;
    }

    /** @param isWhole whether the model had no more to say */
    private Round ended(ModelReply reply, PlanReader streamed, boolean isWhole) {
        // a client that does not stream has handed over nothing, one that does everything, unless pieces were lost
        PlanReader reader = streamed.isAtOneWith(reply.text()) ? streamed : new PlanReader(intake);
        reader.accept(reply.text()
                .substring((int) Math.min(reader.received(), reply.text().length())));
        if (reader.isFollowedByAnother()) {
            intake.note(new PlanDefect(
                    "", "the plan that was written first counts; another JSON object behind it was dropped"));
        }
        if (isWhole && reader.isProse()) {
            note("the reply has no JSON object");
            return Round.WHOLE;
        }
        return reader.end() == PlanReader.Ending.CUT ? Round.CUT : Round.WHOLE;
    }

    /** Whatever was lost after the reply had begun can be continued; the pool has tried everything else. */
    private Round failed(ModelException failure, PlanReader reader) {
        if (reader.received() > 0 && failure.isRetryable()) {
            reader.end();
            return Round.CUT;
        }
        return stuck(failure);
    }

    private Round stuck(RuntimeException why) {
        if (isEmpty() && intake.defects().isEmpty()) {
            throw why;
        }
        intake.breakOff("the planner could not be asked on: " + why.getMessage());
        return Round.STUCK;
    }

    private CallTerms terms(PlanReader reader) {
        var terms = request.terms();
        var purpose =
                new CallPurpose(CallPurpose.Kind.PLAN, terms.runId(), "", "planner", request.goal(), Tier.FLAGSHIP);
        return CallTerms.of(terms.budget(), purpose, terms.deadlineNanos())
                .withText(reader::accept)
                .withAttempts(terms.attempts());
    }

    private boolean isEmpty() {
        return intake.added().isEmpty();
    }

    /** Whether something of a plan that an earlier session began does not fit any more: that is repaired. */
    private boolean isUnfit() {
        return !isEmpty() && !intake.defects().isEmpty();
    }

    private boolean isFull() {
        return intake.isFull();
    }

    private void note(String trouble) {
        intake.reject(new PlanDefect("", trouble));
    }

    private static String excerpt(ModelReply reply) {
        return new Json.Str(Quoted.cut(reply.text(), MAX_REFUSAL_CHARS)).write();
    }
}
