// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.budget.AllotmentRefusedException;
import dev.cadre.budget.Ledger;
import dev.cadre.event.RunEvent;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.price.Money;
import dev.cadre.schedule.Deadlines;
import dev.cadre.schedule.EarlierOutcome;
import dev.cadre.schedule.EarlierOutcomes;
import dev.cadre.schedule.MergeShare;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunEnding;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RunMachine;
import dev.cadre.schedule.RungId;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run in virtual time: the machine of production, and what a runner with threads would do around it. */
final class SimRun {
    private static final String PLANNER = "planner";
    private static final String MERGER = "merger";
    private static final double CODE_MERGE_NANOS = 5e7;
    private static final double RECALL_NANOS = 2e6;

    private final SimWorld world;
    private final SimRunPlan plan;
    private final Ledger money;
    private final SimBooks books;
    private final SimRunWatch watch;
    /** What it keeps of its work. */
    private final SimCache keeps = new SimCache();
    /** The run of the same crew whose work it may take over; null if there is none. */
    private final @Nullable SimRun before;

    private final SimTally tally = new SimTally();
    private final long workNanos;
    private final Deque<RunInput> inbox = new ArrayDeque<>();
    private final Map<String, SimStrand> strands = new HashMap<>();
    private @Nullable RunMachine machine;
    private @Nullable Ledger allotment;
    private @Nullable RunEnding ending;
    private @Nullable SimIntake intake;
    private @Nullable SimRun earlier;
    private Runnable whenEnded = () -> {};
    private final Deque<Ledger> roundMoney = new ArrayDeque<>();
    /** When the merge that is under way must be over. */
    private long mergeDue;

    private long startNanos;
    private boolean merging;
    private boolean ended;
    private long startedAt;
    private long endedAt;

    SimRun(SimWorld world, SimRunPlan plan, Ledger money) {
        this(world, plan, money, null);
    }

    /** @param before a run of the same crew, which has ended when this one starts */
    SimRun(SimWorld world, SimRunPlan plan, Ledger money, @Nullable SimRun before) {
        this.world = world;
        this.before = before;
        this.plan = plan;
        this.money = money;
        this.books = new SimBooks(money);
        this.watch = new SimRunWatch(world, plan);
        long deadline = plan.bounds().deadline().toNanos();
        long mergeNanos = plan.work().style() == SimRunPlan.Style.PLANNED_AND_MERGED_BY_MODEL
                ? MergeShare.time(plan.bounds().deadline()).toNanos()
                : 0;
        this.workNanos = deadline - mergeNanos;
    }

    SimWorld world() {
        return world;
    }

    String id() {
        return plan.id();
    }

    SimMergeKind mergeKind() {
        return plan.work().merge();
    }

    /** What its caller tells planner and merger to do; empty for nothing. */
    String instructions() {
        return plan.upsets().instructions();
    }

    Ledger money() {
        return money;
    }

    SimBooks books() {
        return books;
    }

    SimTally tally() {
        return tally;
    }

    SimRunWatch watch() {
        return watch;
    }

    /** The clock reading at which its workers must be done. */
    long workUntil() {
        return startNanos + workNanos;
    }

    /** The clock reading at which it must be done. */
    long until() {
        return startNanos + plan.bounds().deadline().toNanos();
    }

    private Deadlines deadlines() {
        return new Deadlines(startNanos + workNanos, until());
    }

    boolean hasEnded() {
        return ended;
    }

    long endedAt() {
        return endedAt;
    }

    /** Virtual time from its start to its end. */
    long took() {
        return endedAt - startedAt;
    }

    /** How it ended; empty if its budget was too small for it to begin. */
    Optional<RunEnding> ending() {
        return Optional.ofNullable(ending);
    }

    // --- start

    /** Lets it start from the outcomes of another run, a while after that has ended. */
    void follow(SimRun other, long nanosAfter) {
        earlier = other;
        other.whenEnded = () -> world.agenda().after(nanosAfter, this::start);
    }

