// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.redact.Redactor;
import dev.cadre.task.Origin;
import dev.cadre.task.Skip;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The line of a report for one subtask, one item of it, the planner or the merger.
 *
 * @param part the subtask or item
 * @param end its end
 * @param calls its model calls
 * @param spend its model calls, tokens and money in this session, including those of its items: to sum over lines, leave
 *     {@linkplain #isItem() items} out. The money of {@linkplain #nested() runs nested} in it is included, without their calls
 * @param took the time from the start of its first rung, or of its first item's, to its end; zero if it never started
 * @param origin the source of its outcome. For a fan-out: the journal if those of all items are from there, the cache if
 *     those of all are from there or from the journal, with the longest age and the sum of what they cost. For a race, a
 *     quorum or a repetition always this session, which takes the outputs again; where they are from is in the lines of its
 *     members
 */
public record SubtaskReport(Part part, End end, Calls calls, Spend spend, Duration took, Origin origin) {
    private static final int MOST_NAMED = 5;

    /** The end of a subtask, in one word. */
    public enum Status {
        SUCCEEDED,
        FAILED,
        SKIPPED,
        /** The planner and the merger, whose failure is the run's. */
        NONE;

        /** The word in lower case; empty for {@link #NONE}. */
        @Override
        public String toString() {
            return this == NONE ? "" : name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether a run is complete without what a part did not bring. */
    public enum Need {
        /** What it did not bring is missing. */
        NEEDED,
        /** Others did instead of it, whatever became of it, or a condition does not hold. */
        NOT_NEEDED,
        /** A subtask that was planned later stands in its place. */
        REPLACED;

        /** The words in lower case. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * A part of a run.
     *
     * @param id the id of the subtask, with {@code #index} for an item; {@code planner} or {@code merger}
     * @param type the name of its type
     * @param dependsOn the ids of the subtasks that it waited for; those of an item are its subtask's
     */
    public record Part(String id, String type, List<String> dependsOn) {
        public Part {
            dependsOn = List.copyOf(dependsOn);
        }
    }

    /**
     * The end of a part.
     *
     * @param reason why it failed or was skipped; otherwise empty
     * @param need whether the run lacks something if it failed or was skipped
     * @param takenFrom of a race, a quorum or a repetition the ids of the subtasks whose outputs it took; of a fan-out of
     *     which a part was enough those of the items; otherwise empty
     */
    public record End(Status status, String reason, Need need, List<String> takenFrom) {
        static final End OF_THE_RUN = new End(Status.NONE, "");

        public End {
            takenFrom = List.copyOf(takenFrom);
        }

        /** Of what is needed and takes nothing from others. */
        public End(Status status, String reason) {
            this(status, reason, Need.NEEDED, List.of());
        }

        /** As it is in the line of a report. */
        private String inWords() {
            String ended = reason.isEmpty() ? status.toString() : Redactor.SHAPES.quote(reason);
            boolean isSaid = need == Need.NEEDED || reason.contains(Skip.Kind.NOT_NEEDED.name());
            String told = isSaid ? ended : "%s (%s)".formatted(need, ended);
            return takenFrom.isEmpty() ? told : "%s, taken from %s".formatted(told, named());
        }

        private String named() {
            String named = String.join(", ", takenFrom.subList(0, Math.min(MOST_NAMED, takenFrom.size())));
            int more = takenFrom.size() - MOST_NAMED;
            return more > 0 ? "%s and %d more".formatted(named, more) : named;
        }
    }

    /**
     * The model calls of a part; none for a fan-out, whose items have them.
     *
     * @param tiers the tiers of its calls, in order, each change once
     * @param model the model of its last call; empty if there was none
     * @param nested what the runs nested in it did; of a fan-out those of its items
     */
    public record Calls(List<Tier> tiers, String model, Nested nested) {
        public Calls {
            tiers = List.copyOf(tiers);
        }
    }

    /**
     * The runs that were nested in a part and ended in this session. Their money is in that of the part, their calls and
     * tokens are not.
     *
     * @param runs their number
     * @param calls their calls in this session, with those of the runs nested in them
     * @param tokens the tokens of these calls
     */
    public record Nested(long runs, long calls, TokenUsage tokens) {
        static final Nested NONE = new Nested(0, 0, TokenUsage.NONE);

        static Nested of(NestedResult result) {
            Spend own = result.report().sessionSpend();
            Nested deeper = result.report().nested().stream().map(Nested::of).reduce(NONE, Nested::plus);
            return new Nested(1, own.attempts() + deeper.calls(), own.tokens().plus(deeper.tokens()));
        }

        Nested plus(Nested other) {
            return new Nested(runs + other.runs, calls + other.calls, tokens.plus(other.tokens));
        }

        /** As in {@code 2 nested runs (6 calls, 600 tokens in, 120 out)}. */
        @Override
        public String toString() {
            return "%s (%s, %d tokens in, %d out)"
                    .formatted(
                            runs == 1 ? "1 nested run" : runs + " nested runs",
                            calls == 1 ? "1 call" : calls + " calls",
                            tokens.inputTokens(),
                            tokens.outputTokens());
        }
    }

    /** Whether its outcome is from the journal; for a fan-out, whether those of all items are. */
    public boolean reused() {
        return origin instanceof Origin.Journaled;
    }

    /** Whether its outcome is from an outcome cache; for a fan-out as {@link #origin} says. */
    public boolean fromCache() {
        return origin instanceof Origin.Cached;
    }

    /** The id of the subtask, with {@code #index} for an item. */
    public String id() {
        return part.id();
    }

    /** The name of its type. */
    public String type() {
        return part.type();
    }

    /** The ids of the subtasks that it waited for; those of an item are its subtask's. */
    public List<String> dependsOn() {
        return part.dependsOn();
    }

    /** Its end, in one word. */
    public Status status() {
        return end.status();
    }

    /** Why it failed or was skipped; otherwise empty. */
    public String reason() {
        return end.reason();
    }

    /** Whether the run lacks something if it failed or was skipped. */
    public Need need() {
        return end.need();
    }

    /**
     * Of a race, a quorum or a repetition, the ids of the subtasks whose outputs it took, in plan order; of a repetition the last
     * is the one whose output it has. Of a fan-out of which a part was enough, the ids of the items as {@code id#index}. Otherwise
     * empty.
     */
    public List<String> takenFrom() {
        return end.takenFrom();
    }

    /** The tiers of its model calls, in order, each change once; empty for a fan-out, whose items have them. */
    public List<Tier> tiers() {
        return calls.tiers();
    }

    /** The model of its last call; empty if there was none. */
    public String model() {
        return calls.model();
    }

    /** The runs nested in it, with their calls and tokens; of a fan-out those of its items. */
    public Nested nested() {
        return calls.nested();
    }

    /**
     * One line: {@code cats (note): succeeded, $0.0007 for 1 call (1000 tokens in, 400 out), 812 ms}. Of a race it names the one
     * it took: {@code first (race): succeeded, taken from cats, …}.
     */
    @Override
    public String toString() {
        String of = id().equals(type()) ? id() : "%s (%s)".formatted(id(), type());
        String ended = end.inWords();
        return "%s: %s%s, %d ms"
                .formatted(
                        of,
                        ended.isEmpty() ? "" : ended + ", ", // planner and merger have no status of their own
                        switch (origin) {
                            case Origin.Session session ->
                                nested().runs() == 0 ? spend : "%s and %s".formatted(spend, nested());
                            case Origin.Journaled journaled -> journaled;
                            case Origin.Cached cached -> cached;
                        },
                        took.toMillis());
    }

    /** The tier of its last model call; empty if there was none. */
    public Optional<Tier> tier() {
        return tiers().isEmpty() ? Optional.empty() : Optional.of(tiers().getLast());
    }

    /** The id of the subtask; for an item, that of its fan-out. */
    String subtaskId() {
        return wholeOf(id());
    }

    /** The id of the subtask that an item belongs to; that of a subtask itself. */
    static String wholeOf(String label) {
        int item = label.indexOf('#');
        return item < 0 ? label : label.substring(0, item);
    }

    /** Whether it is an item of a fan-out, whose line precedes it. */
    public boolean isItem() {
        return id().indexOf('#') >= 0;
    }

    /** The money that was booked for it. */
    public Money cost() {
        return spend.total();
    }
}
