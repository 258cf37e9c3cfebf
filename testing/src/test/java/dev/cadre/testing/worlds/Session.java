// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.worlds;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.RunUnderWayException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.Mergers;
import dev.cadre.model.ModelException;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.CostRange;
import dev.cadre.price.Money;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.worlds.WorldTypes.Ask;
import dev.cadre.testing.worlds.WorldTypes.Note;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** One session of a world: what a process would do, and what must hold when it is over. */
final class Session {
    /** What a world's own stream or consumer throws. */
    private static final class Own extends RuntimeException {
        private static final long serialVersionUID = 1;

        Own(String message) {
            super(message);
        }
    }

    private static final long PATIENCE_SECONDS = 5;

    private final World world;
    private final Journal journal;
    private final WorldTypes types;
    private final WorldGraph graph;
    private final WorldModel model;
    private final WorldEvents events;
    private final BudgetGuard tenant;
    private final Budget budget;

    Session(World world, Journal journal) {
        this.world = world;
        this.journal = journal;
        types = new WorldTypes(world, world.session());
        graph = new WorldGraph(world);
        model = new WorldModel(world, this::plan);
        events = new WorldEvents(world);
        tenant = world.tenant();
        budget = world.budget(tenant);
    }

    void run() throws Exception {
        Duration began = Duration.ofNanos(world.clock.nanoTime());
        disturb();
        try {
            switch (world.kind) {
                case GRAPH -> runGraph();
                case GOAL -> runGoal();
                case BULK -> runBulk();
            }
        } finally {
            Thread.interrupted();
            tenant.close();
        }
        model.checkIdle(tenant);
        WorldViolation.unless(tenant.openReservations() == 0, "%d reservations are left", tenant.openReservations());
        WorldViolation.unless(
                tenant.state().outstanding().isZero()
                        && tenant.state().setAside().isZero(),
                "money is left: %s",
                tenant.state());
        Duration took = Duration.ofNanos(world.clock.nanoTime()).minus(began);
        WorldViolation.unless(
                world.metAny(Mishap.HANG) || took.compareTo(World.DEADLINE) < 0, "it took %s of virtual time", took);
        world.writes()
                .forEach((label, times) -> WorldViolation.unless(
                        times <= 1 || world.metAny(Mishap.NEW_INSTRUCTIONS, Mishap.OTHER_MODEL, Mishap.STRICTER_OUTPUT),
                        "the tool of '%s' wrote %d times",
                        label,
                        times));
    }

    /** What happens in the midst of it. */
    private void disturb() {
        SplittableRandom dice = world.seed.dice("midst " + world.session());
        Thread caller = Thread.currentThread();
        if (world.befalls(Mishap.CANCEL, "session")) {
            model.during(dice.nextInt(4), () -> world.cancels(caller));
        } else if (world.befalls(Mishap.TWO_OWNERS, "session")) {
            model.during(dice.nextInt(4), this::secondOwner);
        }
    }

