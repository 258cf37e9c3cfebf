// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.worlds;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.json.Json;
import dev.cadre.model.CallContext;
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
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.PoolLoad;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.schema.JsonType;
import dev.cadre.testing.worlds.WorldTypes.Ask;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** The provider of one session: answers by what it is asked, errs by the world's mishaps, and bills truly. */
final class WorldModel {
    private static final Price DEAR = ModelPool.of((request, context) -> WorldTypes.nothing(), "gpt-5.4")
            .spec()
            .price();
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long GLANCE_NANOS = 200_000;
    private static final String FLAGSHIP = "gpt-5.4";
    private static final String MINI = "gpt-5.4-mini";
    private static final String NANO = "gpt-5.4-nano";
    /** The pool behind the cheapest tier. */
    private static final String WIDE = "wide";

    private final World world;
    private final Supplier<String> plan;
    private final ModelPools pools;
    private final int maxParallel;
    private final boolean explicitPrice;
    /** By the name of the pool. */
    private final Map<String, AtomicInteger> inFlight = new HashMap<>();

    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile Runnable onCall = () -> {};
    private volatile int callAt = -1;

    /** @param plan what a planner is answered */
    WorldModel(World world, Supplier<String> plan) {
        this.world = world;
        this.plan = plan;
        SplittableRandom dice = world.seed.dice("pools");
        maxParallel = 1 + dice.nextInt(4);
        explicitPrice = dice.nextBoolean();
        String nano = world.isResumed() && world.draws(Mishap.OTHER_MODEL) ? MINI : NANO;
        ModelPools.Builder bound = ModelPools.builder();
        Map.of(Tier.FLAGSHIP, FLAGSHIP, Tier.MINI, MINI, Tier.NANO, nano)
                .forEach((tier, model) -> bound.bind(tier, pool(tier.name(), model)));
        if (world.draws(Mishap.TOO_LONG)) {
            bound.named(WIDE, pool(WIDE, FLAGSHIP)).behind(Tier.NANO, WIDE);
        }
        pools = bound.build();
    }

    private ModelPool pool(String name, String model) {
        inFlight.put(name, new AtomicInteger());
        ModelPool.Builder builder = ModelPool.builder((request, context) -> call(name, request, context), model)
                .maxParallel(maxParallel)
                .retryPolicy(RetryPolicy.standard().withDelays(Duration.ZERO, Duration.ZERO));
        if (isFree(name)) {
            builder.price(Price.perMillionTokens("0", "0", "0"));
        } else if (explicitPrice) {
            builder.price(Price.perMillionTokens("1", "0.5", "3"));
        }
        return builder.build();
    }

    private boolean isFree(String name) {
        return name.equals(Tier.NANO.name()) && world.draws(Mishap.FREE_MODEL);
    }

    ModelPools pools() {
        return pools;
    }

    private ModelPool pool(String name) {
        return name.equals(WIDE) ? pools.pool(WIDE) : pools.pool(Tier.valueOf(name));
    }

    /** Lets something happen within the n-th call of the session. */
    void during(int call, Runnable action) {
        callAt = call;
        onCall = action;
    }

    private ModelReply call(String pool, ModelRequest request, CallContext context) throws InterruptedException {
        AtomicInteger busy = Objects.requireNonNull(inFlight.get(pool));
        int parallel = busy.incrementAndGet();
        try {
            WorldViolation.unless(parallel <= maxParallel, "%d in flight, %d allowed", parallel, maxParallel);
            if (calls.getAndIncrement() == callAt) {
                onCall.run();
            }
            return answer(pool, request, context.purpose());
        } catch (WorldViolation violation) {
            world.found(violation);
            throw violation;
        } finally {
            busy.decrementAndGet();
        }
    }

