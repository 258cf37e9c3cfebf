// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.plan.Planner;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.KnownWork;
import dev.cadre.record.RunCache;
import dev.cadre.record.RunIdentity;
import dev.cadre.record.RunRecord;
import dev.cadre.redact.Thrown;
import dev.cadre.run.Attachments;
import dev.cadre.run.EventSink;
import dev.cadre.run.Nesting;
import dev.cadre.run.PoolQuotes;
import dev.cadre.run.RunSettings;
import dev.cadre.run.RungPerformer;
import dev.cadre.run.SteadyClock;
import dev.cadre.run.UserCode;
import dev.cadre.schedule.Deadlines;
import dev.cadre.schedule.EarlierOutcomes;
import dev.cadre.schedule.LocalRunner;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RunEnding;
import dev.cadre.schedule.RunMachine;
import dev.cadre.schedule.RunParts;
import dev.cadre.schedule.RungThreads;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import dev.cadre.task.TaskGraph;
import dev.cadre.worker.CodeThreads;
import dev.cadre.worker.RungEnd;
import dev.cadre.worker.RungTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One execution: its money, its times, its accounts, and the means that its parts share. */
final class Run implements GoalMeans {
    private final Coordinator coordinator;
    private final RungPerformer performer;
    private final SteadyClock clock;
    private final SubtaskTally accounts = new SubtaskTally();
    private final RunListener listener;
    private final BudgetGuard money;
    private final Money limit;
    private final long startNanos;
    private final Duration deadline;
    private final String id;
    private final @Nullable RunRecord record;
    private final @Nullable SubtaskRecords subtasks;
    private final Optional<RunCache> cache;
    private final RungThreads threads;
    private final UserCode aside;
    private final NestedResults nested = new NestedResults();
    /** What was paid before the run, and outside of its record: the planning of a plan that was given. */
    private final Spend paid;

    private @Nullable LocalRunner runner;
    /** What is run, once that is known. */
    private Function<List<SubtaskReport>, RunReport.Subject> subject = lines -> RunReport.Subject.UNKNOWN;

    private volatile BudgetGuard planningMoney;

    /**
     * A run.
     *
     * @param record if it is recorded, and goes on where its earlier sessions ended
     * @param paid what was paid for it before, of which the record knows nothing
     */
    Run(Coordinator coordinator, Budget budget, @Nullable RunRecord record, Spend paid) {
        this.record = record;
        this.paid = paid;
        id = record == null ? newId() : record.run();
        this.coordinator = coordinator;
        clock = coordinator.settings().steadyClock();
        limit = budget.limit();
        startNanos = clock.nanoTime();
        deadline = coordinator.settings().time(budget);
        money = budget.open(before().total());
        planningMoney = money;
        threads = new RungThreads(id);
        long untilNanos = startNanos + deadline.toNanos();
        aside = new UserCode(threads, clock, () -> untilNanos, this::left);
        var attachments = new Attachments();
        cache = coordinator.settings().cache(coordinator.fingerprints(), "", threads);
        subtasks = record == null && cache.isEmpty()
                ? null
                : new SubtaskRecords(id, Optional.ofNullable(record), cache, attachments);
        listener = coordinator
                .settings()
                .masking((subtasks == null ? accounts : accounts.and(subtasks))
                        .and(attachments)
                        .and(coordinator.settings().listener()))
                .guarded();
        var events = new EventSink(id, this::sinceStart, this::post);
        String beginning = record == null ? RunIdentity.newBeginning() : record.beginning();
        performer = new RungPerformer(
                coordinator.settings(),
                money,
                events,
                threads,
                attachments,
                work -> new RunNesting(
                        coordinator.settings(),
                        coordinator.journal(),
                        events,
                        new Nesting.Place(beginning, workId(work.subtaskId())),
                        work,
                        nested));
    }

