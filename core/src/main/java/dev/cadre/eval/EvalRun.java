// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.record.Fingerprints;
import dev.cadre.run.RunSettings;
import dev.cadre.run.SteadyClock;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.PoolChoice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One execution of an {@link Evals}: the candidates one after the other, each a bulk run of its own under one budget. For
 * the coordinator, which makes the bulks.
 */
public final class EvalRun<I, O> {
    private static final int DIGITS = 16;

    private final Evals<I, O> evals;
    private final RunSettings settings;
    private final SteadyClock clock;
    private final List<Trial<I, O>> trials;

    /** Makes the bulk of a candidate or a judge, with a key of its own among the runs of a journal. */
    @FunctionalInterface
    public interface Bulks {
        <A, B> Bulk<A, B> of(SubtaskType<A, B> type, String runKey);
    }

    /** @throws IllegalArgumentException if there are no examples */
    @SuppressWarnings("exports") // settings come from a coordinator alone
    public EvalRun(Evals<I, O> evals, RunSettings settings, Bulks bulks) {
        if (evals.examples().isEmpty()) {
            throw new IllegalArgumentException(
                    "an eval of '%s' needs examples".formatted(evals.type().name()));
        }
        this.evals = evals;
        this.settings = settings;
        clock = settings.steadyClock();
        var fingerprints = new Fingerprints(settings.pools(), settings.limits());
        trials = evals.candidates(settings.pools()).stream()
                .map(candidate -> {
                    SubtaskType<I, O> type = candidate.of(evals.type());
                    // with a digest of all that changes answers: what an older prompt cost is not the cost of this one
                    String key = "eval %s %s"
                            .formatted(candidate, fingerprints.of(type).hex().substring(0, DIGITS));
                    Optional<JudgeRun> judge = evals.judge()
                            .map(each -> new JudgeRun(bulks.of(
                                    each.type(),
                                    key + " judged by "
                                            + fingerprints.of(each.type()).hex())));
                    return new Trial<>(evals, candidate, models(type), bulks.of(type, key), judge);
                })
                .toList();
    }

    /** Those behind a tier follow its own. */
    private List<String> models(SubtaskType<I, O> type) {
        ModelPools pools = settings.pools();
        return PoolChoice.tiers(pools, type).stream()
                .flatMap(tier -> PoolChoice.of(pools, type, tier).models().stream())
                .toList();
    }

    /** What it will cost: a line for each candidate. Throws as {@link #run} does for the lane. */
    public CostEstimate preview(Budget budget) {
        trials.forEach(Trial::requireLane);
        Money left = budget.limit().minusOrZero(before()).atMost(budget.spendable());
        var lines = new ArrayList<CostEstimate.Line>();
        for (Trial<I, O> trial : trials) {
            CostEstimate.Line line = trial.preview();
            lines.add(new CostEstimate.Line(
                    trial.candidate().toString(), line.type(), List.of(), line.tiers(), line.items(), line.quote()));
        }
        boolean mayEnd = lines.stream()
                .map(CostEstimate.Line::quote)
                .reduce(Quote.NOTHING, Quote::plus)
                .cost()
                .worst()
                .isMoreThan(left);
        return new CostEstimate(
                mayEnd ? lines.stream().map(CostEstimate.Line::atBest).toList() : lines,
                Quote.NOTHING,
                Quote.NOTHING,
                left,
                Money.ZERO);
    }

    private Money before() {
        return trials.stream().map(Trial::before).reduce(Money.ZERO, Money::plus);
    }

    /**
     * Tries every candidate. Blocks; spends money.
     *
     * @throws IllegalArgumentException if the batch lane cannot do this; nothing was spent
     * @throws IllegalStateException if examples are under way in batches and this is not the batch lane; nothing was spent
     */
    public EvalResult run(Budget budget) throws InterruptedException {
        trials.forEach(Trial::requireLane);
        long start = clock.nanoTime();
        var results = new ArrayList<CandidateResult>();
        try (BudgetGuard money = budget.open(before())) {
            Optional<BulkSummary.Stop> end = Optional.empty();
            for (Trial<I, O> trial : trials) {
                end = end.or(() -> endOfTime(budget, start));
                if (end.isEmpty()) {
                    trial.run(left(budget, money, start), clock);
                    end = trial.end().or(() -> endOfTime(budget, start));
                }
                if (end.isEmpty() && evals.judge().isPresent()) {
                    end = trial.judge(left(budget, money, start));
                }
                results.add(trial.result(end));
            }
        }
        Judging judging = trials.stream().map(Trial::judging).reduce(Judging.NONE, Judging::plus);
        return new EvalResult(results, judging, budget.limit());
    }

    private Budget left(Budget budget, BudgetGuard money, long start) {
        Budget own = Budget.of(budget.limit()).under(money);
        return leftTime(budget, start).map(own::within).orElse(own);
    }

    private Optional<BulkSummary.Stop> endOfTime(Budget budget, long start) {
        return leftTime(budget, start).filter(time -> !time.isPositive()).map(time -> BulkSummary.Stop.DEADLINE);
    }

    /**
     * Of that of the whole eval; in batches each candidate has the time of a bulk run unless the budget has a deadline.
     */
    private Optional<Duration> leftTime(Budget budget, long start) {
        Optional<Duration> time = evals.lane() == Lane.NOW ? Optional.of(settings.time(budget)) : budget.deadline();
        return time.map(whole -> whole.minusNanos(clock.nanoTime() - start));
    }
}