    private ModelReply answer(String pool, ModelRequest request, CallPurpose purpose) throws InterruptedException {
        String label = purpose.kind() + " " + purpose.subtaskId() + " " + pool;
        String site = label + " " + attempts.merge(label, 1, Integer::sum);
        SplittableRandom dice = world.seed.dice("call " + site + " " + world.session());
        if (purpose.kind() == CallPurpose.Kind.ESCALATION) {
            asks(purpose).forEach(ask -> world.escalates(ask.text()));
        }
        if (purpose.kind() == CallPurpose.Kind.WORK) {
            List<Ask> asks = asks(purpose);
            asks.forEach(ask -> world.asks(asks.size() == 1 ? purpose.subtaskId() : ask.text(), ask.text()));
        }
        world.clock.advance(Duration.ofMillis(dice.nextInt(500)));
        TokenUsage usage = usage(request, dice, site);
        Money cost = pool(pool).spec().price().cost(usage, ServiceTier.STANDARD);
        if (pool.equals(Tier.NANO.name()) && world.befalls(Mishap.TOO_LONG, site)) {
            throw new ModelException.ContextTooLong("longer than the context");
        }
        fail(site, cost);
        if (world.befalls(Mishap.CLIENT_RETURNS_NULL, site)) {
            world.billed(cost);
            return WorldTypes.nothing();
        }
        boolean free = isFree(pool);
        boolean nameless = world.befalls(Mishap.LIMITS_NULL, site); // there is no such reply, and so no name in it
        boolean dearer = !explicitPrice && !free && !nameless && world.befalls(Mishap.DEARER_MODEL, site);
        world.billed(dearer ? DEAR.cost(usage, ServiceTier.STANDARD) : cost);
        return reply(request, purpose, site, usage);
    }

    /** The ways in which no reply comes. */
    private void fail(String site, Money cost) throws InterruptedException {
        if (world.befalls(Mishap.LOST_REPLY, site)) {
            world.billed(cost);
            throw new ModelException.ConnectionFailed("reset", ModelException.Charge.UNKNOWN, new IOException("reset"));
        }
        if (world.befalls(Mishap.MALFORMED_REPLY, site)) {
            world.billed(cost);
            throw new ModelException.MalformedReply("half a reply", null);
        }
        if (world.befalls(Mishap.HANG, site)) {
            world.billed(cost);
            world.clock.advance(World.DEADLINE);
            new CountDownLatch(1).await();
        }
        reject(site);
        breakClient(site, cost);
    }

    /** Nothing is billed. */
    private void reject(String site) {
        if (world.befalls(Mishap.SERVER_ERROR, site)) {
            throw new ModelException.ServerFailed("try again", 500, ModelException.Charge.FREE, null);
        }
        if (world.befalls(Mishap.RATE_LIMIT, site)) {
            throw new ModelException.RateLimited("slower", null, RateLimits.UNKNOWN);
        }
        if (world.befalls(Mishap.LONG_PAUSE, site)) {
            throw new ModelException.RateLimited("much slower", Duration.ofHours(1), RateLimits.UNKNOWN);
        }
        if (world.befalls(Mishap.KEY_REFUSED, site)) {
            throw new ModelException.AuthFailed("no such key");
        }
    }

    private void breakClient(String site, Money cost) {
        if (world.befalls(Mishap.CLIENT_THROWS, site)) {
            world.billed(cost);
            throw new IllegalStateException("the client broke");
        }
        if (world.befalls(Mishap.CLIENT_THROWS_CHECKED, site)) {
            world.billed(cost);
            throw WorldModel.<RuntimeException>sneaky(new IOException("the client broke"));
        }
        if (world.befalls(Mishap.CLIENT_THROWS_ERROR, site)) {
            world.billed(cost);
            throw new NoSuchMethodError("the client broke");
        }
    }

    @SuppressWarnings("unchecked") // what a client in another language of the JVM may do
    private static <E extends Throwable> E sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private TokenUsage usage(ModelRequest request, SplittableRandom dice, String site) {
        if (world.befalls(Mishap.GREEDY_SERVER, site)) {
            return TokenUsage.of(request.inputBytes(), request.maxOutputTokens());
        }
        long most = Math.min(60, request.maxOutputTokens());
        return TokenUsage.of(1 + dice.nextLong(request.inputBytes()), 1 + dice.nextLong(most));
    }