    void start() {
        startNanos = world.agenda().nanoTime();
        startedAt = world.agenda().elapsed();
        if (plan.work().style() == SimRunPlan.Style.PLANNED_AND_MERGED_BY_MODEL && !setAside()) {
            world.met(SimulationPhenomenon.TOO_SMALL);
            close();
            return;
        }
        machine = new RunMachine(
                new RunMachine.Settings(
                        id(),
                        plan.answer(),
                        plan.bounds().failFast(),
                        world.behavior().limits().maxItems(),
                        isPlanned() ? plan.upsets().rounds() : 0),
                world.behavior()::worstCase,
                before == null ? EarlierOutcomes.NOTHING : before.keeps,
                money.chainState(),
                startNanos);
        launchPlanner();
        world.agenda().at(workUntil(), this::workTimeUp);
        world.agenda().at(until(), () -> mergeTimeUp(until()));
        world.agenda().after(plan.bounds().cancelAfter().toNanos(), this::cancel);
        world.agenda().after(plan.upsets().unrecordedAfter().toNanos(), this::unrecorded);
    }

    /** Sets the merger's money aside, if the planner and one subtask can still be paid. */
    private boolean setAside() {
        Money merge = SimMergeWork.leastCost(this);
        Money cheapest = plan.work().nodes().stream()
                .map(node -> world.behavior()
                        .worstCase(node.type(), null, node.type().tiers().floor()))
                .min(Comparator.naturalOrder())
                .orElseThrow();
        Money round = SimPlanner.worstCase(world, instructions());
        Money before = SimPlanner.worstCase(world, instructions())
                .plus(cheapest)
                .plus(round.times(plan.upsets().rounds()));
        if (before.plus(merge).isMoreThan(money.available())) {
            return false;
        }
        try {
            allotment = money.allot(MergeShare.setAside(plan.bounds().limit(), merge, money.available(), before));
            for (int i = 0; i < plan.upsets().rounds(); i++) {
                roundMoney.add(money.allot(round));
            }
            return true;
        } catch (AllotmentRefusedException tenantIsShort) {
            return false;
        }
    }

    private boolean isPlanned() {
        return plan.work().style() != SimRunPlan.Style.BY_HAND;
    }

    private void launchPlanner() {
        if (isPlanned()) {
            SimFollowed followed = earlier == null ? SimFollowed.NOTHING : SimFollowed.of(earlier);
            launchPlanner(new SimIntake(plan, followed, this::post));
        } else {
            post(new RunInput.Admitted(plan.work().nodes()));
            post(new RunInput.PlanEnded(List.of()));
        }
    }

    private void launchPlanner(SimIntake planned) {
        intake = planned;
        strands.put(PLANNER, new SimPlanner(this, planned).start());
    }

    private void startRound(RunCommand.StartRound round) {
        merging = false;
        if (!roundMoney.isEmpty()) {
            roundMoney.remove().close();
        }
        SimIntake before = SimWorld.require(intake);
        List<String> undone = round.undone().stream().map(Missing::subtaskId).toList();
        var dice = SimDice.of(world.seed().world(), id() + "/round " + round.round());
        launchPlanner(new SimIntake(before, SimGraph.round(dice, round, before.types()), undone));
    }

    // --- the inbox: in order, each message a moment after it was posted

    void post(RunInput input) {
        inbox.add(input);
        world.soon(() -> take(inbox.remove()));
    }

    void ended(RungId id, RungEnd end) {
        strands.remove(strand(id));
        post(new RunInput.RungEnded(id, end));
    }

    void plannerEnded() {
        strands.remove(PLANNER);
    }

    void mergerEnded() {
        strands.remove(MERGER);
    }

    private void take(RunInput input) {
        watch.input(input);
        for (RunCommand command : SimWorld.require(machine)
                .on(input, money.chainState(), world.agenda().nanoTime())) {
            execute(command);
        }
        watch.settled();
    }

