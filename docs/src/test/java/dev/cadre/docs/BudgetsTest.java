// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.Plan;
import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.docs.Pets.Brief;
import dev.cadre.docs.Pets.Note;
import dev.cadre.docs.Pets.Notes;
import dev.cadre.model.ModelClient;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlanReview;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.task.Input;
import dev.cadre.task.Limits;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Runs the snippets of docs/budgets.md. */
class BudgetsTest {
    final ScriptedModel model = new ScriptedModel();
    final Coordinator coordinator = Coordinator.of(model.pools());
    final TaskGraph.Builder builder = TaskGraph.builder();
    final SubtaskRef<Note> cats = builder.add("cats", Pets.NOTE, "cats");
    final SubtaskRef<Note> dogs = builder.add("dogs", Pets.NOTE, "dogs");
    final SubtaskRef<Brief> brief = builder.add("brief", Pets.BRIEF, Input.from(cats, dogs, Notes::new));
    final TaskGraph<Brief> graph = builder.answering(brief);

    private void scriptAll() {
        model.on(Pets.NOTE).costing(1_000, 400).replies(new Note("noted"));
        model.on(Pets.BRIEF).costing(1_000, 400).replies(new Brief("noted twice"));
    }

    @Test
    void run_withABudget() throws Exception {
        scriptAll();

        // region budgets-run
        var budget = Budget.usd("0.25").within(Duration.ofSeconds(90));
        var result = coordinator.run(graph, budget);
        Money spent = result.spend().total();
        // endregion

        assertThat(spent).isEqualTo(Money.usd("0.0021")); // 3 x (1,000 in + 400 out) on nano
    }

    @Test
    void run_underATenantsBudget() throws Exception {
        scriptAll();
        var spentBeforeTheRestart = Money.usd("4.90");

        // region budgets-tenant
        BudgetGuard tenant = Budget.usd("5.00").open(spentBeforeTheRestart);
        var first = coordinator.run(graph, Budget.usd("0.25").under(tenant));
        var second = coordinator.run(graph, Budget.usd("0.25").under(tenant));
        Money spentSoFar = tenant.state().spent(); // to be kept: open(spentSoFar) goes on from here
        tenant.close(); // refuses every later need
        // endregion

        assertThat(first).isCompleteWith(new Brief("noted twice"));
        assertThat(second).isCompleteWith(new Brief("noted twice"));
        assertThat(spentSoFar).isEqualTo(Money.usd("4.9042"));
        assertThat(coordinator.run(graph, Budget.usd("0.25").under(tenant)))
                .spent("0")
                .leftNothingBehind();
    }

    @Test
    void needs_contendedAndExhausted() {
        // region budgets-needs
        BudgetGuard guard = Budget.usd("0.10").open();
        var first = (Admission.Granted) guard.reserve(Money.usd("0.08"));
        Admission second = guard.reserve(Money.usd("0.05")); // contended: only the first stands in the way
        first.reservation().settle(Money.usd("0.02"));
        Admission third = guard.reserve(Money.usd("0.05")); // granted: 0.02 are gone, 0.08 are free
        Admission fourth = guard.reserve(Money.usd("0.09")); // exhausted: 0.02 and 0.09 are above the limit
        // endregion

        assertThat(second).isInstanceOf(Admission.Contended.class);
        assertThat(third).isInstanceOf(Admission.Granted.class);
        assertThat(fourth).isInstanceOf(Admission.Exhausted.class);
    }

    @Test
    void money_tooShort_skips() throws Exception {
        model.on(Pets.NOTE).costing(100, 2_000).replies(new Note("long"));

        // one worst case of a note is a little over $0.0025: two fit, a brief after them does not
        var result = coordinator.run(graph, Budget.usd("0.0056"));

        assertThat(result).outcome(brief).isSkippedBecause(Skip.Kind.BUDGET);
        assertThat(result).isFailedBecause(RunFailure.Kind.ANSWER_MISSING).spentAtMost("0.0056");
    }