    /** Runs a graph written by hand. */
    <R> RunResult<R> graph(TaskGraph<R> graph) throws InterruptedException {
        subject = lines -> RunReport.Subject.of(graph);
        return open(() -> {
            listener.on(new RunEvent.RunStarted(id, Duration.ZERO, "", limit));
            coordinator.shutdowns(graph).tell(id, sinceStart(), listener);
            Optional<RunFailure> unrecorded = recordStart(graph.answer());
            if (unrecorded.isPresent()) {
                return refused(unrecorded.get());
            }
            record().ifPresent(kept -> kept.graph(graph.nodes()));
            if (subtasks != null) {
                subtasks.lookUpJoins(graph.nodes());
            }
            return conclude(new GraphParts(this, graph.nodes()), Optional.of(graph.answer()), deadline);
        });
    }

    /** Plans and runs a goal. */
    <R> RunResult<R> goal(Goal<R> goal) throws InterruptedException {
        return goal(goal, coordinator.planner());
    }

    /** Runs a plan that was made before. */
    <R> RunResult<R> plan(Plan<R> plan) throws InterruptedException {
        return goal(plan.goal(), new GivenPlan(plan));
    }

    private <R> RunResult<R> goal(Goal<R> goal, Planner planner) throws InterruptedException {
        subject = lines -> RunReport.Subject.of(goal, coordinator.types(), lines);
        return open(() -> {
            listener.on(new RunEvent.RunStarted(id, Duration.ZERO, goal.text(), limit));
            coordinator.shutdowns().tell(id, sinceStart(), listener);
            Optional<RunFailure> unrecorded = recordStart(goal.text());
            return unrecorded.isPresent() ? refused(unrecorded.get()) : GoalParts.run(this, goal, planner);
        });
    }

    private interface Session<R> {
        RunResult<R> run() throws InterruptedException;
    }

    /** Whatever breaks before there is anything to drive is a failure of the run, too. */
    private <R> RunResult<R> open(Session<R> session) throws InterruptedException {
        try (money) {
            return session.run();
        } catch (InterruptedException interrupt) {
            throw interrupt;
        } catch (Throwable broken) {
            return refused(describe(RunFailure.Kind.ENGINE_FAILED, broken));
        } finally {
            if (runner == null) {
                threads.close(); // else the runner does
            }
        }
    }

    /** Code that a run waits for was left behind. */
    private void left(String owner, String thread) {
        listener.on(new RunEvent.WorkAbandoned(id, sinceStart(), owner, thread));
    }

    private Optional<RunFailure> recordStart(String subject) {
        try {
            if (record != null) {
                record.started(subject, limit);
            }
            return Optional.empty();
        } catch (UnrecordedException e) {
            return Optional.of(RunFailure.of(RunFailure.Kind.JOURNAL_FAILED, String.valueOf(e.getMessage())));
        }
    }

    /** Plans a goal, and runs nothing. */
    <R> Plan<R> planOnly(Goal<R> goal) throws InterruptedException {
        try (money) {
            recordStart(goal.text()).ifPresent(unrecorded -> {
                throw RunFailedException.of(unrecorded);
            });
            return aside.call("planner", "plan", goal, () -> GoalPlanning.planOnly(this, goal));
        } catch (UserCode.LateException late) {
            throw RunFailedException.of(RunFailure.of(
                    RunFailure.Kind.DEADLINE, "the time ran out while it planned: " + Thrown.message(late)));
        } catch (ExecutionException broken) {
            Throwable thrown = Objects.requireNonNull(broken.getCause());
            throw thrown instanceof RunFailedException known
                    ? known
                    : RunFailedException.of(describe(RunFailure.Kind.PLANNER_FAILED, thrown));
        } finally {
            threads.close();
        }
    }