    private void interrupt(RunCommand.StopWork stop) {
        if (stop.planner()) {
            interrupt(
                    PLANNER,
                    world.obeys(),
                    () -> take(new RunInput.PlanFailed(leftBehind(RunFailure.Kind.PLANNER_FAILED))));
        }
        stop.rungs().forEach(id -> interrupt(id, world.obeys()));
    }

    private void execute(RunCommand command) {
        watch.command(command, Duration.ofNanos(world.agenda().nanoTime() - startNanos));
        switch (command) {
            case RunCommand.StartRecall recall -> recall(recall);
            case RunCommand.StartRung start -> launch(start);
            case RunCommand.StopWork stop -> interrupt(stop);
            case RunCommand.DropWork drop -> drop.rungs().forEach(id -> interrupt(id, world.obeys()));
            case RunCommand.StartRound round -> startRound(round);
            case RunCommand.StartMerge(List<SubtaskOutcome> outcomes) -> startMerge(outcomes);
            case RunCommand.Tell(RunEvent event) -> {}
            case RunCommand.Finish(RunEnding end) -> finish(end);
        }
    }

    private void launch(RunCommand.StartRung start) {
        strands.put(strand(start.id()), SimRung.start(this, start));
        var dice = SimDice.of(
                world.seed().world(), id() + "/gives up " + start.id().label());
        if (SimDice.chance(dice, plan.upsets().givenUp())) {
            world.agenda().after(world.thinking(SimWorld.SECOND / 1.0), () -> {
                if (!ended) {
                    world.met(SimulationPhenomenon.GIVEN_UP);
                    interrupt(start.id(), false);
                }
            });
        }
    }

    private void recall(RunCommand.StartRecall start) {
        RungId id = start.id();
        var strand = new SimStrand() {
            @Override
            public void interrupt(boolean obeys) {
                if (obeys) {
                    world.soon(() -> found(this, id, Optional.empty()));
                }
            }
        };
        strands.put(strand(id), strand);
        EarlierOutcomes kept = SimWorld.require(before).keeps;
        world.agenda()
                .after(
                        world.thinking(RECALL_NANOS),
                        () -> found(strand, id, kept.outcome(id.subtaskId(), id.item(), start.type(), start.input())));
    }

    private void found(SimStrand strand, RungId id, Optional<EarlierOutcome> earlier) {
        if (!ended && strands.remove(strand(id), strand)) {
            post(new RunInput.Recalled(id, earlier));
        }
    }

    /** An output of a rung that nobody gave up. */
    void accepted(RunCommand.StartRung start, Object output, Money cost) {
        if (!ended) {
            keeps.keep(start, output, cost);
        }
    }

    private static String strand(RungId id) {
        return id.label() + "/" + id.rung();
    }

    // --- merge and end

    private void startMerge(List<SubtaskOutcome> outcomes) {
        merging = true;
        world.met(SimulationPhenomenon.MERGE);
        if (allotment != null) {
            SimMergeWork work = SimMergeWork.of(this, outcomes, allotment.available());
            strands.put(MERGER, new SimMerger(this, allotment, work).start());
        } else {
            SimMergeWork work = SimMergeWork.of(this, outcomes, Money.ZERO);
            strands.put(MERGER, obeys -> {});
            world.agenda().after(world.thinking(CODE_MERGE_NANOS), () -> {
                mergerEnded();
                post(merged(work));
            });
        }
        long late = deadlines().mergeUntil(world.agenda().nanoTime());
        mergeDue = late;
        if (late - until() > 0) {
            world.agenda().at(late, () -> mergeTimeUp(late));
        }
    }

    private RunInput merged(SimMergeWork work) {
        String answer = work.answer();
        return work.failure().isEmpty()
                ? new RunInput.MergeEnded(Merged.of(answer), judgement(answer))
                : new RunInput.MergeFailed(RunFailure.of(RunFailure.Kind.MERGE_FAILED, work.failure()));
    }

    /** Every fourth answer is not good enough for a goal that may be planned again. */
    private RunInput.Judgement judgement(String answer) {
        return plan.upsets().rounds() > 0 && Math.floorMod(answer.hashCode(), 4) == 0
                ? new RunInput.Judgement.Rejected("it is good")
                : new RunInput.Judgement.Accepted();
    }

