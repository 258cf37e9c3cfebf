// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.budget.Budget;
import dev.cadre.merge.MergeFailedException;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.merge.TreeReduction;
import dev.cadre.merge.Vote;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.simulation.proof.SimTypes.Finding;
import dev.cadre.simulation.proof.SimTypes.Question;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a merger makes of outcomes, and what it asks a model for that. The mergers are those of production; their calls are
 * answered at once here, and what they take is for {@link SimMerger} to simulate.
 *
 * @param beside the calls that know nothing of each other
 * @param last the call that makes the answer of what those brought; none if code makes it
 * @param answer as text; empty if there is none
 * @param failure why there is none; empty if there is one
 */
record SimMergeWork(List<ModelRequest> beside, List<ModelRequest> last, String answer, String failure) {
    private static final int MERGE_BYTES = 4_096;
    private static final long CAP = 2_000;
    private static final int GOOD_SCORE = 75;
    private static final int PARTIES = 3;
    private static final long LONG_NANOS = Duration.ofHours(1).toNanos();

    /** Of a merger of production: short answers, and a model that reads about twenty outcomes at once. */
    private static final Limits LIMITS = SimPrices.LIMITS.withWorkerOutputTokens(300);

    private static final long MOST_INPUT = 13_500;
    private static final ModelPools UNASKED = pools((request, context) -> {
        throw new IllegalStateException("nobody is asked before there is something to merge");
    });

    /** Some outcomes, and how a world merges them. */
    private record Asked(SimRun run, List<SubtaskOutcome> outcomes, Money money, SimMergeModel model) {
        <R> Merged<R> to(Merger<R> merger) {
            var terms = new MergeTerms(
                    pools(model),
                    Budget.of(money).open(),
                    run.id(),
                    System.nanoTime() + LONG_NANOS,
                    LIMITS,
                    attempt -> {});
            try {
                return merger.merge(new MergeInput("A goal.", "", outcomes), terms);
            } catch (InterruptedException nobodyInterrupts) {
                throw new IllegalStateException(nobodyInterrupts);
            }
        }

        /** Whoever reads outcomes, and not only who writes the answer, is told what the caller wants. */
        void requireInstructed() {
            Stream.concat(model.beside().stream(), model.last().stream())
                    .forEach(request -> SimCheck.that(
                            request.instructions().contains(run.instructions()), "%s lacks instructions", request));
        }

        SimMergeWork made(String answer, String failure) {
            return new SimMergeWork(model.beside(), model.last(), answer, failure);
        }
    }

    private static ModelPools pools(ModelClient client) {
        ModelPool like = SimPrices.pool(Tier.MINI);
        ModelSpec.TokenBounds tokens = like.spec().tokens();
        ModelSpec spec = like.spec()
                .withTokens(ModelSpec.TokenBounds.of(tokens.context(), MOST_INPUT, tokens.maxOutput())
                        .boundByBytes());
        return ModelPools.of(ModelPool.builder(client, like.model())
                .catalog(ModelCatalog.standard().with(spec))
                .build());
    }

    /** What must be set aside for a merge before a run begins. */
    static Money leastCost(SimRun run) {
        return switch (run.mergeKind()) {
            case DIGEST, VOTE, FIRST_GOOD -> Money.ZERO;
            case SYNTHESIS -> SimMerger.worstCase(run.world(), synthesis(run));
            case BEST_OF -> bestOf(SimTypes.NOTE).leastCost(UNASKED, LIMITS);
            case TREE -> tree(run).leastCost(UNASKED, LIMITS);
        };
    }

    private static Merger<Finding> bestOf(SubtaskType<Question, Finding> type) {
        return Mergers.bestOf(type, Tier.MINI, "it has the highest score");
    }

    private static Merger<Finding> tree(SimRun run) {
        TreeReduction<Finding> tree = Mergers.treeReduction(Finding.class, Tier.MINI);
        return run.instructions().isEmpty() ? tree : tree.instructedBy(run.instructions());
    }

    private static ModelRequest synthesis(SimRun run) {
        String model = run.world().pool(Tier.MINI).model();
        return ModelRequest.of(model, "Merge." + run.instructions(), "x".repeat(MERGE_BYTES), CAP);
    }

