// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.model.Attachment;
import dev.cadre.model.CallOptions;
import dev.cadre.model.Effort;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.Sampling;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Verbosity;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a subtask type is performed: by a model with instructions and tools, or by plain Java code. */
public sealed interface Work<I, O> {
    /** Plain code, and the limits of its calls. Immutable: each {@code with} gives a changed copy. */
    final class Code<I, O> implements Work<I, O> {
        private final Worker<? super I, ? extends O> worker;
        private @Nullable ParallelLimit parallel;
        private @Nullable Duration timeout;
        private Retries retries = Retries.NONE;
        private Money costPerCall = Money.ZERO;
        private @Nullable Money spendingPerCall;

        private Code(Worker<? super I, ? extends O> worker) {
            this.worker = worker;
        }

        private Code(Code<I, O> other) {
            worker = other.worker;
            parallel = other.parallel;
            timeout = other.timeout;
            retries = other.retries;
            costPerCall = other.costPerCall;
            spendingPerCall = other.spendingPerCall;
        }

        static <I, O> Code<I, O> of(Worker<? super I, ? extends O> worker) {
            return new Code<>(worker);
        }

        Code<I, O> withParallel(ParallelLimit limit) {
            var copy = new Code<>(this);
            copy.parallel = limit;
            return copy;
        }

        Code<I, O> withTimeout(Duration time) {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException("the timeout of a call must be positive, not " + time);
            }
            var copy = new Code<>(this);
            copy.timeout = time;
            return copy;
        }

        Code<I, O> withRetries(Retries chosen) {
            var copy = new Code<>(this);
            copy.retries = chosen;
            return copy;
        }

        Code<I, O> withCost(Money perCall) {
            var copy = new Code<>(this);
            copy.costPerCall = perCall;
            return copy;
        }

        Code<I, O> withSpending(Money mostPerCall) {
            var copy = new Code<>(this);
            copy.spendingPerCall = mostPerCall;
            return copy;
        }

        /** The code. */
        public Worker<? super I, ? extends O> worker() {
            return worker;
        }

        /** How many calls may be under way at once; empty for no limit. */
        public Optional<ParallelLimit> parallel() {
            return Optional.ofNullable(parallel);
        }

        /** The time of one call; empty for the deadline of the run. */
        public Optional<Duration> timeout() {
            return Optional.ofNullable(timeout);
        }

        /** When it is called again. */
        public Retries retries() {
            return retries;
        }

        /** What each call costs; nothing unless the type says so. */
        public Money costPerCall() {
            return costPerCall;
        }

