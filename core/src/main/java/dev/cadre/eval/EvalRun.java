// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.record.Fingerprints;
import dev.cadre.run.RunSettings;
import dev.cadre.run.SteadyClock;
import dev.cadre.task.SubtaskType;
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

    /** Makes the bulk of a candidate, with a key of its own among the runs of a journal. */
    public interface Bulks<I, O> {
        Bulk<I, O> of(SubtaskType<I, O> type, String runKey);
    }

    /** @throws IllegalArgumentException if there are no examples */
    @SuppressWarnings("exports") // settings come from a coordinator alone
    public EvalRun(Evals<I, O> evals, RunSettings settings, Bulks<I, O> bulks) {
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
                    return new Trial<>(evals, candidate, models(candidate), bulks.of(type, key));
                })
                .toList();
    }

    private List<String> models(Candidate candidate) {
        return settings.pools().tiers().stream()
                .filter(tier -> !candidate.start().isAbove(tier) && !tier.isAbove(candidate.top()))
                .map(tier -> settings.pools().pool(tier).model())
                .toList();
    }

    /** What it will cost: a line for each candidate. */
    public CostEstimate preview(Budget budget) {
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
                Optional<Duration> left = time(budget).map(time -> time.minusNanos(clock.nanoTime() - start));
                if (end.isEmpty() && left.filter(time -> !time.isPositive()).isPresent()) {
                    end = Optional.of(BulkSummary.Stop.DEADLINE);
                }
                if (end.isPresent()) {
                    results.add(trial.untried(end.get()));
                    continue;
                }
                Budget own = Budget.of(budget.limit()).under(money);
                results.add(trial.run(left.map(own::within).orElse(own), clock));
                end = Optional.of(results.getLast().stop()).filter(EvalRun::endsAll);
            }
        }
        return new EvalResult(results, budget.limit());
    }

    /** Without a journal nothing goes on; a pause may be that of one model, and money may reach for a cheaper one. */
    private static boolean endsAll(BulkSummary.Stop stop) {
        return stop == BulkSummary.Stop.JOURNAL_FAILED || stop == BulkSummary.Stop.DEADLINE;
    }

    /** Of the whole eval; in batches each candidate has the time of a bulk run unless the budget has a deadline. */
    private Optional<Duration> time(Budget budget) {
        return evals.lane() == Lane.NOW ? Optional.of(settings.time(budget)) : budget.deadline();
    }
}
