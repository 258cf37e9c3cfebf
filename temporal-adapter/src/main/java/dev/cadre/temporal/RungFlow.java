// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.json.JsonException;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RungId;
import dev.cadre.task.Failure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rungs of a run: each is an activity with an allotment, and waits as long as there is none for it. Belongs to the thread
 * of the workflow.
 */
final class RungFlow {
    private final RunFrame<?> frame;
    private final ActivityCalls calls;
    private final RecordedQuotes quotes;
    private final RunDesk desk;
    private final Duration workTime;

    /** Rungs whose money is not there yet, in the order in which they were to start. */
    private final Deque<RunCommand.StartRung> waiting = new ArrayDeque<>();
    // only ever looked up, never iterated
    private final Map<String, InFlight> inFlight = new HashMap<>();
    private final Set<RungId> stopped = new HashSet<>();
    private final Map<RungId, Trials> trials = new HashMap<>();
    /** What people have answered to rungs that are to be held against that. */
    private final Map<RungId, String> answers = new HashMap<>();
    /** What those waited for that have an answer. */
    private final Map<RungId, String> whats = new HashMap<>();
    /** Rungs that wait for people, in the order in which they came to, and hold nothing. */
    private final Map<String, Awaited> awaited = new LinkedHashMap<>();

    private record InFlight(RunCommand.StartRung rung, Allotments.Allotment allotment) {}

    /**
     * A rung that waits for somebody.
     *
     * @param what what it waits for, by its own word
     * @param refusal why the last answer was refused; empty if there was none
     */
    private record Awaited(RunCommand.StartRung rung, String what, String refusal) {}

    /** @param workTime after how much of the run's time rungs are stopped */
    RungFlow(RunFrame<?> frame, ActivityCalls calls, RecordedQuotes quotes, RunDesk desk, Duration workTime) {
        this.frame = frame;
        this.calls = calls;
        this.quotes = quotes;
        this.desk = desk;
        this.workTime = workTime;
    }

    int waiting() {
        return waiting.size();
    }

    void add(RunCommand.StartRung rung) {
        waiting.add(rung);
    }

    void stop(List<RungId> rungs) {
        stopped.addAll(rungs);
        for (RungId id : rungs) {
            calls.cancel(RungCalls.key(id));
            if (awaited.remove(RungCalls.key(id)) != null) {
                end(id, new RungEnd.Cancelled(true));
            }
        }
    }

    // --- people

    boolean isAnyAwaited() {
        return !awaited.isEmpty();
    }

    List<Wire.Question> questions() {
        return awaited.entrySet().stream()
                .map(each -> question(each.getKey(), each.getValue()))
                .toList();
    }

    private static Wire.Question question(String key, Awaited asked) {
        SubtaskType<?, ?> type = asked.rung().type();
        return new Wire.Question(
                key,
                "SUBTASK",
                asked.rung().id().label(),
                type.name(),
                Ends.write(type.inputType(), asked.rung().input()),
                type.outputType().schema(),
                asked.what(),
                asked.refusal());
    }

    /** Begins again what waits, with an answer if that is to this one; false if nobody waits for that. */
    boolean said(Wire.Said said) {
        return switch (said.kind()) {
            case "answer" -> answered(said);
            case "again" -> {
                List<String> keys = awaited.keySet().stream().filter(said::isTo).toList();
                keys.forEach(this::again);
                yield !keys.isEmpty();
            }
            default -> false;
        };
    }

    private boolean answered(Wire.Said said) {
        Awaited asked = awaited.get(said.id());
        if (asked == null) {
            return false;
        }
        answers.put(asked.rung().id(), said.text());
        whats.put(asked.rung().id(), asked.what());
        again(said.id());
        return true;
    }

    private void again(String key) {
        Awaited asked = awaited.remove(key);
        if (asked != null) {
            waiting.add(asked.rung());
        }
    }

    /** Ends what waits and is not needed, if nothing is needed that waits. */
    boolean endsNeedless(Predicate<String> isNeeded) {
        if (awaited.isEmpty()
                || awaited.values().stream()
                        .anyMatch(each -> isNeeded.test(each.rung().id().subtaskId()))) {
            return false;
        }
        for (Awaited each : awaited.values()) {
            var skip = new Skip(Skip.Kind.AWAITED, each.what(), List.of());
            end(each.rung().id(), new RungEnd.Refused(skip, null));
        }
        awaited.clear();
        return true;
    }

    private void end(RungId id, RungEnd end) {
        desk.post(() -> desk.take(new RunInput.RungEnded(id, end)));
    }

    // --- starts

    /** Starts what there is money for; who comes first has it first, and what needs none waits for nobody. */
    void startWaiting() {
        boolean isShort = false;
        for (RunCommand.StartRung rung : List.copyOf(waiting)) {
            isShort |= !leavesQueue(rung, isShort);
        }
    }

    /** Whether a rung waits no longer. */
    private boolean leavesQueue(RunCommand.StartRung rung, boolean isShort) {
        if (stopped.contains(rung.id())) {
            waiting.remove(rung);
            end(rung.id(), new RungEnd.Cancelled(hasBegun(rung)));
            return true;
        }
        if (answers.containsKey(rung.id())) {
            waiting.remove(rung);
            schedule(rung, frame.money().nothing());
            return true;
        }
        Money first = quotes.worstCase(rung.type(), rung.input(), rung.tier());
        if (isShort && !first.isZero()) {
            return true; // it waits, but not for want of its own
        }
        return switch (frame.money().take(rung.type(), first, waiting.size())) {
            case Allotments.Decision.Wait wait -> false;
            case Allotments.Decision.Never never -> {
                waiting.remove(rung);
                end(rung.id(), new RungEnd.Unaffordable(first));
                yield true;
            }
            case Allotments.Decision.Start(Allotments.Allotment allotment) -> {
                waiting.remove(rung);
                schedule(rung, allotment);
                yield true;
            }
        };
    }

