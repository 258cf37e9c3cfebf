// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.util.Optional;

/**
 * Performs rungs: those of models on a pool, those of plain code right here. Immutable and safe for use by many threads.
 */
public final class SubtaskWorker {
    private final ModelPools pools;

    private SubtaskWorker(ModelPools pools) {
        this.pools = pools;
    }

    /** A worker that calls models through these pools, which it does not own. */
    public static SubtaskWorker of(ModelPools pools) {
        return new SubtaskWorker(pools);
    }

    /**
     * Performs one rung on the calling thread, which should be a virtual one; blocks until it has ended, and spends money
     * if a model does the work.
     *
     * <p>An interrupt is a cancel: calls and tools that are under way are interrupted, too, and nothing more is begun. If
     * a tool that writes may have run by then, the rung ends as {@link dev.cadre.task.Failure.Kind#EFFECT_UNKNOWN}; if
     * nothing was sent or called yet, as a {@link RungEnd.Cancelled} that says so. In both cases the thread keeps its
     * interrupt flag.
     *
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalStateException if no model is bound to the tier of work for a model
     */
    public RungEnd perform(RungTask task, RungTerms terms) throws InterruptedException {
        RungEnd end = switch (task.type().work()) {
            case Work.Model<?, ?> model -> ModelWorker.perform(task, pools, terms);
            case Work.Code<?, ?> code -> CodeWorker.perform(task, code, terms);
        };
        if (end instanceof RungEnd.Failed failed && failed.failure().kind() != Failure.Kind.EFFECT_UNKNOWN) {
            requireNoCancel(failed.failure(), terms);
        }
        return end;
    }

    /**
     * What goes with the input of a rung: makes it, unless that was done, by the user's code, which may block.
     *
     * @throws InterruptedException if the thread was interrupted
     */
    public static Attached attached(RungTask task, RungTerms terms) throws InterruptedException {
        return terms.perform(
                "attachments", task.type(), task::made, task.attached() == null && Attached.isNeededBy(task.type()));
    }

    /**
     * The failure by the first rule of a type that does not accept an output, if any; asks the rules on a thread for the
     * code of users, and waits for them.
     *
     * @param name of that thread
     * @throws InterruptedException if the calling thread was interrupted meanwhile
     */
    public static <I, O> Optional<Failure> broken(
            SubtaskType<I, O> type, I input, O output, CodeThreads threads, String name) throws InterruptedException {
        if (type.acceptances().isEmpty()) {
            return Optional.empty();
        }
        Optional<Failure> broken = threads.call(name, type, () -> Acceptances.broken(type, input, output));
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while an answer was checked");
        }
        return broken;
    }

    /** Code that was interrupted by the run has not failed. */
    private static void requireNoCancel(Failure failure, RungTerms terms) throws InterruptedException {
        Optional<Throwable> thrown = failure.cause();
        if (thrown.isPresent()) {
            terms.throwIfCancel(thrown.get());
        }
    }

    /**
     * Refuses work that some tier of its own could not do for a known price: a service tier that a model is not offered
     * in, a tool at the provider without a price. Does nothing for plain code. Does not block, spends nothing.
     *
     * @throws dev.cadre.price.UnpricedException if so
     */
    public void requirePriced(SubtaskType<?, ?> type, Limits limits) {
        FirstCall.requirePriced(type, pools, limits);
    }

    /**
     * The most that the first call of a rung reserves; what a call of plain code costs; nothing for a call that would be
     * refused unsent.
     * Attachments are not made for it, so theirs comes on top. Does not block, spends nothing.
     *
     * @return empty if no model is bound to the tier
     */
    public Optional<Money> firstCall(RungTask task, Limits limits) {
        return FirstCall.worstCase(task, pools, limits);
    }

    /**
     * The same for work whose input is not known yet: priced with an empty one, so the real worst case is higher by the
     * input's bytes.
     */
    public Optional<Money> firstCall(SubtaskType<?, ?> type, Tier tier, Limits limits) {
        return FirstCall.worstCase(type, tier, pools, limits);
    }

    /**
     * What a subtask with such an input may take, on all its tiers; see {@link dev.cadre.price.CostEstimate} for what the
     * figures mean. Makes the attachments of a known input, which may block; spends nothing.
     */
    public SubtaskQuote quote(SubtaskType<?, ?> type, InputSize input, Limits limits) {
        return new SubtaskEstimate(pools, limits).of(type, input);
    }
}
