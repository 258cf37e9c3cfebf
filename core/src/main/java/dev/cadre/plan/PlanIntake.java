// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.price.Money;
import dev.cadre.task.Binding;
import dev.cadre.task.Dependency;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Limits;
import dev.cadre.task.PassRates;
import dev.cadre.task.SubtaskType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Checks the subtasks of a plan as they come, and hands over those that may run.
 *
 * <p>A subtask is <em>taken</em> if it is in order by itself: a usable and new id (of two with one id the first counts), a
 * registered type, an input that fits, within the limits, closing no cycle with those taken before. It may refer to
 * subtasks that have yet to come. It is <em>admitted</em>, for good, once everything that it depends on is: only then is
 * it known what its wires bring and whether it fans out. If they bring something that does not fit, it is given back as a
 * defect and its id is free again; nothing that was admitted is ever touched by what comes later.
 *
 * <p>A streamed intake hands over every subtask at the moment of its admission; so a subtask always comes after those it
 * depends on. A whole intake hands over nothing before {@link #finish()}, and nothing at all if a defect is outstanding.
 *
 * <p>For one planner on one thread; whatever receives the subtasks is called on that thread. Does not block by itself.
 */
public final class PlanIntake {
    private enum Mode {
        STREAMED,
        WHOLE
    }

    private final Map<String, SubtaskType<?, ?>> types = new LinkedHashMap<>();
    private final Limits limits;
    private final Mode mode;
    private final Consumer<? super GraphNode> sink;
    private final TakenSubtasks taken;
    private final Map<String, Source> given = new LinkedHashMap<>();
    private final PlanFindings findings = new PlanFindings();
    private final Spelling spelling = new Spelling(types, this::knownIds, findings);
    /** What points nowhere, as far as the planner was told of it. */
    private final Set<String> correctable = new HashSet<>();

    private final PlanRounds rounds = new PlanRounds();
    private Consumer<? super PlannedSubtask> record = planned -> {};
    private TierChoices tiers = new TierChoices(TierPolicy.PLANNER, PassRates.NONE, () -> Money.ZERO);
    private boolean brokenOff;
    private boolean finished;

    private PlanIntake(
            List<? extends SubtaskType<?, ?>> types, Limits limits, Mode mode, Consumer<? super GraphNode> sink) {
        this.limits = limits;
        this.mode = mode;
        this.sink = sink;
        this.taken = new TakenSubtasks(limits.maxDepth());
        for (SubtaskType<?, ?> type : types) {
            if (this.types.put(type.name(), type) != null) {
                throw new IllegalArgumentException("two subtask types are named '%s'".formatted(type.name()));
            }
        }
        if (types.isEmpty()) {
            throw new IllegalArgumentException("a plan needs at least one subtask type");
        }
    }

    /**
     * An intake that hands over each subtask as soon as it is admitted.
     *
     * @param sink receives the subtasks, each after those it depends on
     * @throws IllegalArgumentException if there is no type, or two have the same name
     */
    public static PlanIntake streamed(
            List<? extends SubtaskType<?, ?>> types, Limits limits, Consumer<? super GraphNode> sink) {
        return new PlanIntake(types, limits, Mode.STREAMED, sink);
    }

    /**
     * An intake that hands over the whole plan at its end, or nothing.
     *
     * @param sink receives the subtasks, each after those it depends on
     * @throws IllegalArgumentException if there is no type, or two have the same name
     */
    public static PlanIntake whole(
            List<? extends SubtaskType<?, ?>> types, Limits limits, Consumer<? super GraphNode> sink) {
        return new PlanIntake(types, limits, Mode.WHOLE, sink);
    }

    /**
     * Lets the subtasks be wired to these inputs of the goal, by name; default none. No subtask may have the name of one as
     * its id, in whatever case.
     *
     * @return this intake
     * @throws IllegalStateException if something was offered already
     */
    public PlanIntake knowing(List<GoalInput> inputs) {
        if (finished || taken.size() > 0 || findings.count() > 0) {
            throw new IllegalStateException("the inputs of a goal must be known before its plan");
        }
        inputs.forEach(input -> given.put(input.name(), new Source(input)));
        return this;
    }

    /**
     * Takes the keys of clients out of defects and notes, and refuses a subtask whose id has one; default takes out none.
     *
     * @return this intake
     */
    public PlanIntake masking(UnaryOperator<String> keys) {
        findings.masking(keys);
        return this;
    }

    /**
     * Lets something take down every subtask, as it was planned, right before the subtask itself is handed over; default
     * nothing. What that throws keeps the subtask from being handed over, and is passed on; but an
     * {@link IllegalArgumentException} concerns this subtask alone, which is then not admitted.
     */
    public void recordTo(Consumer<? super PlannedSubtask> recorder) {
        record = recorder;
    }

    /**
     * Lets a policy decide on which tier each subtask starts that is offered from here on, where its type allows a choice;
     * default the planner's choice. What earlier sessions took keeps its tier.
     *
     * @param free the money that the run may still promise, at the moment when it is asked for
     */
    public void tiersBy(TierPolicy policy, PassRates rates, Supplier<Money> free) {
        tiers = new TierChoices(policy, rates, free);
    }

    /**
     * Begins another round of a plan that was run. Nothing of the earlier rounds is handed over again; its ids are taken,
     * and new subtasks may refer to what is done of it. To be called before anything is offered.
     *
     * @param earlier what the earlier rounds took, in their order
     * @param undone the subtasks, and the items as {@code id#index}, that did not succeed: no new subtask may refer to
     *     them, and one may stand in their place
     */
    public void continueFrom(List<PlannedSubtask> earlier, Collection<String> undone) {
        rounds.replaying(() -> earlier.forEach(this::restore));
        rounds.begin(taken.admittedIds(), taken.waiting(), undone);
        taken.removeWaiting();
        findings.clear();
    }

    /**
     * Offers a subtask that an earlier session of the run took. If the planner offers the very same one again, that is no
     * defect.
     *
     * @return as {@link #offer}
     */
    public Optional<PlanDefect> restore(PlannedSubtask planned) {
        Optional<PlanDefect> defect = check(planned, false);
        if (defect.isEmpty()) {
            taken.restored(planned);
        }
        return defect;
    }

    /**
     * Offers one subtask.
     *
     * @return everything that is wrong with it, or empty if it was taken
     * @throws IllegalStateException after {@link #finish()}
     */
    public Optional<PlanDefect> offer(PlannedSubtask planned) {
        return check(planned, true);
    }

    /** @param isNew whether nobody has decided on its tier yet */
    private Optional<PlanDefect> check(PlannedSubtask planned, boolean isNew) {
        requireOpen();
        if (taken.hasRestored(planned)) {
            return Optional.empty();
        }
        if (isNew) {
            withdraw(planned.id());
        }
        var troubles = new ArrayList<String>();
        requireNewId(planned.id(), troubles);
        if (isNew) {
            troubles.addAll(rounds.troublesOf(planned));
        }
        SubtaskType<?, ?> type = types.get(planned.type());
        if (type == null) {
            troubles.add("unknown type %s; the types are %s"
                    .formatted(Quoted.of(planned.type()), String.join(", ", types.keySet())));
            return Optional.of(findings.refuse(planned.id(), troubles));
        }
        var examination = new SubtaskCheck(planned, type);
        troubles.addAll(examination.troubles());
        if (!troubles.isEmpty()) {
            return Optional.of(findings.refuse(planned.id(), troubles));
        }
        // what is chosen counts within the bounds that the type has now; the plan stays as it was written
        Consumer<String> note = what -> findings.note(planned.id(), what);
        var unused = TierChoices.withinBounds(planned, type, note);
        PlannedSubtask decided = isNew ? tiers.decided(planned, type, note) : planned;
        return take(examination.candidate(decided, tiers.typeOf(decided, type), given.keySet()));
    }

    /**
     * Offers one subtask as a model wrote it: what it means for certain is read so, and noted. A component may be a
     * {@linkplain References reference}; an id or a type may be written in another case, an id with blanks; a tier that its type
     * does not allow is the nearest one that it does; a subtask that is there already, the same in all but its tier, is passed
     * over.
     *
     * @return as {@link #offer}
     */
    Optional<PlanDefect> offerWritten(PlannedSubtask said) {
        requireOpen();
        PlannedSubtask written = spelling.tidied(said);
        SubtaskType<?, ?> type = types.get(spelling.typeOf(written));
        if (type == null) {
            return offer(written);
        }
        Consumer<String> note = what -> findings.note(written.id(), what);
        PlannedSubtask planned =
                rounds.replacingUndone(TierChoices.withinBounds(spelling.wired(written, type), type, note), note);
        if (taken.has(planned)) {
            if (!taken.hasRestored(planned)) {
                findings.note(planned.id(), "it came twice, the same in all, and is run once");
            }
            return Optional.empty();
        }
        noteOmittedFields(planned);
        return offer(planned);
    }

    /** Reads the ids that subtasks name in another case than theirs, now that all ids are there. */
    void settleSpelling() {
        for (Candidate candidate : taken.waiting()) {
            PlannedSubtask respelled = spelling.respelled(candidate.planned());
            if (taken.waiting(candidate.id()).isPresent() && !respelled.equals(candidate.planned())) {
                taken.remove(candidate);
                offer(respelled);
            }
        }
    }

    private void noteOmittedFields(PlannedSubtask planned) {
        planned.wires().stream()
                .filter(wire -> wire.field().isEmpty() && !given.containsKey(wire.from()))
                .forEach(wire -> findings.note(
                        planned.id(),
                        "input.%s names no field of %s: its whole output or only field was meant"
                                .formatted(wire.into(), Quoted.of(wire.from()))));
    }

    /** Takes over a note of those who made the plan; one that is there already is not taken twice. */
    public void note(PlanDefect note) {
        findings.note(note);
    }

    /**
     * What was not written as it was asked for and was understood all the same, and what the tier policy changed, in the order
     * in which it came.
     */
    public List<PlanDefect> notes() {
        return findings.notes();
    }

    /**
     * Notes a defect of a part of the plan that could not even be offered.
     *
     * @throws IllegalStateException after {@link #finish()}
     */
    public void reject(PlanDefect defect) {
        requireOpen();
        findings.reject(defect);
    }

    /**
     * Notes that the planner cannot be asked on, for want of money, time or a model that answers: what was taken stands,
     * and a later session of the run asks again. Without this a plan that ends is whole, and no session asks again.
     *
     * @throws IllegalStateException after {@link #finish()}
     */
    public void breakOff(String why) {
        reject(new PlanDefect("", why));
        brokenOff = true;
    }

    /** Whether the plan ended before its planner had said all. */
    public boolean isBrokenOff() {
        return brokenOff;
    }

    /**
     * Says that what comes from here on answers the defects so far, so that those are outstanding no more. What points
     * nowhere stays outstanding until what it depends on comes, or a subtask of its id that stands in its place.
     */
    public void answering() {
        findings.answering();
        correctable.addAll(unresolved());
    }

    /** What points nowhere cannot have begun: who was told so may give it again. */
    private void withdraw(String id) {
        if (correctable.remove(id)) {
            taken.waiting(id).ifPresent(taken::remove);
        }
    }

    /**
     * Ends the plan. Hands over what a whole intake has kept, and in the end those that still point nowhere, with
     * dependencies on ids that were never handed over: they cannot run.
     *
     * @throws PlanRejectedException if nothing was admitted, or if the intake is whole and a defect is outstanding
     * @throws IllegalStateException if called twice
     */
    public void finish() {
        requireOpen();
        finished = true;
        if (taken.admittedIds().isEmpty()) { // a later round that adds nothing leaves the plan as it is
            throw new PlanRejectedException("nothing of the plan can be run", allDefects());
        }
        if (mode == Mode.WHOLE) {
            if (!outstanding().isEmpty()) {
                throw new PlanRejectedException("the plan is to be run whole or not at all", allDefects());
            }
            taken.admitted().stream()
                    .filter(each -> !rounds.isEarlier(each.planned().id()))
                    .forEach(each -> handOver(each.planned(), each.node()));
        }
        taken.waitingInOrder().stream()
                .filter(each -> isRecorded(each.planned()))
                .forEach(each -> sink.accept(stranded(each)));
    }

    private void handOver(PlannedSubtask planned, GraphNode node) {
        record.accept(planned);
        sink.accept(node);
    }

    private boolean isRecorded(PlannedSubtask planned) {
        try {
            record.accept(planned);
            return true;
        } catch (IllegalArgumentException unfit) {
            findings.refuse(planned.id(), List.of(String.valueOf(unfit.getMessage())));
            return false;
        }
    }

    /** The defects so far, in the order in which they were found; what points nowhere is not among them. */
    public List<PlanDefect> defects() {
        return findings.defects();
    }

    /** What a repair must answer: the defects since the last call of {@link #answering}, and what points nowhere. */
    public List<PlanDefect> outstanding() {
        var outstanding = new ArrayList<>(findings.unanswered());
        outstanding.addAll(pointingNowhere());
        return outstanding;
    }

    /** The admitted subtasks, in the order of their admission. */
    public List<String> admittedIds() {
        return taken.admittedIds();
    }

    /** The subtasks that depend on an id that the plan does not have. */
    public List<String> unresolved() {
        return pointingNowhere().stream().map(PlanDefect::subtaskId).toList();
    }

    /** The taken subtasks as they were planned, first those admitted, in that order; a journal can keep them. */
    public List<PlannedSubtask> taken() {
        return taken.all();
    }

    /**
     * All that was handed over, of earlier rounds too: what points nowhere is part of it once the intake is finished, and is
     * lost if the planner failed before.
     */
    public List<PlannedSubtask> planned() {
        return rounds.withStranded(
                finished
                        ? taken.all()
                        : taken.admitted().stream()
                                .map(TakenSubtasks.Admitted::planned)
                                .toList());
    }

    /** What this round took, in the order of {@link #taken}: all of it in the first one. */
    public List<PlannedSubtask> added() {
        return taken.all().stream().filter(each -> !rounds.isEarlier(each.id())).toList();
    }

    private void requireNewId(String id, List<String> troubles) {
        if (!GraphNode.isValidId(id)) {
            troubles.add("the id %s must be 1 to 64 letters, digits, '_', '.' or '-'".formatted(Quoted.of(id)));
        } else if (!findings.masked(id).equals(id)) {
            troubles.add("the id has a key of the model's client"); // it would stand in every message and event
        } else if (given.keySet().stream().anyMatch(id::equalsIgnoreCase)) {
            troubles.add("the id %s is the name of an input of the goal".formatted(Quoted.of(id)));
        } else if (taken.has(id)) {
            troubles.add("the plan has a subtask of this id already; the first one counts");
        }
    }

    /** Whether the plan has as many subtasks as it may have, those of earlier rounds included. */
    boolean isFull() {
        return taken.size() + rounds.stranded() >= limits.maxSubtasks();
    }

    private Optional<PlanDefect> take(Candidate candidate) {
        if (isFull()) {
            return Optional.of(findings.refuse(
                    candidate.id(),
                    List.of("the plan has %d subtasks already, its limit".formatted(limits.maxSubtasks()))));
        }
        Optional<String> objection = taken.add(candidate);
        if (objection.isPresent()) {
            return Optional.of(findings.refuse(candidate.id(), List.of(objection.get())));
        }
        int before = findings.count();
        admitFrom(candidate.id());
        return taken.has(candidate.id()) ? Optional.empty() : findings.firstAfter(before);
    }

    /** Admits the subtask if nothing is missing any more, and then those that waited for it, and so on. */
    private void admitFrom(String first) {
        Deque<String> open = new ArrayDeque<>(List.of(first));
        while (!open.isEmpty()) {
            taken.ready(open.removeFirst())
                    .filter(this::admit)
                    .ifPresent(candidate -> open.addAll(taken.dependentsOf(candidate.id())));
        }
    }

    private boolean admit(Candidate candidate) {
        var input = new InputCompiler(candidate, this::source, limits.maxItems());
        if (!input.troubles().isEmpty()) {
            taken.remove(candidate);
            findings.refuse(candidate.id(), input.troubles());
            return false;
        }
        if (mode == Mode.STREAMED && !rounds.isReplaying() && !isRecorded(candidate.planned())) {
            taken.remove(candidate);
            return false;
        }
        var node = new GraphNode(
                candidate.id(),
                candidate.type(),
                input.binding(),
                candidate.edges(this::source),
                candidate.isOptional(),
                candidate.planned().replaces(),
                candidate.kept(this::source));
        input.notes().forEach(what -> findings.note(candidate.id(), what));
        taken.admit(candidate, node, new Source(candidate.type(), input.fansOut(), candidate.isOptional()));
        if (mode == Mode.STREAMED && !rounds.isReplaying()) {
            sink.accept(node);
        }
        return true;
    }

    private Source source(String id) {
        Source input = given.get(id);
        if (input != null) {
            return input;
        }
        return taken.admitted(id)
                .orElseThrow(() -> new IllegalStateException("subtask '%s' is not admitted".formatted(id)))
                .source();
    }

    private GraphNode stranded(Candidate candidate) {
        var binding = new Binding.One(outputs -> {
            throw new IllegalStateException("subtask '%s' points nowhere and cannot run".formatted(candidate.id()));
        });
        var edges = candidate.dependencies().stream()
                .map(on -> new Dependency(on, false))
                .toList();
        return new GraphNode(
                candidate.id(),
                candidate.type(),
                binding,
                edges,
                candidate.isOptional(),
                candidate.planned().replaces());
    }

    private List<PlanDefect> pointingNowhere() {
        var found = new ArrayList<PlanDefect>();
        for (Candidate candidate : taken.waiting()) {
            var missing = candidate.dependencies().stream()
                    .filter(on -> !taken.has(on))
                    .map(Quoted::of)
                    .toList();
            if (!missing.isEmpty()) {
                found.add(findings.masked(new PlanDefect(
                        candidate.id(),
                        "it depends on %s, not in the plan%s".formatted(String.join(", ", missing), orGiven()))));
            }
        }
        return found;
    }

    private String orGiven() {
        return given.isEmpty() ? "" : ", nor among the inputs, which are " + String.join(", ", given.keySet());
    }

    private List<PlanDefect> allDefects() {
        var all = new ArrayList<>(findings.defects());
        all.addAll(pointingNowhere());
        return all;
    }

    private Set<String> knownIds() {
        Set<String> ids = taken.ids();
        ids.addAll(given.keySet());
        return ids;
    }

    private void requireOpen() {
        if (finished) {
            throw new IllegalStateException("the plan is finished");
        }
    }
}