    /** Drives a run to its end. */
    <R> RunResult<R> conclude(RunParts parts, Optional<String> answer, Duration workTime) throws InterruptedException {
        var machine = new RunMachine(
                new RunMachine.Settings(
                        id,
                        answer,
                        coordinator.settings().failFast(),
                        coordinator.settings().limits().maxItems(),
                        answer.isPresent() ? 0 : rounds(),
                        answer.isPresent() ? List.of() : roundsAdded(),
                        coordinator.settings().limits().tools().outputBytes()),
                PoolQuotes.of(coordinator.settings()),
                subtasks == null ? EarlierOutcomes.NOTHING : subtasks,
                money(),
                startNanos);
        var deadlines = new Deadlines(startNanos + workTime.toNanos(), startNanos + deadline.toNanos())
                .nested(coordinator.settings().depth());
        var driven = new LocalRunner(id, machine, parts, listener, new RunDriver(threads, deadlines, clock));
        runner = driven;
        RunEnding ending = interruptibly(() -> drive(driven));
        return result(recorded(ending).maskedBy(coordinator.settings()::masked), driven.abandoned());
    }

    /** The ending, if all that it rests on is on record. */
    private RunEnding recorded(RunEnding ending) {
        try {
            if (subtasks != null && ending.merged() != null) {
                subtasks.requireJoinsRecorded();
            }
            return ending;
        } catch (UnrecordedException e) {
            var unrecorded = RunFailure.of(RunFailure.Kind.JOURNAL_FAILED, String.valueOf(e.getMessage()));
            return new RunEnding(
                    RunStatus.FAILED,
                    null,
                    unrecorded,
                    ending.outcomes(),
                    ending.items(),
                    ending.missing(),
                    ending.planNotes());
        }
    }

    /** Of a run that is cancelled nobody gets a result: what it left behind is told, so that the run around it names it. */
    private RunEnding drive(LocalRunner driven) throws InterruptedException {
        try {
            return driven.run();
        } catch (InterruptedException cancel) {
            driven.leftAtTheEnd().forEach(each -> left(subtask(each.label()), each.thread()));
            throw cancel;
        }
    }

    private static String subtask(String label) {
        int rung = label.lastIndexOf('/');
        return rung < 0 ? label : label.substring(0, rung);
    }

    /** Rounds that an earlier session began are gone through again, however many there may be now. */
    private int rounds() {
        return Math.max(coordinator.rounds(), roundsBegun());
    }

    private List<String> roundsAdded() {
        return record().map(on -> on.rounds().added()).orElse(List.of());
    }

    private int roundsBegun() {
        return record().map(on -> on.rounds().begun()).orElse(0);
    }

    @Override
    public int roundsLeft() {
        return Math.max(0, coordinator.rounds() - roundsBegun());
    }

    /** Lets the listener know if the caller leaves. */
    <T> T interruptibly(Blocking<T> work) throws InterruptedException {
        try {
            return work.get();
        } catch (InterruptedException e) {
            listener.on(new RunEvent.RunEnded(
                    id, sinceStart(), "cancelled", before().plus(sessionSpend()).total()));
            throw e;
        }
    }

    /** Waits for an element, at most until this much of the run's time is over; null if none came. */
    <T> @Nullable T poll(BlockingQueue<T> queue, Duration time) throws InterruptedException {
        return clock.poll(queue, startNanos + time.toNanos());
    }

    /** A run that ended before it began. */
    <R> RunResult<R> refused(RunFailure failure) {
        var ending = new RunEnding(RunStatus.FAILED, null, failure, Map.of(), Map.of(), List.of(), List.of());
        return result(ending, List.of());
    }

