// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import dev.cadre.pool.CostCalculator;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.PoolLimits;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunCommand;
import dev.cadre.simulation.forecast.CrewSimulation.Parameter;
import dev.cadre.simulation.proof.SimBehavior;
import dev.cadre.simulation.proof.SimDice;
import dev.cadre.simulation.proof.SimFate;
import dev.cadre.simulation.proof.SimTypes;
import dev.cadre.simulation.proof.SimTypes.Question;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Models that behave as somebody assumes. A call's tokens, time and fate follow from the seed and from what is called,
 * never from the schedule: with other limits the same calls take the same time. Of one world, and so of one thread.
 */
final class SimAssumedBehavior implements SimBehavior {
    /** Of a tokenizer that makes a token of four bytes, which is what an estimate takes for granted. */
    private static final long BYTES_PER_TOKEN = 4;

    /** The instructions and the schema, while the input is not known. */
    private static final long FRAME_TOKENS = 200;

    private static final double SECOND = 1e9;
    private static final long REFUSAL_NANOS = 100_000_000;

    private final SimAssumptions assumed;
    private final long seed;
    private final Map<String, Long> inputTokens = new HashMap<>();

    SimAssumedBehavior(SimAssumptions assumed, long seed) {
        this.assumed = assumed;
        this.seed = seed;
    }

    @Override
    public ModelPool pool(Tier tier) {
        return assumed.pool(tier);
    }

    @Override
    public PoolLimits configured(Tier tier) {
        return assumed.poolLimits(tier);
    }

    @Override
    public Limits limits() {
        return assumed.limits();
    }

    // --- before the call

    @Override
    public Money worstCase(SubtaskType<?, ?> type, @Nullable Object input, Tier tier) {
        return switch (type.work()) {
            case Work.Code<?, ?> code -> code.costPerCall();
            case Work.Model<?, ?> model -> worstCase(type, model, input, tier);
        };
    }

    private Money worstCase(SubtaskType<?, ?> type, Work.Model<?, ?> model, @Nullable Object input, Tier tier) {
        ModelSpec spec = pool(tier).spec();
        long tokens = input == null ? FRAME_TOKENS : inputTokens(type.name(), ((Question) input).text());
        long cap = Math.min(
                model.maxOutputTokens().orElse(limits().workerOutputTokens()),
                spec.tokens().maxOutput());
        return worstCase(spec, tokens, cap);
    }

    private static Money worstCase(ModelSpec spec, long tokens, long cap) {
        long bytes = Math.multiplyExact(BYTES_PER_TOKEN, tokens);
        return spec.price().worstCase(spec.tokens().bytesBoundTokens() ? bytes : 2 * bytes, cap, ServiceTier.STANDARD);
    }

    @Override
    public Load load(ModelRequest request, CallPurpose purpose, CostCalculator costs) {
        long tokens = inputTokens(work(purpose), purpose.subtaskId());
        long cap = request.maxOutputTokens();
        return new Load(worstCase(pool(purpose.tier()).spec(), tokens, cap), tokens + cap);
    }

    private long inputTokens(String type, String label) {
        return inputTokens.computeIfAbsent(label + "/" + type, subtask -> {
            double tokens = profile(type, Tier.NANO).inputTokens().draw(dice(subtask, "input"));
            return Math.max(1, Math.round(tokens));
        });
    }

    /** The subtask type, or what no type can be named. */
    private static String work(CallPurpose purpose) {
        return switch (purpose.kind()) {
            case PLAN -> SimAssumptions.PLANNER;
            case MERGE -> SimAssumptions.MERGER;
            case WORK, ESCALATION, REPAIR, CODE -> purpose.subtaskType();
        };
    }

    private WorkProfile profile(String type, Tier tier) {
        return assumed.profile(type, tier);
    }

    private SplittableRandom dice(String... purpose) {
        return SimDice.of(seed, String.join("/", purpose));
    }

