// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.model.Attachment;
import dev.cadre.model.Effort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a subtask type is performed: by a model with instructions and tools, or by plain Java code. */
public sealed interface Work<I, O> {
    /** Plain code. */
    record Code<I, O>(Worker<? super I, ? extends O> worker) implements Work<I, O> {}

    /** A model with instructions and tools. */
    final class Model<I, O> implements Work<I, O> {
        private final String instructions;
        private final List<Tool> tools;
        private final @Nullable Long maxOutputTokens;
        private final @Nullable Effort effort;
        private final @Nullable Function<? super I, List<Attachment>> attaching;

        private Model(
                String instructions,
                List<Tool> tools,
                @Nullable Long maxOutputTokens,
                @Nullable Effort effort,
                @Nullable Function<? super I, List<Attachment>> attaching) {
            this.instructions = instructions;
            this.tools = List.copyOf(tools);
            this.maxOutputTokens = maxOutputTokens;
            this.effort = effort;
            this.attaching = attaching;
        }

        static <I, O> Model<I, O> of(String instructions) {
            if (instructions.isBlank()) {
                throw new IllegalArgumentException("the instructions are blank");
            }
            return new Model<>(instructions, List.of(), null, null, null);
        }

        Model<I, O> withTools(List<Tool> added) {
            var all = new ArrayList<>(tools);
            all.addAll(added);
            if (all.stream().map(Tool::name).distinct().count() != all.size()) {
                throw new IllegalArgumentException("two tools share a name: "
                        + all.stream().map(Tool::name).toList());
            }
            return new Model<>(instructions, all, maxOutputTokens, effort, attaching);
        }

        Model<I, O> withMaxOutputTokens(long tokens) {
            if (tokens < 1) {
                throw new IllegalArgumentException("maxOutputTokens must be at least 1, not " + tokens);
            }
            return new Model<>(instructions, tools, tokens, effort, attaching);
        }

        Model<I, O> withEffort(Effort chosen) {
            return new Model<>(instructions, tools, maxOutputTokens, chosen, attaching);
        }

        Model<I, O> withAttaching(Function<? super I, List<Attachment>> chosen) {
            return new Model<>(instructions, tools, maxOutputTokens, effort, chosen);
        }

        public String instructions() {
            return instructions;
        }

        public List<Tool> tools() {
            return tools;
        }

        /** The cap of one call, or empty for the limit of the run. */
        public OptionalLong maxOutputTokens() {
            return maxOutputTokens == null ? OptionalLong.empty() : OptionalLong.of(maxOutputTokens);
        }

        /** The pictures and files that go with this input; throws whatever their maker throws. */
        public List<Attachment> attachments(I input) {
            return attaching == null ? List.of() : List.copyOf(attaching.apply(input));
        }

        /** The effort, or empty for that of the run. */
        public Optional<Effort> effort() {
            return Optional.ofNullable(effort);
        }
    }
}