    private void finish(RunEnding end) {
        ending = end;
        watch.finished(end);
        close();
        long late = world.agenda().nanoTime() - until();
        SimCheck.that(late <= SimWorld.SECOND, "run '%s' ended %d ns after its deadline", id(), late);
    }

    private void close() {
        ended = true;
        endedAt = world.agenda().elapsed();
        if (allotment != null) {
            allotment.close();
        }
        roundMoney.forEach(Ledger::close);
        money.close();
        world.moneyMoved();
        whenEnded.run();
        world.closed(this);
    }

    // --- interrupts

    private void cancel() {
        if (!ended) {
            world.met(SimulationPhenomenon.CANCEL);
            take(new RunInput.Cancelled());
        }
    }

    private void unrecorded() {
        if (!ended && !merging) {
            world.met(SimulationPhenomenon.UNRECORDED);
            take(new RunInput.Unrecorded("no space left"));
        }
    }

    private void workTimeUp() {
        if (!ended) {
            if (!merging) {
                world.met(SimulationPhenomenon.DEADLINE);
            }
            take(new RunInput.WorkTimeUp());
        }
    }

    /** A merge that begins late has a little longer. */
    private void mergeTimeUp(long due) {
        if (!ended && merging && due == mergeDue) {
            interrupt(
                    MERGER, world.obeys(), () -> take(new RunInput.MergeFailed(leftBehind(RunFailure.Kind.DEADLINE))));
        }
    }

    private void interrupt(RungId id, boolean obeys) {
        interrupt(strand(id), obeys, () -> take(new RunInput.RungAbandoned(id, "a thread")));
    }

    private void interrupt(String label, boolean obeys, Runnable abandon) {
        SimStrand strand = strands.get(label);
        if (strand == null) {
            return;
        }
        long now = world.agenda().nanoTime();
        world.agenda().after(deadlines().leaveAt(now) - now, () -> {
            if (!ended && strands.remove(label, strand)) {
                world.met(SimulationPhenomenon.ABANDONED);
                abandon.run();
            }
        });
        strand.interrupt(obeys);
    }

    private static RunFailure leftBehind(RunFailure.Kind kind) {
        return RunFailure.of(kind, "left behind");
    }

    // --- what must hold

    void check() {
        books.check();
        if (allotment != null) {
            SimBooks.requireWithinLimit(allotment.state());
        }
    }

    void checkEnd() {
        SimCheck.that(ended, "run '%s' never ends: nothing is left to happen", id());
        books.checkEnd();
        if (before != null) {
            checkTaken(before);
        }
    }

    /** What is from the cache is what the other run had; whoever called nobody was billed nothing. */
    private void checkTaken(SimRun other) {
        if (other.ending != null && ending != null) {
            Map<String, Outcome<?>> there = other.ending.outcomes();
            Map<String, Outcome<?>> here = ending.outcomes();
            plan.work().nodes().stream()
                    .map(GraphNode::id)
                    .filter(watch.hits()::contains)
                    .filter(id -> there.containsKey(id) && there.get(id).isSucceeded())
                    .forEach(id -> SimCheck.that( // of two that did the same work there, either
                            there.containsValue(here.get(id)), "'%s' is from the cache, and another one there", id));
        }
        SimCheck.that(
                watch.isAnyPaid() || isPlanned() || money.state().spent().isZero(),
                "nothing was called, and %s was spent",
                money.state().spent());
    }

    String digest() {
        return ending == null ? "too small" : SimDigest.of(ending);
    }

    /** Subtasks that ended without ever being begun. */
    int neverBegun() {
        return ending == null
                ? plan.work().nodes().size()
                : (int) ending.outcomes().values().stream()
                        .filter(each -> each instanceof Outcome.Skipped<?>)
                        .count();
    }

    int succeeded() {
        return ending == null
                ? 0
                : (int) ending.outcomes().values().stream()
                        .filter(each -> each.isSucceeded())
                        .count();
    }
}