    private void schedule(RunCommand.StartRung rung, Allotments.Allotment allotment) {
        String input;
        try {
            input = Ends.write(rung.type().inputType(), rung.input());
        } catch (JsonException unfit) {
            allotment.release();
            var failure = new Failure(Failure.Kind.INVALID_INPUT, String.valueOf(unfit.getMessage()));
            end(rung.id(), RungEnd.Failed.of(failure));
            return;
        }
        Wire.Start start = frame.start();
        Duration left = frame.leftOf(workTime);
        var order = new Wire.Order(
                frame.runId(),
                start.graph(),
                start.version(),
                RungCalls.place(rung.id()),
                rung.tier().name(),
                rung.evidence(),
                rung.order(),
                allotment.amount().picoUsd(),
                left.toNanos(),
                frame.sinceStart().toNanos(),
                start.goal() ? rung.type().name() : null,
                answers.get(rung.id()));
        String key = RungCalls.key(rung.id());
        inFlight.put(key, new InFlight(rung, allotment));
        calls.schedule(
                RungCalls.call(rung, frame.registry().queue(), left),
                Wire.Performed.class,
                report -> new Wire.Fed("rung", key, report, null, null, null, null),
                desk::feed,
                order,
                start.goal() ? "" : frame.input(), // the type of the subtask is enough
                input);
    }

    // --- ends

    /** An activity has ended. */
    void ended(String key, Wire.@Nullable Performed report, Wire.@Nullable Lost lost) {
        InFlight ended = Objects.requireNonNull(inFlight.remove(key), () -> "'%s' is not under way".formatted(key));
        if (report != null) {
            performed(ended.rung(), ended.allotment(), report);
        } else {
            lost(ended.rung(), ended.allotment(), LostRung.read(Objects.requireNonNull(lost)));
        }
    }

    private void performed(RunCommand.StartRung rung, Allotments.Allotment allotment, Wire.Performed report) {
        if (!report.place().equals(RungCalls.place(rung.id()))) {
            throw new IllegalStateException(
                    "the history answers '%s' where '%s' was decided: the code decides otherwise than when this run began"
                            .formatted(report.place(), rung.id()));
        }
        allotment.settle(Payments.spend(report.paid()));
        frame.book(rung.id().label(), report.calls(), report.byCode(), report.notes());
        String answer = answers.remove(rung.id());
        String waitedFor = whats.remove(rung.id());
        if (report.isTimeUp()) { // by its clock; what it says is understood after the end of the time only
            desk.timeIsUp();
        }
        if (!report.abandoned().isEmpty()) {
            desk.take(new RunInput.RungAbandoned(
                    rung.id(), report.abandoned(), report.end().message()));
        } else if (report.isLeaving() && report.end().type().equals("Cancelled") && !stopped.contains(rung.id())) {
            restore(rung, answer, waitedFor);
            again(rung, "its worker was shut down", trials(rung).returned(), true);
        } else if (isAwaited(report.end()) && !stopped.contains(rung.id())) {
            String said = report.end().message();
            awaited.put(
                    RungCalls.key(rung.id()),
                    waitedFor == null ? new Awaited(rung, said, "") : new Awaited(rung, waitedFor, said));
        } else {
            desk.take(new RunInput.RungEnded(rung.id(), Ends.read(report.end(), rung.type())));
        }
    }

    private static boolean isAwaited(Wire.End end) {
        return end.type().equals("Refused") && end.kind().equals(Skip.Kind.AWAITED.name());
    }

    private void restore(RunCommand.StartRung rung, @Nullable String answer, @Nullable String waitedFor) {
        if (answer != null && waitedFor != null) {
            answers.put(rung.id(), answer);
            whats.put(rung.id(), waitedFor);
        }
    }

    private void lost(RunCommand.StartRung rung, Allotments.Allotment allotment, LostRung lost) {
        switch (lost.fate()) {
            case CANCELLED -> {
                allotment.release();
                desk.take(new RunInput.RungEnded(rung.id(), new RungEnd.Cancelled(hasBegun(rung))));
            }
            case NOT_BEGUN -> {
                allotment.release();
                again(rung, lost.why(), trials(rung).returned(), false);
            }
            case UNKNOWN -> {
                frame.forfeit(LostWork.of(rung), allotment, lost.why());
                again(rung, lost.why(), trials(rung).lost(), true);
            }
        }
    }

    private void again(RunCommand.StartRung rung, String why, boolean isToBeTried, boolean mayHaveRun) {
        if (stopped.contains(rung.id())) {
            desk.take(new RunInput.RungEnded(rung.id(), new RungEnd.Cancelled(true)));
            return;
        }
        boolean mayHaveWritten = mayHaveRun && rung.type().hasEffects() && !answers.containsKey(rung.id());
        trials(rung)
                .end(rung, why, isToBeTried, mayHaveWritten)
                .ifPresentOrElse(end -> desk.take(new RunInput.RungEnded(rung.id(), end)), () -> waiting.add(rung));
    }

    private Trials trials(RunCommand.StartRung rung) {
        return trials.computeIfAbsent(rung.id(), id -> new Trials());
    }

    private boolean hasBegun(RunCommand.StartRung rung) {
        return trials(rung).hasBegun();
    }
}
