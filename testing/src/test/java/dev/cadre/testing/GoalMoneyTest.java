// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.Plan;
import dev.cadre.RunResult;
import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.Planner;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.Quote;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunClock;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The money of goals: the floor, the merger's allotment, previews. */
class GoalMoneyTest {
    private static final Goal<Answer> GOAL = Goal.of("Take notes", Answer.class);
    private static final Pattern FLOOR = Pattern.compile("need at least \\$([0-9.]+)$");

    final ScriptedModel model = new ScriptedModel();
    final Coordinator coordinator =
            Coordinator.builder(model.pools()).plansWith(NOTE).build();

    private Money floorSaidFor(Budget budget) throws InterruptedException {
        RunResult.Failed<Answer> failed = Crew.failed(coordinator.run(GOAL, budget));
        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
        assertThat(failed).spent("0").leftNothingBehind();
        var floor = FLOOR.matcher(failed.cause().message());
        assertThat(floor.find()).as(failed.cause().message()).isTrue();
        return Money.usd(floor.group(1));
    }

    @Test
    void budget_belowTheFloor_isRefusedBeforeAnyCallAndNamesIt() throws Exception {
        Money floor = floorSaidFor(Budget.usd("0.001"));

        assertThat(floorSaidFor(Budget.of(floor.minus(Money.ofPico(1))))).isEqualTo(floor);
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void budget_atTheFloor_isEnoughForPlannerOneSubtaskAndMerger() throws Exception {
        Money floor = floorSaidFor(Budget.usd("0.001"));
        model.onPlan().replies(plan(plannedNote("a")));
        model.on(NOTE).replies(new Note("A"));
        model.onMerge().repliesText(Crew.merged("done"));

        assertThat(coordinator.run(GOAL, Budget.of(floor))).isCompleteWith(new Answer("done"));
    }

    @Test
    void workers_exhaustTheRest_mergerStillAnswersFromItsOwnMoney() throws Exception {
        String[] notes =
                IntStream.range(0, 60).mapToObj(i -> plannedNote("n" + i)).toArray(String[]::new);
        model.onPlan().costing(2_000, 2_000).replies(plan(notes));
        model.on(NOTE).costing(100, 2_000).replies(new Note("long"));
        model.onMerge().costing(4_000, 1_000).repliesText(Crew.merged("what there is"));

        var partial = Crew.partial(coordinator.run(GOAL, Budget.usd("0.20")));

        assertThat(partial.answer()).isEqualTo(new Answer("what there is"));
        assertThat(partial).leftNothingBehind();
        var outcomes = partial.report().outcomes().values();
        long paid = outcomes.stream().filter(Outcome::isSucceeded).count();
        assertThat(outcomes)
                .filteredOn(outcome -> !outcome.isSucceeded())
                .allSatisfy(outcome -> assertThat(outcome)
                        .isInstanceOfSatisfying(
                                Outcome.Skipped.class,
                                skipped -> assertThat(skipped.skip().kind()).isEqualTo(Skip.Kind.BUDGET)));
        // planner $0.035; $0.06 are the merger's, so $0.105 are left for notes: each costs $0.00252 and may cost
        // $0.0026158, which no more than 40 others let pass
        assertThat(paid).isEqualTo(41);
        // the notes cost $0.10332, the merger $0.0075
        assertThat(partial).spent("0.14582");
    }

    @Test
    void previewOfAGraph_risesFromLowToWorst_andCallsNothing() {
        var graph = TaskGraph.builder();
        var rising = NOTE.upTo(Tier.MINI);
        var a = graph.add("a", NOTE, new Topic("a"));
        var b = graph.add("b", rising, Input.from(a, note -> new Topic(note.text())));

        CostEstimate estimate = coordinator.preview(graph.answering(b));

        assertThat(estimate.subtasks()).extracting(CostEstimate.Line::id).containsExactly("a", "b");
        assertThat(estimate.subtasks()).extracting(CostEstimate.Line::tiers).containsExactly("NANO", "NANO-MINI");
        assertThat(estimate.subtasks().get(1).dependsOn()).containsExactly("a");
        CostRange first = estimate.subtasks().get(0).cost();
        CostRange second = estimate.subtasks().get(1).cost();
        assertThat(first.low()).isGreaterThan(Money.ZERO).isLessThan(first.expected());
        assertThat(second.low()).as("it may be skipped").isEqualTo(Money.ZERO);
        assertThat(second.worst())
                .as("one may escalate")
                .isGreaterThan(first.worst().times(2));
        assertThat(estimate.cost()).isEqualTo(first.plus(second));
        assertThat(estimate.isCappedByBudget()).isFalse();
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void previewOfAKnownList_countsEveryItem() throws Exception {
        model.on(NOTE).costing(200, 500).replies(new Note("usual"));
        List<Topic> topics =
                IntStream.range(0, 100).mapToObj(i -> new Topic("topic " + i)).toList();
        var graph = TaskGraph.builder();
        var notes = graph.add("notes", NOTE, Input.forEach(topics));
        var late = graph.add("late", NOTE, Input.forEach(topics));
        graph.after(late, notes);
        var whole = graph.answering(late);

        CostEstimate estimate = coordinator.preview(whole);
        RunResult<Items<Note>> result = coordinator.run(whole, Budget.usd("100"));

        assertThat(estimate.subtasks()).extracting(CostEstimate.Line::items).containsOnly(CountRange.of(100));
        assertThat(estimate.calls()).isEqualTo(new CountRange(100, 200, 200 * 12));
        Money real = result.spend().total();
        assertThat(real).isEqualTo(Money.usd("0.133")); // 200 x (200 in + 500 out) on nano
        assertThat(real).isBetween(estimate.low(), estimate.worst());
        assertThat(real)
                .isBetween(estimate.expected().percent(70), estimate.expected().percent(130));
    }

    @Test
    void previewOfAListThatIsTooLong_costsNothing_asItsRunDoes() throws Exception {
        List<Topic> topics =
                IntStream.range(0, 257).mapToObj(i -> new Topic("topic " + i)).toList();
        var graph = TaskGraph.builder();
        var notes = graph.add("notes", NOTE, Input.forEach(topics));

        CostEstimate estimate = coordinator.preview(graph.answering(notes));

        assertThat(estimate.cost()).isEqualTo(CostRange.FREE);
        assertThat(coordinator.run(graph.answering(notes), Budget.usd("1"))).spent("0");
    }

    @Test
    void previewOfAListThatIsNotKnown_liesBetweenTheTypicalSizeAndMaxItems() {
        var limits = Limits.DEFAULT.withMaxItems(50).withEstimates(new Limits.Estimates(5, 25, 3, 1_000));
        var sparse = Coordinator.builder(model.pools()).limits(limits).build();
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        var notes = graph.add("notes", NOTE, Input.forEach(a, note -> List.of(new Topic(note.text()))));

        CostEstimate.Line line =
                sparse.preview(graph.answering(notes)).subtasks().get(1);

        assertThat(line.items()).isEqualTo(new CountRange(0, 5, 50)).hasToString("0 to 50, usually 5");
        assertThat(line.quote().calls()).isEqualTo(new CountRange(0, 5, 50 * 12));
    }

    @Test
    void preview_withABudget_isCappedByIt_andSaysSo() {
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));

        CostEstimate estimate = coordinator.preview(graph.answering(a), Budget.usd("0.01"));
        CostEstimate tight = coordinator.preview(graph.answering(a), Budget.usd("0.000001"));

        assertThat(estimate.worst()).isEqualTo(Money.usd("0.01"));
        assertThat(estimate.isCappedByBudget()).isTrue();
        assertThat(estimate).asString().endsWith("to $0.01 (the budget)");
        BudgetGuard tenant = Budget.usd("0.002").open();
        assertThat(coordinator
                        .preview(graph.answering(a), Budget.usd("0.01").under(tenant))
                        .worst())
                .isEqualTo(Money.usd("0.002"));
        assertThat(tight.low()).as("the money may not reach for its first call").isEqualTo(Money.ZERO);
    }

