// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.Sampling;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.model.Verbosity;
import dev.cadre.price.Capability;
import dev.cadre.price.Money;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Allowance.CacheUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A named, described kind of work: input type, output type, worker, tiers, and what it allows. Immutable; every
 * {@code with}-like method returns a changed copy.
 *
 * <p>A type is checked when it is made: an input or output that cannot be expressed in a strict JSON schema is refused
 * with an {@link IllegalArgumentException} that names the component.
 *
 * <p>An input, and the output of plain code, may be or hold an {@link Attachment}: a model is sent it along with the input,
 * in whose text a mark such as {@code "attachment 1: image/png"} stands for it. A planner can only wire it.
 *
 * @param <I> the input
 * @param <O> the output
 */
public final class SubtaskType<I, O> {
    /** The least size, in bytes, above which a value can be kept out of prompts: a reference has some hundred bytes itself. */
    public static final long LEAST_KEPT_BYTES = 2_000;

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    private final String name;
    private final String description;
    private final JsonType<I> input;
    private final JsonType<O> output;
    private final Work<I, O> work;
    private final Tiers tiers;
    private final List<Acceptance<I, O>> acceptances;
    private final Allowance allowance;

    private SubtaskType(
            String name,
            String description,
            JsonType<I> input,
            JsonType<O> output,
            Work<I, O> work,
            Tiers tiers,
            List<Acceptance<I, O>> acceptances,
            Allowance allowance) {
        this.name = name;
        this.description = description;
        this.input = input;
        this.output = output;
        this.work = work;
        this.tiers = tiers;
        this.acceptances = List.copyOf(acceptances);
        this.allowance = allowance;
        if (allowance.cacheUse() == CacheUse.ALLOWED && hasEffects()) {
            throw new IllegalArgumentException(
                    "subtask type '%s' has tools that write, which an outcome from a cache would not run: it cannot be cacheable"
                            .formatted(name));
        }
    }