    private ModelReply reply(ModelRequest request, CallPurpose purpose, String site, TokenUsage usage) {
        String model = request.model();
        if (world.befalls(Mishap.DEARER_MODEL, site)) {
            model = FLAGSHIP;
        }
        TokenUsage reported = usage;
        if (world.befalls(Mishap.USAGE_MISSING, site)) {
            reported = WorldTypes.nothing();
        } else if (world.befalls(Mishap.USAGE_ABSURD, site)) {
            reported = TokenUsage.of(9_000_000_000_000_000L, 1);
        }
        RateLimits limits = world.befalls(Mishap.LIMITS_NULL, site) ? WorldTypes.nothing() : RateLimits.UNKNOWN;
        boolean callsTool = !request.tools().isEmpty()
                && request.turns().stream().noneMatch(turn -> turn instanceof Turn.ToolResult);
        Finish finish = callsTool ? Finish.TOOL_CALLS : Finish.COMPLETE;
        String text = callsTool ? "" : text(purpose, site);
        if (world.befalls(Mishap.REFUSAL, site)) {
            finish = Finish.REFUSED;
        } else if (world.befalls(Mishap.TRUNCATED, site)) {
            finish = Finish.TRUNCATED;
            text = "{";
        } else if (world.befalls(Mishap.WRONG_SHAPE, site)) {
            finish = Finish.COMPLETE;
            text = "{\"text\":7}";
        }
        List<ToolCall> tools = finish == Finish.TOOL_CALLS
                ? List.of(new ToolCall("c1", request.tools().getFirst().name(), "{}"))
                : List.of();
        return new ModelReply(model, text, tools, finish, reported, ServiceTier.STANDARD, limits, "");
    }

    private String text(CallPurpose purpose, String site) {
        return switch (purpose.kind()) {
            case PLAN -> plan.get();
            case MERGE -> "{\"answer\":{\"text\":\"merged\",\"score\":50},\"citations\":[]}";
            case WORK, CODE, REPAIR, ESCALATION ->
                isPack(purpose)
                        ? pack(purpose, site)
                        : work(purpose, asks(purpose).getFirst());
        };
    }

    private static boolean isPack(CallPurpose purpose) {
        return Json.parse(purpose.input()) instanceof Json.Arr;
    }

    /** What the call is about: one input, or those of a pack. */
    private static List<Ask> asks(CallPurpose purpose) {
        Json input = Json.parse(purpose.input());
        List<Json> inputs = input instanceof Json.Arr(List<Json> items)
                ? items.stream()
                        .<Json>map(item -> ((Json.Obj) item).object("input"))
                        .toList()
                : List.of(input);
        return inputs.stream().map(JsonType.of(Ask.class)::read).toList();
    }

    private String pack(CallPurpose purpose, String site) {
        List<Ask> asks = asks(purpose);
        var answers = new ArrayList<Json>();
        for (Ask ask : asks) {
            answers.add(numbered(answers.size() + 1, work(purpose, ask)));
        }
        SplittableRandom dice = world.seed.dice("mixed up " + site);
        if (dice.nextInt(4) == 0) { // which costs a call more and loses nothing
            world.met.add(Mishap.PACK_MIXED_UP);
            int place = dice.nextInt(answers.size());
            switch (dice.nextInt(3)) {
                case 0 -> answers.remove(place);
                case 1 -> answers.add(answers.get(place));
                default -> answers.add(0, numbered(answers.size() + 1, work(purpose, asks.get(place))));
            }
        }
        return Json.obj().with("answers", new Json.Arr(answers)).write();
    }

    private static Json numbered(int number, String answer) {
        return Json.obj().with("number", number).with("answer", Json.parse(answer));
    }

    private static String work(CallPurpose purpose, Ask about) {
        String ask = about.text();
        if (purpose.subtaskType().equals("split")) {
            return JsonType.of(WorldTypes.Parts.class).write(new WorldTypes.Parts(WorldTypes.parts(ask)));
        }
        String text = WorldTypes.text(purpose.subtaskType(), ask);
        return "{\"text\":\"%s\",\"score\":%d}".formatted(text, WorldTypes.score(ask, purpose.tier()));
    }

    private boolean isIdle() {
        return inFlight.values().stream().allMatch(count -> count.get() == 0)
                && inFlight.keySet().stream()
                        .map(name -> pool(name).load())
                        .allMatch(load -> load.inFlight() == 0 && load.waiting() == 0);
    }

    /**
     * What must hold when a session is over. Time passes in leaps, and with it the grace of those that were interrupted:
     * what is about to end is waited for.
     */
    void checkIdle(BudgetGuard tenant) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while ((!isIdle() || tenant.openReservations() > 0) && System.nanoTime() < until) {
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        inFlight.forEach((name, count) -> {
            WorldViolation.unless(count.get() == 0, "%d calls are still in flight on %s", count.get(), name);
            PoolLoad load = pool(name).load();
            WorldViolation.unless(load.inFlight() == 0 && load.waiting() == 0, "the pool of %s is left %s", name, load);
        });
    }
}