    @Test
    void preview_ofAGraphThatCannotRun_isRefusedLikeTheRun() {
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE.startingAt(Tier.MINI), new Topic("a"));
        var nanoOnly =
                ModelPools.builder().nano(ModelPool.of(model, "gpt-5.4-nano")).build();

        assertThatThrownBy(() -> Coordinator.of(nanoOnly).preview(graph.answering(a)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("MINI");
    }

    @Test
    void previewOfAPlan_paysForThePlanOnly_andCountsAllOfIt() throws Exception {
        model.onPlan().costing(2_000, 300).replies(plan(plannedNote("a"), plannedNote("b", "a")));

        Plan<Answer> planned = coordinator.plan(GOAL, Budget.usd("0.25"));
        CostEstimate estimate = coordinator.preview(planned, Budget.usd("0.25"));

        assertThat(estimate.planning()).isEqualTo(new Quote(CountRange.of(1), CostRange.of(Money.usd("0.0095"))));
        assertThat(estimate.merging().cost().expected()).isGreaterThan(Money.ZERO);
        assertThat(estimate.low()).isGreaterThan(Money.usd("0.0095"));
        assertThat(estimate.expected()).isBetween(estimate.low(), estimate.worst());
        assertThat(estimate.worst()).isLessThanOrEqualTo(Money.usd("0.25"));
        assertThat(estimate.subtasks()).extracting(CostEstimate.Line::id).containsExactly("a", "b");
        assertThat(model.calls()).extracting(call -> call.purpose().kind()).containsExactly(CallPurpose.Kind.PLAN);
    }

    @Test
    void review_canRefuseByTheEstimate_whatFansOut() throws Exception {
        model.onPlan().costing(2_000, 300).replies(plan(plannedNote("a")));
        var estimates = new ArrayList<CostEstimate>();
        var reviewed = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .review(plan -> {
                    estimates.add(plan.estimate());
                    return plan.estimate().worst().isMoreThan(Money.usd("0.05"))
                            ? new PlanReview.Verdict.Reject(
                                    "it may cost " + plan.estimate().worst())
                            : new PlanReview.Verdict.Approve();
                })
                .build();

        var failed = Crew.failed(reviewed.run(GOAL, Budget.usd("0.25")));

        assertThat(failed.cause().message()).startsWith("the plan was not approved: it may cost $0.");
        assertThat(estimates.getFirst().planning().cost().expected()).isEqualTo(Money.usd("0.0095"));
    }

    @Test
    void shortage_tierBelowHasNoModel_skipsInsteadOfStartingThere() throws Exception {
        var best = NOTE.startingAt(Tier.FLAGSHIP).notBelow(Tier.NANO);
        var flagshipOnly =
                ModelPools.builder().flagship(ModelPool.of(model, "gpt-5.4")).build();
        var graph = TaskGraph.builder();
        var a = graph.add("a", best, new Topic("a"));

        var result = Coordinator.of(flagshipOnly).run(graph.answering(a), Budget.usd("0.01"));

        assertThat(result).outcome(a).isSkippedBecause(Skip.Kind.BUDGET).leftNothingBehind();
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void floor_tierBelowHasNoModel_isThatOfTheStart() throws Exception {
        var mini = NOTE.startingAt(Tier.MINI).notBelow(Tier.NANO);
        var withoutNano = ModelPools.builder()
                .flagship(ModelPool.of(model, "gpt-5.4"))
                .mini(ModelPool.of(model, "gpt-5.4-mini"))
                .build();
        model.onPlan().replies(plan(plannedNote("a")));
        model.on(mini).replies(new Note("A"));
        model.onMerge().repliesText(Crew.merged("done"));

        var result = Coordinator.builder(withoutNano).plansWith(mini).build().run(GOAL, Budget.usd("0.25"));

        assertThat(result).isCompleteWith(new Answer("done"));
    }

    /** A model that costs nothing to call, on every tier. */
    private ModelPools free() {
        return model.pools(pool -> pool.price(Price.perMillionTokens("0", "0", "0")));
    }

    @Test
    void mergingModelThatCostsNothing_hasItsShareOfTheTime() throws Exception {
        var left = new ArrayList<Duration>();
        var look = SubtaskType.code("note", Topic.class, Note.class, (topic, context) -> {
            left.add(context.timeout());
            return new Note(topic.name());
        });
        model.onPlan().replies(plan(plannedNote("a")));
        model.onMerge().repliesText(Crew.merged("done"));

        var result = Coordinator.builder(free())
                .plansWith(look)
                .build()
                .run(GOAL, Budget.usd("0").within(Duration.ofSeconds(100)));

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(left)
                .singleElement()
                .satisfies(time -> assertThat(time).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(80)));
    }

    /** Nothing is to be paid any more; a merging model's answer would be on record, too. */
    @Test
    void finishedGoal_whoseMergerIsCode_isCompleteAgain_underASmallerBudget(@TempDir Path folder) throws Exception {
        model.onPlan().replies(plan(plannedNote("a")));
        model.on(NOTE).replies(new Note("A"));
        Goal<Answer> goal = GOAL.mergedBy(Mergers.of(outcomes -> new Answer("mine")));
        for (String budget : List.of("0.25", "0.0000001")) {
            try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
                assertThat(coordinator.journal(journal).run(goal, Budget.usd(budget)))
                        .isCompleteWith(new Answer("mine"));
            }
        }
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void mergerOfOnesOwn_maySpendTheRestOfTheBudget() throws Exception {
        model.onPlan().replies(plan(plannedNote("a")));
        model.on(NOTE).replies(new Note("A"));
        var had = new ArrayList<Money>();
        Merger<Answer> own = (input, terms) -> {
            had.add(terms.budget().available());
            if (terms.budget().reserve(Money.usd("0.1")) instanceof Admission.Granted(var money)) {
                money.settle(Money.usd("0.01"));
            }
            return Merged.of(new Answer("mine"));
        };

        var result = coordinator.run(GOAL.mergedBy(own), Budget.usd("0.25"));

        assertThat(result).isCompleteWith(new Answer("mine"));
        assertThat(had).singleElement().satisfies(money -> assertThat(money).isGreaterThan(Money.usd("0.2")));
        Money planAndNote = result.report()
                .planner()
                .spend()
                .plus(result.report().subtasks().getFirst().spend())
                .total();
        assertThat(result.spend().total()).isEqualTo(planAndNote.plus(Money.usd("0.01")));
    }

    /** Tells when somebody waits by it. */
    private static final class WatchedClock implements RunClock {
        final CountDownLatch waited = new CountDownLatch(1);

        @Override
        public long nanoTime() {
            return SYSTEM.nanoTime();
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
            waited.countDown();
            return SYSTEM.poll(queue, untilNanos);
        }
    }

    @Test
    void goal_tenantsMoneyIsInFlight_waitsForIt() throws Exception {
        var tenant = Budget.usd("0.25").open();
        var inFlight = ((Admission.Granted) tenant.reserve(Money.usd("0.24"))).reservation();
        var clock = new WatchedClock();
        model.onPlan().replies(plan(plannedNote("a")));
        model.on(NOTE).replies(new Note("A"));
        model.onMerge().repliesText(Crew.merged("done"));
        var patient =
                Coordinator.builder(model.pools()).plansWith(NOTE).clock(clock).build();

        var started = Crew.start(() -> patient.run(GOAL, Budget.usd("0.25").under(tenant)));
        assertThat(clock.waited.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(model.calls()).isEmpty();
        inFlight.settle(Money.usd("0.001"));

        assertThat(started.result()).isCompleteWith(new Answer("done"));
    }

    @Test
    void goal_tenantsMoneyStaysInFlight_endsAtItsDeadline() throws Exception {
        var tenant = Budget.usd("0.25").open();
        var inFlight = ((Admission.Granted) tenant.reserve(Money.usd("0.24"))).reservation();
        var clock = new TestClock();
        var patient =
                Coordinator.builder(model.pools()).plansWith(NOTE).clock(clock).build();

        var started = Crew.start(() -> patient.run(
                GOAL, Budget.usd("0.25").within(Duration.ofSeconds(10)).under(tenant)));
        clock.advanceToAlarm();

        var failed = Crew.failed(started.result());
        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.DEADLINE);
        assertThat(failed.cause().message()).contains("in flight");
        assertThat(model.calls()).isEmpty();
        inFlight.release();
    }

    @Test
    void goal_tenantCanNeverPay_isRefusedAtOnce() throws Exception {
        var tenant = Budget.usd("0.25").open(Money.usd("0.249"));

        assertThat(floorSaidFor(Budget.usd("0.25").under(tenant))).isGreaterThan(Money.usd("0.001"));
    }

    private static void assertAscends(CostRange cost) {
        assertThat(cost.low()).isGreaterThan(Money.ZERO).isLessThanOrEqualTo(cost.expected());
        assertThat(cost.expected()).isLessThanOrEqualTo(cost.worst());
    }

    @Test
    void moneyOfARound_isNeverFreeToOtherRunsOfTheTenant() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("noted"));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("no dogs");
        model.onMerge().costing(1_000, 400).repliesText(merged("done"));
        String wolves = "{\"type\":\"note\",\"id\":\"wolves\",\"input\":{\"name\":\"wolves\"},\"replaces\":[\"dogs\"]}";
        model.onPlan()
                .costing(1_000, 400)
                .answers(call -> call.request().turns().toString().contains("Not done")
                        ? "{\"subtasks\":[%s]}".formatted(wolves)
                        : plan(plannedNote("cats"), plannedNote("dogs")));
        BudgetGuard tenant = Budget.usd("0.20").open();
        var planner = new BesideOthers(tenant);

        Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .planner(planner)
                .replanning(1)
                .build()
                .run(Goal.of("Take notes", Answer.class), Budget.usd("0.20").under(tenant));

        assertThat(model.calls())
                .filteredOn(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .hasSize(2);
        assertThat(tenant.state().committed()).isEqualTo(tenant.state().spent());
    }

    /** Another run of the tenant takes all that is free when a round has begun. */
    private record BesideOthers(BudgetGuard tenant, Planner own) implements Planner {
        BesideOthers(BudgetGuard tenant) {
            this(tenant, Planner.model());
        }

        @Override
        public void plan(PlanRequest request, PlanIntake intake) throws InterruptedException {
            if (request.progress().isRound()
                    && tenant.reserve(tenant.available()) instanceof Admission.Granted(Reservation others)) {
                others.settle(others.amount());
            }
            own.plan(request, intake);
        }

        @Override
        public Money leastCost(PlanRequest request) {
            return own.leastCost(request);
        }

        @Override
        public Money leastRoundCost(PlanRequest request) {
            return own.leastRoundCost(request);
        }
    }
}