    // --- the call

    /** How long a call takes, and how much of that before its text begins. */
    record Timing(long nanos, long silentNanos) {}

    /** The time of a call that writes so much. */
    Timing timing(String type, String label, Tier tier, String call, long outputTokens) {
        Optional<Spread> seconds = profile(type, tier).seconds();
        SplittableRandom dice = dice(label, type, tier.name(), "time", call);
        double unit = SECOND * assumed.factor(Parameter.LATENCY);
        if (seconds.isPresent()) {
            return new Timing((long) (seconds.get().draw(dice) * unit), 0);
        }
        ModelSpeed speed = assumed.speed(tier);
        double silent = speed.firstTokenSeconds().draw(dice) * unit;
        return new Timing((long) (silent + outputTokens / speed.tokensPerSecond() * unit), (long) silent);
    }

    /** How much an answer needs, whatever its cap. */
    long outputTokens(String type, String label, Tier tier) {
        double tokens = profile(type, tier).outputTokens().draw(dice(label, type, tier.name(), "output"));
        return Math.max(1, Math.round(tokens * assumed.factor(Parameter.OUTPUT_TOKENS)));
    }

    @Override
    public Optional<SimFate> fate(ModelRequest request, CallPurpose purpose, int attempt, RateLimits told) {
        return Optional.of(new Conversation(request, purpose, attempt, told).fate());
    }

    /** Tells the attempts of one rung apart, whatever the schedule. */
    static String call(int turns, long cap, String input, int attempt) {
        return turns + "." + cap + "." + input + "." + attempt;
    }

    /** One attempt with all that its fate follows from. */
    private final class Conversation {
        private final ModelRequest request;
        private final CallPurpose purpose;
        private final String type;
        private final WorkProfile profile;
        private final RateLimits told;
        private final String call;

        Conversation(ModelRequest request, CallPurpose purpose, int attempt, RateLimits told) {
            this.request = request;
            this.purpose = purpose;
            this.type = SimAssumedBehavior.work(purpose);
            this.profile = profile(type, purpose.tier());
            this.told = told;
            this.call = call(request.turns().size(), request.maxOutputTokens(), purpose.input(), attempt);
        }

        SimFate fate() {
            SplittableRandom luck = luck("fate", call);
            double failures = assumed.factor(Parameter.FAILURES);
            if (SimDice.chance(luck, profile.failing() * failures)) {
                var failure = new ModelException.ServerFailed("failed", 500, ModelException.Charge.FREE, null);
                return new SimFate.Fails(failure, Money.ZERO, REFUSAL_NANOS);
            }
            SimFate.Replies whole = reply();
            if (SimDice.chance(luck, profile.losing() * failures)) {
                var failure = new ModelException.ConnectionFailed(
                        "the reply was lost", ModelException.Charge.UNKNOWN, new IOException("reset"));
                return new SimFate.Fails(failure, whole.billed(), whole.nanos());
            }
            return whole;
        }

        private SimFate.Replies reply() {
            long cap = request.maxOutputTokens();
            long wanted = wanted();
            Answer answer = wanted > cap ? Answer.CUT : answer();
            long written = Math.min(wanted, cap);
            var used = TokenUsage.of(inputTokens(type, purpose.subtaskId()), written);
            var reply = new ModelReply(
                    request.model(),
                    answer.text(),
                    answer.toolCalls(),
                    answer.finish(),
                    used,
                    ServiceTier.STANDARD,
                    told,
                    "");
            Timing timing = timing(type, purpose.subtaskId(), purpose.tier(), call, written);
            Money billed = pool(purpose.tier()).spec().price().cost(used, ServiceTier.STANDARD);
            return new SimFate.Replies(reply, billed, timing.nanos(), timing.silentNanos());
        }

