// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.Json;
import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A model whose replies and token use are drawn, by the seed of the world and the call's own place in the run: order of
 * arrival changes nothing. Answers {@link EstimateTest.Say}, {@link EstimateTest.Many}, merges, and plans with a text that
 * it is given.
 *
 * <p>The profile: an input token for 3 to 5 bytes, a third of the calls with half of it cached; output log-normal with a
 * median of 22 % of the type's cap and sigma 0.5, text at four bytes a token; lists of 2 to 14; 0 to 6 rounds of tools.
 */
final class DrawnModel implements ModelClient {
    /** How often things go wrong. */
    enum World {
        /** Nothing but what the profile says. */
        CALM(0),
        /** One call in seven is lost, malformed, turned away or not accepted. */
        ROUGH(0.15),
        /** Every attempt but the last is lost, every answer first cut, then malformed, then not accepted. */
        DIRE(1);

        private final double trouble;

        World(double trouble) {
            this.trouble = trouble;
        }
    }

    private static final int MOST_LOST = 3;

    private final long seed;
    private final World world;
    private final String plan;
    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();
    private final Map<String, Progress> rungs = new ConcurrentHashMap<>();

    /** What happened on one rung so far; its calls follow each other. */
    private static final class Progress {
        int lost;
        int rounds;
        boolean cut;
        boolean malformed;
    }

    DrawnModel(long seed, World world, String plan) {
        this.seed = seed;
        this.world = world;
        this.plan = plan;
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) {
        CallPurpose purpose = context.purpose();
        String place = purpose.subtaskType() + " " + purpose.subtaskId() + " " + purpose.tier();
        int attempt = attempts.merge(place, 1, Integer::sum);
        var dice = new SplittableRandom(seed ^ (place + attempt).hashCode() * 0x9E3779B97F4A7C15L);
        Progress progress = rungs.computeIfAbsent(place, each -> new Progress());
        if (purpose.kind() != CallPurpose.Kind.PLAN && progress.lost < MOST_LOST && goesWrong(dice)) {
            progress.lost++;
            throw lost(dice);
        }
        progress.lost = 0;
        return switch (purpose.kind()) {
            case PLAN -> reply(request, dice, plan, Math.min(request.maxOutputTokens(), plan.length() / 4 + 1));
            case MERGE ->
                progress.malformed || !goesWrong(dice)
                        ? reply(
                                request,
                                dice,
                                "{\"answer\":{\"text\":\"merged\"},\"citations\":[]}",
                                usual(request, dice))
                        : malformed(request, dice, progress);
            case WORK, CODE, REPAIR, ESCALATION -> work(request, purpose, dice, progress);
        };
    }

    private ModelReply work(ModelRequest request, CallPurpose purpose, SplittableRandom dice, Progress progress) {
        long cap = request.maxOutputTokens();
        if (!progress.cut && goesWrong(dice)) {
            progress.cut = true;
            return reply(request, dice, List.of(), "{\"text\":\"cut", Finish.TRUNCATED, cap);
        }
        if (!request.tools().isEmpty() && progress.rounds < rounds(dice)) {
            progress.rounds++;
            var call = new ToolCall("call" + progress.rounds, "read", "{\"text\":\"%d\"}".formatted(progress.rounds));
            return reply(request, dice, List.of(call), "", Finish.TOOL_CALLS, Math.min(cap, 20 + dice.nextInt(200)));
        }
        if (!progress.malformed && goesWrong(dice)) {
            return malformed(request, dice, progress);
        }
        if (world == World.ROUGH && dice.nextDouble() < 0.02) {
            return reply(request, dice, List.of(), "No.", Finish.REFUSED, 10);
        }
        long tokens = usual(request, dice) / (progress.cut ? 2 : 1); // the cap of a cut answer was doubled
        boolean good = !goesWrong(dice);
        String text = purpose.subtaskType().startsWith("many")
                ? many(tokens, dice)
                : new Json.Obj(Map.of("text", new Json.Str((good ? "good " : "bad ") + filler(tokens)))).write();
        return reply(request, dice, text, world == World.DIRE ? cap : tokens);
    }

    private int rounds(SplittableRandom dice) {
        return world == World.DIRE ? 20 : dice.nextInt(7);
    }

    private ModelReply malformed(ModelRequest request, SplittableRandom dice, Progress progress) {
        progress.malformed = true;
        return reply(request, dice, "{\"wrong\":\"" + filler(usual(request, dice)) + "\"}", usual(request, dice));
    }

    private boolean goesWrong(SplittableRandom dice) {
        return world.trouble > 0 && dice.nextDouble() < world.trouble;
    }

    /** Paid, unknown or free. */
    private ModelException lost(SplittableRandom dice) {
        return world == World.DIRE || dice.nextBoolean()
                ? new ModelException.TimedOut("drawn", ModelException.Charge.UNKNOWN)
                : new ModelException.RateLimited("drawn", Duration.ZERO, RateLimits.UNKNOWN);
    }

    private static long usual(ModelRequest request, SplittableRandom dice) {
        double tokens = 0.22 * request.maxOutputTokens() * Math.exp(0.5 * gaussian(dice));
        return Math.max(10, Math.min(request.maxOutputTokens(), Math.round(tokens)));
    }

    private static double gaussian(SplittableRandom dice) {
        return Math.sqrt(-2 * Math.log(1 - dice.nextDouble())) * Math.cos(2 * Math.PI * dice.nextDouble());
    }

    private static String many(long tokens, SplittableRandom dice) {
        int parts = 2 + dice.nextInt(13);
        List<Json> texts = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            texts.add(new Json.Str(i + " " + filler(tokens / parts)));
        }
        return new Json.Obj(Map.of("parts", new Json.Arr(texts))).write();
    }

    /** Text of this many tokens. */
    static String filler(long tokens) {
        return "word".repeat((int) Math.max(1, tokens - 5));
    }

    private ModelReply reply(ModelRequest request, SplittableRandom dice, String text, long output) {
        return reply(request, dice, List.of(), text, Finish.COMPLETE, output);
    }

    private ModelReply reply(
            ModelRequest request,
            SplittableRandom dice,
            List<ToolCall> calls,
            String text,
            Finish finish,
            long output) {
        long input = world == World.DIRE
                ? request.inputBytes()
                : Math.round(request.inputBytes() / (3 + 2 * dice.nextDouble()));
        long cached = world != World.DIRE && dice.nextInt(3) == 0 ? input / 2 : 0;
        var usage = new TokenUsage(input, cached, 0, output, 0);
        return new ModelReply(
                request.model(), text, calls, finish, usage, ServiceTier.STANDARD, RateLimits.UNKNOWN, "");
    }
}