    private static <I, O> SubtaskType<I, O> of(
            String name, String description, JsonType<I> input, JsonType<O> output, Work<I, O> work) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("subtask type name '%s' must match %s".formatted(name, NAME));
        }
        return new SubtaskType<>(name, description, input, output, work, Tiers.NANO_ONLY, List.of(), Allowance.DEFAULT);
    }

    /**
     * Work for a model. It starts on {@link Tier#NANO} and stays there unless {@link #startingAt} or {@link #upTo} say
     * otherwise.
     *
     * @param instructions what the model is to do with the input; also the planner's description, unless
     *     {@link #describedAs} gives another
     * @throws IllegalArgumentException if the output holds an {@link Attachment}, which no model writes
     */
    public static <I, O> SubtaskType<I, O> model(String name, Class<I> input, Class<O> output, String instructions) {
        return model(name, TypeRef.of(input), TypeRef.of(output), instructions);
    }

    /** As {@link #model(String, Class, Class, String)}, for inputs or outputs of a generic type. */
    public static <I, O> SubtaskType<I, O> model(
            String name, TypeRef<I> input, TypeRef<O> output, String instructions) {
        JsonType<O> written = output.jsonType().requireWritable("the output of subtask type '%s'".formatted(name));
        return of(name, instructions, input.jsonType(), written, Work.Model.of(instructions));
    }

    /**
     * Work for a model on any JSON, answered by an object of a schema that is known only when the program runs, such as
     * one that a user wrote. An answer is checked against it before it counts. For graphs by hand and for bulk: a planner
     * cannot be given it.
     *
     * @param outputSchema a strict JSON schema, as text: its root is an object, all properties are required and no others
     *     allowed, and what may be missing is a union with null
     * @throws IllegalArgumentException if the schema breaks a rule of strict mode; it names the place and the rule
     */
    public static SubtaskType<Json, Json.Obj> json(String name, String outputSchema, String instructions) {
        return of(name, instructions, JsonType.any(), JsonType.ofSchema(outputSchema), Work.Model.of(instructions));
    }

    /** Work for a model on any JSON, whose answer is read by a type that takes more than it shows. */
    @SuppressWarnings("exports") // for the library's own modules
    public static SubtaskType<Json, Json> loose(String name, JsonType<Json> output, String instructions) {
        return of(name, instructions, JsonType.any(), output, Work.Model.of(instructions));
    }

    /**
     * Work for plain Java code. Without further settings it costs nothing, is called once for each subtask, and as many
     * calls as there are subtasks run at once, each until the deadline of its run. Each runs on a platform thread while the
     * process has fewer than 256 of them.
     */
    public static <I, O> SubtaskType<I, O> code(
            String name, Class<I> input, Class<O> output, Worker<? super I, ? extends O> worker) {
        return code(name, TypeRef.of(input), TypeRef.of(output), worker);
    }

    /** As {@link #code(String, Class, Class, Worker)}, for inputs or outputs of a generic type. */
    public static <I, O> SubtaskType<I, O> code(
            String name, TypeRef<I> input, TypeRef<O> output, Worker<? super I, ? extends O> worker) {
        return of(name, name, input.jsonType(), output.jsonType(), Work.Code.of(worker));
    }

    /** What stands in a graph for a subtask without work, whose output has the form of this type's. */
    SubtaskType<O, O> joinedAs(String join) {
        return joined(join, output);
    }

    /** The same, whose output is a list of this type's. */
    SubtaskType<O, List<O>> joinedInAList(String join) {
        return joined(join, output.list());
    }

    private <J> SubtaskType<O, J> joined(String join, JsonType<J> made) {
        Worker<O, J> none = (input, context) -> {
            throw new IllegalStateException("a %s takes no work".formatted(join));
        };
        return of(join, join, output, made, Work.Code.of(none)).spendingUpTo(Money.ZERO);
    }

    /**
     * The planner's description of this kind of work; default the instructions, or the name of plain code. It is part of
     * what makes two runs of a goal sessions of the same one, which the instructions are not: to change it is to ask
     * another planner.
     */
    public SubtaskType<I, O> describedAs(String text) {
        return new SubtaskType<>(name, text, input, output, work, tiers, acceptances, allowance);
    }

    /** The first tier to try; default {@link Tier#NANO}. Also raises the floor and the top to it. */
    public SubtaskType<I, O> startingAt(Tier tier) {
        return with(tiers.startingAt(tier));
    }

    /**
     * Starts on the tier that is suggested for this kind of work: {@link #startingAt} with {@link WorkKind#tier()}. A later
     * {@code startingAt} or {@code between} overrules it; {@code upTo} and {@code notBelow} after it set top and floor.
     */
    public SubtaskType<I, O> suitedTo(WorkKind kind) {
        return startingAt(kind.tier());
    }

    /**
     * Lets the planner choose the tier on which each subtask of this type starts, within these bounds. The lower one is
     * the start where nobody chooses, such as in a graph by hand, and the floor; the upper one also raises the top to it.
     * Default no choice. The planner is shown the prices of the tiers; see {@code Coordinator.Builder.tierPolicy} and
     * {@code passRates}.
     *
     * @throws IllegalArgumentException if the lower bound is above the upper one
     */
    public SubtaskType<I, O> between(Tier lowest, Tier highest) {
        return with(tiers.between(lowest, highest));
    }

    /**
     * This type for one subtask whose tier was chosen: it starts there, or on the nearest tier that a planner may choose.
     * Floor and top stay as they are.
     */
    public SubtaskType<I, O> chosenOn(Tier tier) {
        Tiers chosen = tiers.chosen(tier);
        return chosen.equals(tiers) ? this : with(chosen);
    }

    /** The last tier to escalate to, when an answer is not accepted; default the start, which is no escalation. */
    public SubtaskType<I, O> upTo(Tier tier) {
        return with(tiers.upTo(tier));
    }

    /** The cheapest tier that a shortage of money may push it to; default the start. */
    public SubtaskType<I, O> notBelow(Tier tier) {
        return with(tiers.notBelow(tier));
    }

    /**
     * Sends the rungs of this type on a tier to a named pool, whatever the tier is bound to and whatever is behind it: a
     * model of another provider, one that sees, one with a long context. Other tiers are not affected, so an escalation
     * goes on to the tier's own pool. Default: the pools of the tiers. A run, plan or bulk whose pools lack the name is
     * refused before anything is called; see {@code ModelPools.Builder.named}.
     *
     * @throws IllegalArgumentException if this is no name of a pool
     * @throws IllegalStateException if the type is plain code
     */
    public SubtaskType<I, O> onPool(Tier tier, String pool) {
        modelWork("onPool");
        if (!NAME.matcher(pool).matches()) {
            throw new IllegalArgumentException(
                    "subtask type '%s': the name '%s' of a pool must match %s".formatted(name, pool, NAME));
        }
        return with(tiers.onPool(tier, pool));
    }

    /** Adds the functions that the model may call; only for work of a model. */
    public SubtaskType<I, O> tools(Tool... tools) {
        return tools(List.of(tools));
    }

    /** Adds the functions that the model may call; only for work of a model. */
    public SubtaskType<I, O> tools(List<Tool> tools) {
        return with(modelWork("tools").withTools(tools));
    }

    /**
     * A text that every subtask of this type reads before its input, such as a handbook: data, not instructions; default
     * none. It is sent first, the same for all, so that from about 1,024 tokens on the provider's prompt cache serves it.
     */
    public SubtaskType<I, O> sharing(String context) {
        return with(modelWork("sharing").withSharedContext(context));
    }

    /**
     * Lets the model use tools that run at the provider; default none. Each attempt may make so many calls of them
     * altogether, which are reserved at their price and settled by the calls that the reply reports.
     *
     * @throws IllegalArgumentException if a tool is named twice or the number of calls is not positive
     */
    public SubtaskType<I, O> providerTools(int maxCalls, ProviderTool... tools) {
        return with(modelWork("providerTools").withProviderTools(maxCalls, List.of(tools)));
    }

    /**
     * The processing class, which sets price and pace; default that of the pool. A model that is not offered in it fails
     * the run before anything is sent.
     */
    public SubtaskType<I, O> serviceTier(ServiceTier tier) {
        return with(modelWork("serviceTier").withServiceTier(tier));
    }

    /** How much the model writes; default that of the pool. */
    public SubtaskType<I, O> verbosity(Verbosity verbosity) {
        return with(modelWork("verbosity").withVerbosity(verbosity));
    }

    /**
     * How the model draws its tokens, such as a higher temperature for answers that differ, which are voted on; default the
     * provider's. Sent with every call of the type, repairs and higher tiers included; it changes no price. A run, plan or
     * bulk whose type may run on a model that does not take it is refused before anything is called: by the catalogue,
     * models that reason take it at effort {@code NONE} only, and some never.
     */
    public SubtaskType<I, O> sampling(Sampling sampling) {
        return with(modelWork("sampling").withSampling(sampling));
    }

    /**
     * Sends pictures and files along with the input, behind those in it, such as the photo that it names; default none. The function is asked
     * once for each input of a run, on a thread of its own, and may block; with a journal the run waits for it, though no
     * longer than it has time. One that throws fails the subtask before anything is sent, and so does a picture or file
     * whose tokens have no known bound, and a picture for a model without {@link Capability#VISION}. A preview makes those of the inputs that are known, on its own thread; for an input
     * that is not known yet it counts all that the model can read.
     */
    public SubtaskType<I, O> attaching(Function<? super I, List<Attachment>> attachments) {
        return with(modelWork("attaching").withAttaching(attachments));
    }

    /** The cap on output tokens of one call; default {@link Limits#workerOutputTokens()}. */
    public SubtaskType<I, O> maxOutputTokens(long tokens) {
        return with(modelWork("maxOutputTokens").withMaxOutputTokens(tokens));
    }

    /**
     * How many calls of the code may be under way at once in this process; default no limit. A call that waits for its
     * turn when the deadline passes is not made: its subtask is skipped with {@link Skip.Kind#DEADLINE}. Types that are
     * given the same limit share it.
     *
     * @throws IllegalStateException if a model does the work: its pool has a limit
     */
    public SubtaskType<I, O> parallel(ParallelLimit limit) {
        return with(codeWork("parallel").withParallel(limit));
    }

    /**
     * The time of one call of the code, from its beginning; default the deadline of the run. A call that takes longer is
     * interrupted and fails with {@link Failure.Kind#TIMED_OUT}; one that ignores its interrupt for half a second is left
     * behind, named in the result, and keeps its place in the {@linkplain #parallel limit} until it ends.
     *
     * @throws IllegalArgumentException if it is not positive
     * @throws IllegalStateException if a model does the work: its pool has a timeout
     */
    public SubtaskType<I, O> timeout(Duration time) {
        return with(codeWork("timeout").withTimeout(time));
    }

    /**
     * When the code is called again after it threw; default never. A retry waits for its turn and, if a call
     * {@linkplain #costing costs}, for its money anew; each is a {@code RunEvent.CodeRetried}.
     *
     * @throws IllegalStateException if a model does the work: its pool has a retry policy
     */
    public SubtaskType<I, O> retries(Retries retries) {
        return with(codeWork("retries").withRetries(retries));
    }

    /**
     * What one call of the code costs, such as the price of an interface that it calls; default nothing. The money is
     * reserved before each call, retries included, and the call is not made if the budget cannot pay for it. It is booked
     * when the code has returned or thrown; a call that was interrupted, ran out of time or was under way at a crash counts
     * as paid. What the code spends out of {@link WorkerContext#budget()} comes on top.
     *
     * @throws IllegalStateException if a model does the work: its pool has a price
     */
    public SubtaskType<I, O> costing(Money perCall) {
        return with(codeWork("costing").withCost(perCall));
    }

    /**
     * The most that one call of the code spends by itself out of {@link WorkerContext#budget()}, such as by a run of its
     * own; default as much as the run has left. The budget that the call is given grants no more, and an estimate counts it.
     * Nothing at all says that the code spends nothing.
     *
     * @throws IllegalStateException if a model does the work
     */
    public SubtaskType<I, O> spendingUpTo(Money mostPerCall) {
        return with(codeWork("spendingUpTo").withSpending(mostPerCall));
    }

    /**
     * Whether its code or its tools may spend money of the run by themselves without the type saying how much: only the
     * budget bounds that.
     */
    public boolean maySpendUndeclared() {
        return switch (work) {
            case Work.Model<I, O> model ->
                model.tools().stream().anyMatch(tool -> tool.spendingPerCall().isEmpty());
            case Work.Code<I, O> code -> code.spendingPerCall().isEmpty();
        };
    }

    /** How much the model may reason; default {@link Limits#effort()}. */
    public SubtaskType<I, O> effort(dev.cadre.model.Effort effort) {
        return with(modelWork("effort").withEffort(effort));
    }

    /**
     * Adds a rule that an output must pass; one that does not is asked again on the next tier, or fails. The rule runs
     * on a platform thread. One that throws fails the subtask with {@link Failure.Kind#CODE_FAILED}, and no dearer tier is
     * paid: a rule that is broken judges no answer.
     *
     * @param rule what the rule says, in words: it goes into the failure and to the next tier
     */
    public SubtaskType<I, O> accept(String rule, BiPredicate<? super I, ? super O> test) {
        var added = new ArrayList<>(acceptances);
        added.add(new Acceptance<>(rule, test));
        return new SubtaskType<>(name, description, input, output, work, tiers, added, allowance);
    }

    /** Lets a planner mark subtasks of this type optional; by default its wish is ignored. */
    public SubtaskType<I, O> allowingOptional() {
        return new SubtaskType<>(name, description, input, output, work, tiers, acceptances, allowance.withOptional());
    }

    /**
     * Lets a planner say that other subtasks are run only if a field of this one's output has a value: a boolean, or an enum
     * constant. By default it can make nothing depend on that, and every subtask of a plan is run. What is not run is
     * {@link Skip.Kind#NOT_NEEDED}, and the answer lacks nothing without it.
     *
     * @throws IllegalArgumentException if the output is no record with a component that is a boolean or an enum
     */
    public SubtaskType<I, O> deciding() {
        boolean canDecide = output.components().stream()
                .map(component -> component.type().rawType())
                .anyMatch(type -> type == Boolean.class || type.isEnum());
        if (!canDecide) {
            throw new IllegalArgumentException(
                    "subtask type '%s' cannot decide: its output %s has no component that is a boolean or an enum"
                            .formatted(name, output().getName()));
        }
        return new SubtaskType<>(name, description, input, output, work, tiers, acceptances, allowance.withDeciding());
    }

    /**
     * Keeps an output of more than so many bytes out of prompts: of a text in UTF-8, of any other value as JSON. The output
     * stays whole: for the journal, the report, plain code and mergers of plain code. A model that works on it, or on a part of it that is as long, is given
     * its id, size, form and first lines instead, with a tool {@code read_artifact} that reads the rest by range; the
     * {@linkplain Limits.ToolLimits limits of tools} hold for that, and every call reserves what was read before it. It is
     * found in an input as it stands in the output: text that an edge function makes of it is sent in full. {@code
     * Mergers.synthesis} reads the beginning and says so in the report. Of a fan-out each item is an output. Default: every
     * output is sent in full.
     *
     * @param bytes at least {@value #LEAST_KEPT_BYTES}: a reference has some hundred bytes itself
     * @throws IllegalArgumentException if it is less
     */
    public SubtaskType<I, O> keepingAbove(long bytes) {
        if (bytes < LEAST_KEPT_BYTES) {
            throw new IllegalArgumentException(
                    "outputs can be kept above %d bytes or more, not above %d".formatted(LEAST_KEPT_BYTES, bytes));
        }
        return new SubtaskType<>(
                name, description, input, output, work, tiers, acceptances, allowance.withKeptAbove(bytes));
    }

    /** The bytes above which an output is kept out of prompts; empty if never. */
    public OptionalLong keptAbove() {
        return allowance.keptAbove() == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(allowance.keptAbove());
    }

    /** This type for one input, of which its model reads some values by range. For the engine. */
    public SubtaskType<I, O> reading(Artifacts artifacts) {
        return with(modelWork("reading").withArtifacts(artifacts));
    }

    /**
     * Lets outcomes of this type come from an {@linkplain dev.cadre.cache.OutcomeCache outcome cache} and be kept there,
     * although it has tools or is plain code, or attaches what stands at an address. The default is yes for a model without
     * tools, unless something that stands at an address goes with the input, and no for all other work. The tool by which it
     * reads long values of its input does not count.
     *
     * <p>With this you promise that the output depends on nothing but the input and what the type says of itself: neither on
     * the time, nor on files, services or databases that change, nor on the version of the code. A cache sees none of these.
     *
     * @throws IllegalArgumentException if a tool writes, now or when it is added
     * @throws IllegalStateException if the type is {@link #uncacheable()}
     */
    public SubtaskType<I, O> cacheable() {
        if (allowance.cacheUse() == CacheUse.FORBIDDEN) {
            throw new IllegalStateException("subtask type '%s' is uncacheable, for good".formatted(name));
        }
        return with(CacheUse.ALLOWED);
    }

    /**
     * Lets no outcome of this type come from a cache or be kept there, such as of work that is asked for several times to
     * compare the answers. It stands, whatever is said later.
     */
    public SubtaskType<I, O> uncacheable() {
        return with(CacheUse.FORBIDDEN);
    }

    /** The name by which planners, journals and messages speak of it. */
    public String name() {
        return name;
    }

    /** What it is for, in a sentence that the planner reads. */
    public String description() {
        return description;
    }

    /** Whether the description is other than the default. */
    public boolean hasOwnDescription() {
        return !description.equals(work instanceof Work.Model<I, O> model ? model.instructions() : name);
    }

    /** The class of its input, without type arguments. */
    public Class<I> input() {
        return input.rawType();
    }

    /** The class of its output, without type arguments. */
    public Class<O> output() {
        return output.rawType();
    }

    /** How an input is written for a model, a journal and a fingerprint. */
    @SuppressWarnings("exports") // for the library's own modules
    public JsonType<I> inputType() {
        return input;
    }

    /** What is asked of a model, and how an output is read and written. */
    @SuppressWarnings("exports") // for the library's own modules
    public JsonType<O> outputType() {
        return output;
    }

    /** Whether a plan can say its input: any JSON cannot be asked of a planner. */
    public boolean isPlannable() {
        return !input.equals(JsonType.any());
    }

    /** What performs it: a model with instructions, or plain code. */
    public Work<I, O> work() {
        return work;
    }

    /** The tiers that it may run on; ignored for plain code. */
    public Tiers tiers() {
        return tiers;
    }

    /** The rules that an output must pass, in the order in which they are asked. */
    public List<Acceptance<I, O>> acceptances() {
        return acceptances;
    }

    /** Whether a planner may mark a subtask of this type as one that the run can do without. */
    public boolean isOptionalAllowed() {
        return allowance.optional();
    }

    /** Whether a planner may make it depend on the output of this type whether others are run. */
    public boolean isDeciding() {
        return allowance.deciding();
    }

    /** Whether a model does the work. */
    public boolean isModelWork() {
        return work instanceof Work.Model<I, O>;
    }

    /** Whether performing it costs money: a model does the work, or code whose calls have a price. */
    public boolean isPaid() {
        return switch (work) {
            case Work.Model<I, O> model -> true;
            case Work.Code<I, O> code -> !code.costPerCall().isZero();
        };
    }

    /**
     * Whether its outcomes may come from an outcome cache and be kept there.
     *
     * @param attached what goes with the input
     */
    public boolean isCacheable(List<Attachment> attached) {
        return mayBeCacheable()
                && (allowance.cacheUse() == CacheUse.ALLOWED
                        || attached.stream().noneMatch(Attachment::isFetched));
    }

    /** Whether they may with some attachments. */
    public boolean mayBeCacheable() {
        return switch (allowance.cacheUse()) {
            case ALLOWED -> true;
            case FORBIDDEN -> false;
            case OF_THE_WORK -> work instanceof Work.Model<I, O> model && model.readsItsInputAlone();
        };
    }

    /** What a model must be able to do to be given its tools. */
    public Set<Capability> needs() {
        return switch (work) {
            case Work.Code<I, O> code -> Set.of();
            case Work.Model<I, O> model ->
                model.tools().stream().flatMap(tool -> tool.needs().stream()).collect(Collectors.toUnmodifiableSet());
        };
    }

    /** Whether performing it may change the world outside: a plan with such a type is checked whole before it starts. */
    public boolean hasEffects() {
        return switch (work) {
            case Work.Code<I, O> code -> false;
            case Work.Model<I, O> model -> model.tools().stream().anyMatch(Tool::isWriting);
        };
    }

    @Override
    public String toString() {
        return "SubtaskType[%s: %s -> %s]".formatted(name, input().getSimpleName(), output().getSimpleName());
    }

    private SubtaskType<I, O> with(CacheUse changed) {
        return new SubtaskType<>(
                name, description, input, output, work, tiers, acceptances, allowance.withCacheUse(changed));
    }

    private SubtaskType<I, O> with(Tiers changed) {
        return new SubtaskType<>(name, description, input, output, work, changed, acceptances, allowance);
    }

    private SubtaskType<I, O> with(Work<I, O> changed) {
        return new SubtaskType<>(name, description, input, output, changed, tiers, acceptances, allowance);
    }

    private Work.Model<I, O> modelWork(String setting) {
        return switch (work) {
            case Work.Model<I, O> model -> model;
            case Work.Code<I, O> code ->
                throw new IllegalStateException(
                        "subtask type '%s' is plain code: %s applies to work of a model only".formatted(name, setting));
        };
    }

    private Work.Code<I, O> codeWork(String setting) {
        return switch (work) {
            case Work.Code<I, O> code -> code;
            case Work.Model<I, O> model ->
                throw new IllegalStateException(
                        "subtask type '%s' is work of a model: %s applies to plain code only".formatted(name, setting));
        };
    }

    /** A rule that an output must pass. */
    public record Acceptance<I, O>(String rule, BiPredicate<? super I, ? super O> test) {
        public Acceptance {
            Objects.requireNonNull(rule, "a rule needs words");
            Objects.requireNonNull(test, () -> "the test of the rule '%s' is null".formatted(rule));
        }
    }
}