    /** Another owner of the same journal begins the same, and comes to its end or is refused. */
    private void secondOwner() {
        try {
            var other = new WorldModel(world, this::plan);
            Coordinator second = coordinator(other, new WorldEvents(world));
            switch (world.kind) {
                case GRAPH -> second.run(graph.build(types), world.budget(tenant));
                case GOAL -> second.run(goal(), world.budget(tenant));
                case BULK -> bulk(second, types.type(bulkType()), new ArrayList<>());
            }
        } catch (RunUnderWayException refused) {
            world.met.add(Mishap.TWO_OWNERS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Coordinator coordinator(WorldModel provider, WorldEvents listener) {
        List<SubtaskType<?, ?>> plannable =
                List.of(types.type("note"), types.type("judged"), types.type("reading"), types.type("code"));
        var builder = Coordinator.builder(provider.pools())
                .listener(listener)
                .clock(world.clock)
                .plansWith(plannable);
        if (world.befalls(Mishap.PLANNER_THROWS, "planner")) {
            builder.planner((request, intake) -> {
                planned().subList(0, 1).forEach(intake::offer);
                throw new IllegalStateException("the planner broke");
            });
        }
        return builder.build().journal(journal);
    }

    // --- graphs and goals

    private void runGraph() throws InterruptedException {
        Coordinator coordinator = coordinator(model, events);
        TaskGraph<?> built = graph.build(types);
        CostRange estimate = coordinator.preview(built).cost();
        RunResult<?> result = result(() -> coordinator.run(built, budget));
        if (result != null) {
            check(result);
            Money spent = result.sessionSpend().total();
            WorldViolation.unless(
                    world.metAny(Mishap.DEARER_MODEL, Mishap.CODE_SPENDS) || !spent.isMoreThan(estimate.worst()),
                    "estimated %s, spent %s",
                    estimate,
                    spent);
            if (!result.report().outcomes().isEmpty()) {
                graph.check(result.report().outcomes());
                checkOptional(result);
            }
        }
    }

    private void runGoal() throws InterruptedException {
        Coordinator coordinator = coordinator(model, events);
        RunResult<?> result = result(() -> coordinator.run(goal(), budget));
        if (result != null) {
            check(result);
        }
    }

    private interface Running {
        RunResult<?> run() throws InterruptedException;
    }

    /** The result; null if its caller left. */
    private @Nullable RunResult<?> result(Running running) throws InterruptedException {
        try {
            RunResult<?> result = running.run();
            boolean interrupted = Thread.interrupted();
            WorldViolation.unless(
                    interrupted == world.isCancelled(), "the caller's interrupt is lost, or made up: %s", interrupted);
            return result;
        } catch (InterruptedException e) {
            WorldViolation.unless(world.metAny(Mishap.CANCEL), "nobody interrupted the caller");
            return null;
        }
    }

    private void check(RunResult<?> result) {
        RunReport report = result.report();
        events.check(report);
        world.sameRun(report.runId());
        Money spent = report.spend().total();
        WorldViolation.unless(
                world.mayHideABill() || !world.billed().isMoreThan(spent),
                "billed %s, reported %s",
                world.billed(),
                spent);
        WorldViolation.unless(
                world.metAny(Mishap.DEARER_MODEL) || !spent.isMoreThan(budget.limit()),
                "spent %s of %s",
                spent,
                budget.limit());
        boolean calm = world.isLast() && !world.isBothered();
        WorldViolation.unless(
                !calm
                        || result instanceof RunResult.Complete<?>
                        || isUnrepeatable(report.outcomes().values()),
                "nothing is wrong any more, and it is %s",
                result);
    }

    /** Whether a writing tool may have run in a session that did not live to tell, which no later session mends. */
    private static boolean isUnrepeatable(Collection<? extends Outcome<?>> outcomes) {
        return outcomes.stream().anyMatch(outcome -> outcome.reason().contains("EFFECT_UNKNOWN"));
    }

    /** Optional subtasks are the first to go. */
    private void checkOptional(RunResult<?> result) {
        if (!graph.isPlain() || world.isResumed() || world.metAny(Mishap.DEARER_MODEL, Mishap.CODE_SPENDS)) {
            return;
        }
        Money luxury = Money.ZERO;
        for (var line : result.report().subtasks()) {
            boolean optional = graph.nodes().stream().anyMatch(node -> node.id().equals(line.id()) && node.optional());
            luxury = optional ? luxury.plus(line.cost()) : luxury;
        }
        for (WorldGraph.Node node : graph.nodes()) {
            String reason = result.report().outcome(node.id()).reason();
            var words = SHORTAGE.matcher(reason);
            if (!node.optional() && words.find()) {
                Money needed = Money.usd(words.group(1));
                Money free = Money.usd(words.group(2));
                boolean would = !needed.isMoreThan(free.plus(luxury));
                WorldViolation.unless(
                        !would || free.times(2).isMoreThan(needed),
                        "'%s' lacks money, and optional ones had %s: %s",
                        node.id(),
                        luxury,
                        reason);
            }
        }
    }

    private static final java.util.regex.Pattern SHORTAGE =
            java.util.regex.Pattern.compile("needs up to \\$([0-9.]+), free are \\$([0-9.]+)");

    private List<PlannedSubtask> planned() {
        var plan = new ArrayList<PlannedSubtask>();
        SplittableRandom dice = world.seed.dice("plan");
        List<String> names = List.of("note", "judged", "reading", "code");
        int size = 1 + dice.nextInt(3);
        for (int i = 0; i < size; i++) {
            SubtaskType<Ask, ?> type = types.type(names.get(dice.nextInt(names.size())));
            PlannedSubtask whole = PlannedSubtask.of("p" + i, type, graph.ask("p" + i));
            if (i > 0 && dice.nextBoolean()) {
                var literals = new HashMap<>(whole.literals());
                literals.remove("text");
                whole = new PlannedSubtask(whole.id(), whole.type(), literals, List.of(), List.of(), false)
                        .withWire("text", "p" + dice.nextInt(i), "text");
            }
            plan.add(whole);
        }
        return plan;
    }

    private String plan() {
        return "{\"subtasks\":["
                + String.join(
                        ",", planned().stream().map(PlannedSubtask::toJson).toList()) + "]}";
    }

    private Goal<Note> goal() {
        boolean byModel = world.seed.dice("merger").nextBoolean();
        Goal<Note> goal = Goal.of("What is there?", Note.class);
        return byModel ? goal : goal.mergedBy(Mergers.of(this::merged));
    }

    private Note merged(MergeInput input) {
        if (world.befalls(Mishap.MERGER_THROWS, "merger")) {
            throw new IllegalStateException("the merger broke");
        }
        if (world.befalls(Mishap.MERGER_RETURNS_NULL, "merger")) {
            return WorldTypes.nothing();
        }
        return new Note("merged " + input.outcomes().size(), WorldTypes.PASSING);
    }

    // --- bulk

    private void runBulk() throws InterruptedException {
        List<BulkItem<?>> handed = new ArrayList<>();
        String name = bulkType();
        try {
            bulk(coordinator(model, events), types.type(name), handed);
            boolean interrupted = Thread.interrupted();
            WorldViolation.unless(
                    interrupted == world.isCancelled(), "the caller's interrupt is lost, or made up: %s", interrupted);
        } catch (InterruptedException e) {
            WorldViolation.unless(world.metAny(Mishap.CANCEL), "nobody interrupted the caller");
        } catch (Own own) {
            world.met.add(Mishap.STREAM_THROWS);
        } catch (ModelException outage) {
            WorldViolation.unless(world.metAny(Mishap.KEY_REFUSED), "nobody refused the key: %s", outage);
        } catch (JournalException | UnrecordedException broken) {
            WorldViolation.unless(world.metAny(Mishap.KILL), "the disk is sound: %s", broken);
        } catch (IllegalArgumentException shared) {
            WorldViolation.unless(world.metAny(Mishap.KEY_SHARED), "no key is shared: %s", shared);
        }
        for (BulkItem<?> item : handed) {
            item.outcome()
                    .ifSucceeded()
                    .ifPresent(value -> WorldViolation.unless(
                            WorldTypes.isRight(name, "i" + item.index(), value), "item %s", item));
        }
    }

    private String bulkType() {
        List<String> names = List.of("note", "judged", "reading", "writing", "code");
        return names.get(world.seed.dice("bulk").nextInt(names.size()));
    }

    private <O> void bulk(Coordinator coordinator, SubtaskType<Ask, O> type, List<BulkItem<?>> handed)
            throws InterruptedException {
        int size = world.seed.dice("stream").nextInt(6);
        var inputs = new Inputs(size);
        Bulk<Ask, O> keyed = coordinator.bulk(type).keyedBy(ask -> key(ask));
        BulkSummary summary = (isPacked(type) ? keyed.packing(2 + size % 3) : keyed)
                .run(inputs.stream(), budget, item -> {
                    inputs.ended(item.index());
                    hand(item, handed);
                });
        WorldViolation.unless(summary.items() == handed.size(), "%d handed, %s", handed.size(), summary);
        WorldViolation.unless(
                summary.succeeded() + summary.failed() + summary.skipped() == summary.items(), "sums of %s", summary);
        WorldViolation.unless(
                handed.stream().map(BulkItem::index).distinct().count() == handed.size(), "handed over twice");
        WorldViolation.unless(
                inputs.pulled == handed.size(), "%d pulled, %d handed over: %s", inputs.pulled, handed.size(), summary);
        Money spent = journal.spent(coordinator.bulk(type).runId()).total();
        WorldViolation.unless(
                world.mayHideABill() || !world.billed().isMoreThan(spent),
                "billed %s, reported %s",
                world.billed(),
                spent);
        WorldViolation.unless(
                world.metAny(Mishap.DEARER_MODEL) || !spent.isMoreThan(budget.limit()),
                "spent %s of %s",
                spent,
                budget.limit());
        boolean calm = world.isLast() && !world.isBothered();
        WorldViolation.unless(
                !calm
                        || (summary.items() == size && summary.succeeded() == size)
                        || isUnrepeatable(handed.stream().map(BulkItem::outcome).toList()),
                "nothing is wrong, and %s",
                summary);
    }

    private boolean isPacked(SubtaskType<Ask, ?> type) {
        return List.of("note", "judged").contains(type.name())
                && world.seed.dice("packs").nextBoolean();
    }

    private String key(Ask ask) {
        return ask.text().equals("i3") && world.befalls(Mishap.KEY_SHARED, "key") ? "i1" : ask.text();
    }

    private <O> void hand(BulkItem<O> item, List<BulkItem<?>> handed) {
        handed.add(item);
        if (world.befalls(Mishap.EACH_THROWS, "each " + item.index())) {
            throw new Own("the consumer broke");
        }
    }

    /** The inputs of a bulk, counted as they are pulled. */
    private final class Inputs implements Iterator<Ask> {
        private final int size;
        private final List<CountDownLatch> ends = new ArrayList<>();
        private volatile int pulled;

        Inputs(int size) {
            this.size = size;
            IntStream.range(0, size).forEach(i -> ends.add(new CountDownLatch(1)));
        }

        void ended(long index) {
            ends.get((int) index).countDown();
        }

        Stream<Ask> stream() {
            return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED), false);
        }

        @Override
        public boolean hasNext() {
            if (pulled > 0 && pulled < size && world.draws(Mishap.DEPENDENT_STREAM)) {
                awaitEndOf(world.seed.dice("depends " + pulled).nextInt(pulled));
            }
            return pulled < size;
        }

        /** As a crawler that finds its next page in an earlier one: nothing comes before that has been handed over. */
        private void awaitEndOf(int earlier) {
            world.clock.advance(Duration.ofSeconds(1)); // a pack that waits for more does not wait for longer
            try {
                WorldViolation.unless(
                        ends.get(earlier).await(PATIENCE_SECONDS, TimeUnit.SECONDS),
                        "input %d depends on %d, which is not handed over",
                        pulled,
                        earlier);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Own("the stream was interrupted");
            }
        }

        @Override
        public Ask next() {
            if (world.befalls(Mishap.STREAM_THROWS, "stream " + pulled)) {
                throw new Own("the stream broke");
            }
            Ask ask = graph.ask("i" + pulled);
            pulled = pulled + 1;
            return ask;
        }
    }
}