    /**
     * Merges.
     *
     * @param money what is set aside for it
     */
    static SimMergeWork of(SimRun run, List<SubtaskOutcome> outcomes, Money money) {
        var dice = SimDice.of(run.world().seed().world(), run.id() + "/judge");
        var asked = new Asked(run, outcomes, money, new SimMergeModel(dice.nextBoolean()));
        return switch (run.mergeKind()) {
            case DIGEST -> new SimMergeWork(List.of(), List.of(), SimDigest.of(outcomes), "");
            case SYNTHESIS -> new SimMergeWork(List.of(), List.of(synthesis(run)), SimDigest.of(outcomes), "");
            case VOTE -> vote(asked);
            case FIRST_GOOD -> firstGood(asked);
            case BEST_OF -> bestOf(asked);
            case TREE -> tree(asked);
        };
    }

    private static SimMergeWork vote(Asked asked) {
        var expected = SimExpected.of(asked.outcomes());
        var ballot = Mergers.vote(expected.type(), finding -> finding.score() % PARTIES)
                .withWeight(finding -> 1 + finding.score() / SimTypes.PASSING_SCORE)
                .withQuorum(0);
        Vote<Finding> vote = asked.to(ballot).answer();
        expected.requireVote(vote, PARTIES);
        String winner;
        try {
            winner = asked.to(ballot.plurality()).answer().toString();
        } catch (MergeFailedException tied) {
            winner = "";
        }
        SimCheck.that(
                winner.equals(vote.winner().map(Finding::toString).orElse("")),
                "'%s' is the winner of %s",
                winner,
                vote);
        if (vote.isTie()) {
            asked.run().world().met(SimulationPhenomenon.VOTE_TIED);
        }
        return asked.made(vote.toString(), "");
    }

    private static SimMergeWork firstGood(Asked asked) {
        var expected = SimExpected.of(asked.outcomes());
        List<Finding> good = expected.values().stream()
                .filter(finding -> finding.score() >= GOOD_SCORE)
                .toList();
        try {
            Finding first = asked.to(Mergers.firstGood(
                            expected.type(), "the score is high", finding -> finding.score() >= GOOD_SCORE))
                    .answer();
            SimCheck.that(first.equals(good.getFirst()), "%s is the first of %s", first, good);
            if (!first.equals(expected.values().getFirst())) {
                asked.run().world().met(SimulationPhenomenon.PASSED_OVER);
            }
            return asked.made(first.toString(), "");
        } catch (MergeFailedException none) {
            SimCheck.that(good.isEmpty(), "%s, and there is %s", none, good);
            return asked.made("", String.valueOf(none.getMessage()));
        }
    }

    private static SimMergeWork bestOf(Asked asked) {
        var expected = SimExpected.of(asked.outcomes());
        try {
            Merged<Finding> best = asked.to(bestOf(expected.type()));
            boolean tied = expected.requireBest(best, asked.model());
            asked.run().world().met(tied ? SimulationPhenomenon.JUDGE_TIED : SimulationPhenomenon.JUDGED);
            return asked.made(best.toString(), "");
        } catch (MergeFailedException notSent) {
            return unsent(asked, notSent);
        }
    }

    private static SimMergeWork tree(Asked asked) {
        try {
            Finding answer = asked.to(tree(asked.run())).answer();
            SimExpected.requireAllRead(asked.outcomes(), answer);
            asked.requireInstructed();
            if (!asked.model().beside().isEmpty()) {
                asked.run().world().met(SimulationPhenomenon.TREE_REDUCED);
            }
            return asked.made(answer.toString(), "");
        } catch (MergeFailedException notSent) {
            return unsent(asked, notSent);
        }
    }

    /** A merger that cannot keep its promise asks nobody. */
    private static SimMergeWork unsent(Asked asked, MergeFailedException why) {
        SimMergeWork unsent = asked.made("", String.valueOf(why.getMessage()));
        SimCheck.that(unsent.beside().isEmpty() && unsent.last().isEmpty(), "asked, and failed: %s", why);
        return unsent;
    }
}