    private <R> RunResult<R> result(RunEnding ending, List<String> abandoned) {
        Spend session = sessionSpend();
        Spend spend = before().plus(session);
        String status = ending.status().name().toLowerCase(java.util.Locale.ROOT);
        Duration took = sinceStart();
        listener.on(new RunEvent.RunEnded(id, took, status, spend.total()));
        List<String> noted = notes(ending);
        if (record != null) {
            record.ended(status, noted).ifPresent(noted::add);
        }
        List<SubtaskReport> lines = accounts.subtasks(
                ending.outcomes(), ending.items(), subtasks == null ? Set.of() : subtasks.reused(), nested.byLabel());
        var report = new RunReport(
                new RunReport.Identity(id, coordinator.runKey()),
                subject.apply(lines),
                ending.outcomes(),
                new RunReport.Parts(
                        lines,
                        ending.items(),
                        accounts.planner(),
                        accounts.merger(),
                        nested.inOrderOf(ending.outcomes().keySet())),
                new RunReport.Costs(spend, session, limit),
                new RunReport.Findings(
                        ending.merged() == null ? List.of() : ending.merged().citations(),
                        noted,
                        accounts.tally().breaches(),
                        accounts.tally().abandonedWith(abandoned),
                        money.openReservations()),
                took);
        return RunEnds.of(ending, report);
    }

    private List<String> notes(RunEnding ending) {
        var notes = new ArrayList<>(ending.planNotes());
        notes.addAll(ending.merged() == null ? List.of() : ending.merged().notes());
        notes.addAll(accounts.tally().notes());
        notes.addAll(nested.notes(ending.outcomes().keySet()));
        notes.addAll(cache.map(RunCache::notes).orElse(List.of()));
        clock.trouble().ifPresent(notes::add);
        return notes;
    }

    private Spend sessionSpend() {
        return accounts.tally().session(money.state(), before().total());
    }

    /** What earlier sessions spent, and what was paid before the run. */
    Spend before() {
        return record == null ? paid : record.before().plus(paid);
    }

    @Override
    public Spend planningBefore() {
        return record == null ? paid : record.planningBefore().plus(paid);
    }

    // --- what the parts share

    private String workId(String label) {
        return subtasks == null ? label : subtasks.workId(label);
    }

    RungEnd perform(RunCommand.StartRung rung, Duration workTime) throws InterruptedException {
        var task = new RungTask(rung.type(), rung.input(), rung.id().label(), rung.tier(), rung.evidence());
        KnownWork work = subtasks == null ? KnownWork.nothing() : subtasks.of(rung.id());
        return performer
                .perform(task, rung.order(), callDeadline(workTime), work, spend -> {})
                .requireRecorded();
    }

    /** Code of users that the run waits for, on the thread that drives it or will. */
    UserCode aside() {
        return aside;
    }

    @Override
    public CodeThreads threads() {
        return threads;
    }

    @Override
    public void lookUpReplaced() {
        if (subtasks != null) {
            subtasks.lookUpReplaced();
        }
    }

    @Override
    public AttemptListener attempts() {
        return performer.attempts();
    }

    @Override
    public AttemptListener attempts(AttemptListener recorder) {
        return performer.attempts(recorder);
    }

    /** What was paid before the run, and is not in its record. */
    Spend paid() {
        return paid;
    }

    @Override
    public Optional<RunRecord> record() {
        return Optional.ofNullable(record);
    }

    @Override
    public long callDeadline(Duration time) {
        return System.nanoTime() + time.minus(sinceStart()).toNanos();
    }

    private void post(RunEvent event) {
        if (runner == null) {
            listener.on(event); // before the run there is one thread only
        } else {
            runner.post(event);
        }
    }

    /** The time since the start. */
    Duration sinceStart() {
        return Duration.ofNanos(clock.nanoTime() - startNanos);
    }

    Coordinator coordinator() {
        return coordinator;
    }

    @Override
    public RunSettings settings() {
        return coordinator.settings();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Money limit() {
        return limit;
    }

    @Override
    public Duration deadline() {
        return deadline;
    }

    @Override
    public BudgetGuard guard() {
        return money;
    }

    @Override
    public BudgetGuard planningMoney() {
        return planningMoney;
    }

    /** Begins a round of planning with this money. */
    void planWith(BudgetGuard round) {
        planningMoney = round;
    }

    /** The money of the run, with regard to the budgets around it. */
    LedgerState money() {
        return money.chainState();
    }

    private static String newId() {
        return HexFormat.of()
                .toHexDigits(ThreadLocalRandom.current().nextLong())
                .substring(0, 12);
    }
}