        private long wanted() {
            return purpose.kind() == CallPurpose.Kind.PLAN
                    ? Math.multiplyExact(Long.parseLong(purpose.input()), (long)
                            assumed.planning().tokensPerSubtask())
                    : outputTokens(type, purpose.subtaskId(), purpose.tier());
        }

        private Answer answer() {
            return switch (purpose.kind()) {
                case PLAN, MERGE -> Answer.saying("done");
                case WORK, ESCALATION, REPAIR, CODE -> work();
            };
        }

        private Answer work() {
            if (SimDice.chance(dice(purpose.subtaskId(), "refused"), profile.refusing())) {
                return Answer.REFUSED;
            }
            long rounds = request.turns().stream()
                    .filter(turn -> turn instanceof Turn.Assistant said
                            && !said.toolCalls().isEmpty())
                    .count();
            if (rounds < profile.toolRounds()) {
                return Answer.asking((int) rounds);
            }
            boolean first = purpose.kind() != CallPurpose.Kind.REPAIR || isToolResult();
            if (first && SimDice.chance(luck("malformed"), profile.malformed() * assumed.factor(Parameter.FAILURES))) {
                return Answer.saying("{\"text\":7}");
            }
            return Answer.judged(isRight(), isAccepted());
        }

        private boolean isToolResult() {
            return request.turns().getLast() instanceof Turn.ToolResult;
        }

        private boolean isRight() {
            String whose = profile.errors() == WorkProfile.Errors.SHARED
                    ? ""
                    : purpose.tier().name();
            return dice(purpose.subtaskId(), "hardness", whose).nextDouble() < profile.right(purpose.tier());
        }

        private boolean isAccepted() {
            double rejected = isRight() ? profile.falseAlarm() : profile.recall();
            return !SimDice.chance(luck("verifier"), rejected);
        }

        private SplittableRandom luck(String... what) {
            return dice(type, purpose.subtaskId(), purpose.tier().name(), String.join("/", what));
        }
    }

    private record Answer(Finish finish, String text, List<ToolCall> toolCalls) {
        static final Answer CUT = new Answer(Finish.TRUNCATED, "{\"text\":\"half", List.of());
        static final Answer REFUSED = new Answer(Finish.REFUSED, "I would rather not.", List.of());

        static Answer saying(String text) {
            return new Answer(Finish.COMPLETE, text, List.of());
        }

        static Answer judged(boolean right, boolean accepted) {
            return saying(SimTypes.Finding.of(right, accepted).json());
        }

        static Answer asking(int round) {
            var ask = new ToolCall("c" + round, SimTypes.READ.name(), "{\"page\":%d}".formatted(round));
            return new Answer(Finish.TOOL_CALLS, "", List.of(ask));
        }
    }

    // --- what is not a call

    @Override
    public Writing writing() {
        int subtasks = (int)
                Math.max(1, limits().plannerOutputTokens() / assumed.planning().tokensPerSubtask());
        return new Writing(subtasks, subtasks);
    }

    @Override
    public Optional<CodeEnd> code(RunCommand.StartRung start) {
        String type = start.type().name();
        String label = start.id().label();
        WorkProfile profile = profile(type, Tier.NANO);
        SplittableRandom dice = dice(label, type, "code");
        double seconds = profile.seconds().orElse(Spread.fixed(0)).draw(dice);
        return Optional.of(new CodeEnd(
                (long) (seconds * SECOND * assumed.factor(Parameter.LATENCY)),
                SimDice.chance(dice, profile.failing() * assumed.factor(Parameter.FAILURES))));
    }

    @Override
    public OptionalLong toolNanos(RunCommand.StartRung start, int turn) {
        String type = start.type().name();
        String label = start.id().label();
        SplittableRandom dice = dice(label, type, start.tier().name(), "tools", Integer.toString(turn));
        double seconds = profile(type, start.tier()).toolSeconds().draw(dice);
        return OptionalLong.of((long) (seconds * SECOND * assumed.factor(Parameter.LATENCY)));
    }
}