    @Test
    void graph_previewed() {
        var text = new StringBuilder();
        // region budgets-preview
        CostEstimate estimate = coordinator.preview(graph, Budget.usd("0.25"));
        Money expected = estimate.expected();
        Money worst = estimate.worst(); // at most $0.25
        for (CostEstimate.Line line : estimate.subtasks()) {
            text.append(line.id() + ": " + line.items() + " items, " + line.cost() + "\n");
        }
        // endregion

        assertThat(worst).isGreaterThan(expected).isLessThanOrEqualTo(Money.usd("0.25"));
        assertThat(text.toString().lines()).hasSameSizeAs(graph.nodes());
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void plan_approved() throws Exception {
        model.onPlan().replies("""
                {"subtasks":[{"type":"note","id":"cats","input":{"value":"cats"}}]}""");
        model.on(Pets.NOTE).replies(new Note("They purr."));
        model.onMerge().repliesText("{\"answer\":{\"headline\":\"Cats purr\"},\"citations\":[]}");
        Coordinator coordinator =
                Coordinator.builder(model.pools()).plansWith(Pets.NOTE).build();
        var goal = Goal.of("What do cats do?", Brief.class);
        var budget = Budget.usd("0.25");

        // region budgets-plan
        Plan<Brief> plan = coordinator.plan(goal, budget);
        CostEstimate estimate = coordinator.preview(plan, budget);
        String kept = plan.toJson(); // to be shown, and read by another process
        Plan<Brief> approved = Plan.parse(kept, goal);
        var result = coordinator.run(approved, budget);
        // endregion

        assertThat(result).isCompleteWith(new Brief("Cats purr"));
        assertThat(result.spend().total()).isBetween(estimate.low(), estimate.worst());
    }

    @Test
    void plan_reviewedByItsEstimate() throws Exception {
        ModelPools models = model.pools();
        model.onPlan().replies("""
                {"subtasks":[{"type":"note","id":"cats","input":{"value":"cats"}}]}""");
        model.on(Pets.NOTE).replies(new Note("They purr."));
        model.onMerge().repliesText("{\"answer\":{\"headline\":\"Cats purr\"},\"citations\":[]}");

        // region budgets-review
        Coordinator careful = Coordinator.builder(models)
                .plansWith(Pets.NOTE)
                .limits(Limits.DEFAULT.withMaxItems(50))
                .review(proposed -> {
                    CostEstimate estimate = proposed.estimate();
                    long items = estimate.subtasks().stream()
                            .mapToLong(line -> line.items().worst())
                            .sum();
                    return items > 100 || estimate.expected().isMoreThan(Money.usd("0.10"))
                            ? new PlanReview.Verdict.Reject("%s for up to %d items".formatted(estimate, items))
                            : new PlanReview.Verdict.Approve();
                })
                .build();
        // endregion

        assertThat(careful.run(Goal.of("What do cats do?", Brief.class), Budget.usd("0.25")))
                .isCompleteWith(new Brief("Cats purr"));
    }

    @Test
    void tier_movedToAnotherModel() throws Exception {
        scriptAll();
        ModelClient client = model;

        // region budgets-tiers
        ModelPools models = ModelPools.builder()
                .flagship(ModelPool.of(client, "gpt-5.4"))
                .mini(ModelPool.of(client, "gpt-5.4-mini"))
                .nano(ModelPool.of(client, "gpt-6-luna"))
                .build();
        // endregion

        assertThat(models.pool(Tier.NANO).model()).isEqualTo("gpt-6-luna");
        assertThat(Coordinator.of(models).run(graph, Budget.usd("0.25"))).spent("0.0009"); // 3 x (1,000 in + 400 out)
    }

    @Test
    void model_withItsOwnPrice() throws Exception {
        scriptAll();
        ModelClient client = model;

        // region budgets-price
        ModelPool house = ModelPool.builder(client, "house-model-7b")
                .price(Price.perMillionTokens("0.10", "0.10", "0.20")) // input, cached input, output
                .maxParallel(8)
                .build();
        // endregion

        var result = Coordinator.of(ModelPools.of(house)).run(graph, Budget.usd("0.05"));
        assertThat(result).spent("0.00054"); // 3 x (1,000 in + 400 out)
    }
}