        /** What each call may spend by itself; empty if only the budget of the run bounds it. */
        public Optional<Money> spendingPerCall() {
            return Optional.ofNullable(spendingPerCall);
        }
    }

    /** A model with instructions and tools. Immutable: each {@code with} gives a changed copy. */
    final class Model<I, O> implements Work<I, O> {
        private final String instructions;
        private String sharedContext = "";
        private List<Tool> tools = List.of();
        private Artifacts artifacts = Artifacts.NONE;
        private List<ProviderTool> providerTools = List.of();
        private int maxProviderCalls;
        private @Nullable Long maxOutputTokens;
        private @Nullable Effort effort;
        private Verbosity verbosity = Verbosity.STANDARD;
        private Sampling sampling = Sampling.DEFAULT;
        private ServiceTier serviceTier = ServiceTier.STANDARD;
        private @Nullable Function<? super I, List<Attachment>> attaching;

        private Model(String instructions) {
            this.instructions = instructions;
        }

        private Model(Model<I, O> other) {
            instructions = other.instructions;
            sharedContext = other.sharedContext;
            tools = other.tools;
            artifacts = other.artifacts;
            providerTools = other.providerTools;
            maxProviderCalls = other.maxProviderCalls;
            maxOutputTokens = other.maxOutputTokens;
            effort = other.effort;
            verbosity = other.verbosity;
            sampling = other.sampling;
            serviceTier = other.serviceTier;
            attaching = other.attaching;
        }

        static <I, O> Model<I, O> of(String instructions) {
            if (instructions.isBlank()) {
                throw new IllegalArgumentException("the instructions are blank");
            }
            return new Model<>(instructions);
        }

        Model<I, O> withSharedContext(String text) {
            var copy = new Model<>(this);
            copy.sharedContext = text;
            return copy;
        }

        Model<I, O> withTools(List<Tool> added) {
            var all = new ArrayList<>(tools);
            all.addAll(added);
            if (added.stream().anyMatch(tool -> tool.name().equals(ArtifactTool.NAME))) {
                throw new IllegalArgumentException(
                        "the library has a tool '%s' of its own".formatted(ArtifactTool.NAME));
            }
            if (all.stream().map(Tool::name).distinct().count() != all.size()) {
                throw new IllegalArgumentException("two tools share a name: "
                        + all.stream().map(Tool::name).toList());
            }
            var copy = new Model<>(this);
            copy.tools = List.copyOf(all);
            return copy;
        }

        /** With the tool that reads them; these replace earlier ones. */
        Model<I, O> withArtifacts(Artifacts read) {
            var copy = new Model<>(this);
            var all = new ArrayList<>(tools);
            all.removeIf(tool -> tool.name().equals(ArtifactTool.NAME));
            if (!read.isNone()) {
                all.add(read.tool());
            }
            copy.tools = List.copyOf(all);
            copy.artifacts = read;
            return copy;
        }

        Model<I, O> withProviderTools(int maxCalls, List<ProviderTool> chosen) {
            var copy = new Model<>(this);
            copy.providerTools = List.copyOf(chosen);
            copy.maxProviderCalls = maxCalls;
            CallOptions.NONE.withProviderTools(copy.providerTools, maxCalls);
            return copy;
        }

        Model<I, O> withMaxOutputTokens(long tokens) {
            if (tokens < 1) {
                throw new IllegalArgumentException("maxOutputTokens must be at least 1, not " + tokens);
            }
            var copy = new Model<>(this);
            copy.maxOutputTokens = tokens;
            return copy;
        }

        Model<I, O> withEffort(Effort chosen) {
            var copy = new Model<>(this);
            copy.effort = chosen;
            return copy;
        }

        Model<I, O> withVerbosity(Verbosity chosen) {
            var copy = new Model<>(this);
            copy.verbosity = chosen;
            return copy;
        }

        Model<I, O> withSampling(Sampling chosen) {
            var copy = new Model<>(this);
            copy.sampling = chosen;
            return copy;
        }

        Model<I, O> withServiceTier(ServiceTier chosen) {
            if (chosen == ServiceTier.BATCH) {
                throw new IllegalArgumentException("only the batch lane of bulk uses the service tier BATCH");
            }
            var copy = new Model<>(this);
            copy.serviceTier = chosen;
            return copy;
        }

        Model<I, O> withAttaching(Function<? super I, List<Attachment>> chosen) {
            var copy = new Model<>(this);
            copy.attaching = chosen;
            return copy;
        }

        /** What the model is told to do, the same for every input. */
        public String instructions() {
            return instructions;
        }

        /** What every subtask of the type reads before its input; empty if nothing. */
        public String sharedContext() {
            return sharedContext;
        }

        /** The tools that the model may call, in this process. */
        public List<Tool> tools() {
            return tools;
        }

        /** The values of its input that the model reads by range. */
        public Artifacts artifacts() {
            return artifacts;
        }

        /** The tools that run at the provider. */
        public List<ProviderTool> providerTools() {
            return providerTools;
        }

        /** Whether the model has any tools, in this process or at the provider. */
        public boolean offersTools() {
            return !tools.isEmpty() || !providerTools.isEmpty();
        }

        /** Whether its answer depends on its input alone: it has no tools but that which reads the input by range. */
        boolean readsItsInputAlone() {
            return providerTools.isEmpty()
                    && tools.stream().allMatch(tool -> tool.name().equals(ArtifactTool.NAME));
        }

        /** How many calls of tools at the provider one attempt may make; 0 without such tools. */
        public int maxProviderCalls() {
            return maxProviderCalls;
        }

        /** The cap of one call, or empty for the limit of the run. */
        public OptionalLong maxOutputTokens() {
            return maxOutputTokens == null ? OptionalLong.empty() : OptionalLong.of(maxOutputTokens);
        }

        /** The pictures and files that go with this input; throws whatever their maker throws. */
        public List<Attachment> attachments(I input) {
            return attaching == null ? List.of() : List.copyOf(attaching.apply(input));
        }

        /** Whether pictures or files may go with an input. */
        public boolean isAttaching() {
            return attaching != null;
        }

        /** The effort, or empty for that of the run. */
        public Optional<Effort> effort() {
            return Optional.ofNullable(effort);
        }

        /** How much is written; the standard leaves it to the pool. */
        public Verbosity verbosity() {
            return verbosity;
        }

        /** How the model draws its tokens; the default leaves it to the provider. */
        public Sampling sampling() {
            return sampling;
        }

        /** The processing class; the standard leaves it to the pool. */
        public ServiceTier serviceTier() {
            return serviceTier;
        }
    }
}
