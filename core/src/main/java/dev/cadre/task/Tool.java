// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.model.Attachment;
import dev.cadre.model.ToolSpec;
import dev.cadre.price.Capability;
import dev.cadre.price.Money;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Literal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A function that a worker's model may call. Immutable; read-only unless declared {@linkplain #writing writing}. */
public final class Tool {
    /** What a tool may do to the world outside. */
    public enum Effect {
        /** Nothing: it may be called again at will. */
        READS,
        /** Something, but calling it twice is the same as once. */
        WRITES_IDEMPOTENTLY,
        /** Something: a rung that may have run it is neither escalated nor resumed, and ends when it breaks. */
        WRITES
    }

    /** The code of a tool that takes its arguments as JSON text. */
    @FunctionalInterface
    public interface Body {
        /**
         * Runs the tool on a virtual thread; several run at once. An interrupt is a cancel.
         *
         * @param arguments JSON text from the model: untrusted
         * @return the text for the model
         * @throws ToolException if the model should read why it failed and may try again
         * @throws Exception any other: the model is told only that the tool failed; of a tool that {@linkplain
         *     Effect#WRITES writes} and is not stateful nobody knows then what it did, so its subtask ends as {@code
         *     EFFECT_UNKNOWN}, as it does when the tool takes too long
         */
        String call(String arguments, WorkerContext context) throws Exception;
    }

    /** The code of a tool that shows pictures or files to the model, too. */
    @FunctionalInterface
    public interface ShowingBody {
        /** As {@link Body#call}. */
        Shown call(String arguments, WorkerContext context) throws Exception;
    }

    /**
     * What a tool gives back.
     *
     * @param text the text for the model
     * @param attachments what it is shown beside it
     */
    public record Shown(String text, List<Attachment> attachments) {
        public Shown {
            attachments = List.copyOf(attachments);
        }
    }

    private final ToolSpec spec;
    private final Effect effect;
    private final Set<Capability> needs;
    private final boolean stateful;
    private final Supplier<? extends ToolSession> sessions;
    /** Null if only the budget of the run bounds it. */
    private final @Nullable Money spendingPerCall;

    private Tool(
            ToolSpec spec,
            Effect effect,
            Set<Capability> needs,
            boolean stateful,
            Supplier<? extends ToolSession> sessions,
            @Nullable Money spendingPerCall) {
        this.spec = spec;
        this.effect = effect;
        this.needs = Set.copyOf(needs);
        this.stateful = stateful;
        this.sessions = sessions;
        this.spendingPerCall = spendingPerCall;
    }

    /** A tool with typed arguments; its result is text, or a value that is written as JSON. */
    public static <A, R> Tool of(String name, String description, Class<A> arguments, Worker<? super A, R> code) {
        JsonType<A> type = JsonType.of(arguments).requireWritable("the arguments of tool '%s'".formatted(name));
        return raw(new ToolSpec(name, description, type.schema()), (json, context) -> {
            A typed;
            try {
                typed = type.read(json);
            } catch (RuntimeException malformed) {
                throw new ToolException("bad arguments: " + malformed.getMessage());
            }
            return text(code.perform(typed, context));
        });
    }

    /** A tool with arguments as JSON text and a schema of its own. */
    public static Tool raw(ToolSpec spec, Body body) {
        return showing(
                spec,
                (arguments, context) -> new Shown(
                        Objects.requireNonNull(body.call(arguments, context), "a tool returned null"), List.of()));
    }

    /** As {@link #raw}, for a tool whose results carry pictures or files. */
    public static Tool showing(ToolSpec spec, ShowingBody body) {
        ToolSession stateless = body::call;
        return new Tool(spec, Effect.READS, Set.of(), false, () -> stateless, null);
    }

    /**
     * A tool that keeps something from one call to the next of a rung. The same call of it may be repeated as often as the
     * limits of the tool loop allow, because it need not have the same result.
     *
     * @param sessions makes what each rung gets for itself
     */
    public static Tool stateful(ToolSpec spec, Supplier<? extends ToolSession> sessions) {
        return new Tool(spec, Effect.READS, Set.of(), true, sessions, null);
    }

    /** This tool, declared to change the world outside. */
    public Tool writing(Effect declared) {
        return new Tool(spec, declared, needs, stateful, sessions, spendingPerCall);
    }

    /** This tool for models alone whose catalogue entry has these capabilities; none by default. */
    public Tool needing(Capability... capabilities) {
        return new Tool(spec, effect, Set.of(capabilities), stateful, sessions, spendingPerCall);
    }

    /**
     * This tool, of which one call spends no more than this out of {@link WorkerContext#budget()}, such as by a run of its
     * own; default as much as the run has left. The budget that the call is given grants no more, and an estimate counts it.
     * Nothing at all says that the tool spends nothing.
     */
    public Tool spendingUpTo(Money mostPerCall) {
        return new Tool(spec, effect, needs, stateful, sessions, mostPerCall);
    }

    /** The name that the model calls it by. */
    public String name() {
        return spec.name();
    }

    /** What the model is shown of it. */
    public ToolSpec spec() {
        return spec;
    }

    /** Whether it changes anything. */
    public Effect effect() {
        return effect;
    }

    /** Whether it may change anything, idempotently or not. */
    public boolean isWriting() {
        return effect != Effect.READS;
    }

    /** What a model must be able to do that is given this tool. */
    public Set<Capability> needs() {
        return needs;
    }

    /** Whether it keeps anything from one call to the next of a rung. */
    public boolean isStateful() {
        return stateful;
    }

    /** What each call may spend by itself; empty if only the budget of the run bounds it. */
    public Optional<Money> spendingPerCall() {
        return Optional.ofNullable(spendingPerCall);
    }

    /** What one rung calls and closes. */
    public ToolSession open() {
        return sessions.get();
    }

    /** Runs the tool once, in a session of its own, as {@link Body#call} says. */
    public Shown call(String arguments, WorkerContext context) throws Exception {
        try (ToolSession session = open()) {
            return session.call(arguments, context);
        }
    }

    @Override
    public String toString() {
        return "Tool[%s, %s]".formatted(name(), effect);
    }

    private static String text(@Nullable Object result) {
        if (result == null) {
            throw new IllegalStateException("the tool returned null");
        }
        return Literal.text(result);
    }
}
