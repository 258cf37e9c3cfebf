// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelClient;
import dev.cadre.model.Tier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The pools of the tiers, and further pools by name. Immutable; one pool may serve several tiers, have several names, and
 * be in several instances of this class.
 *
 * <p>A named pool makes calls in two ways: a subtask type {@linkplain dev.cadre.task.SubtaskType#onPool names it} for a
 * tier, or it is {@linkplain Builder#behind behind} a tier and makes the calls that the tier's own pool cannot. Planners
 * and mergers use the pools of the tiers alone.
 *
 * <p>Pools with the same client share its key: a bad key or an exhausted quota in one of them stops the others too.
 */
public final class ModelPools implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    private final Map<Tier, ModelPool> byTier;
    private final Map<String, ModelPool> byName;
    private final Map<Tier, List<String>> behind;
    private final List<AutoCloseable> owned;
    /** Those that know all the keys: one of each client. */
    private final List<ModelPool> masking;

    private ModelPools(
            Map<Tier, ModelPool> byTier,
            Map<String, ModelPool> byName,
            Map<Tier, List<String>> behind,
            List<AutoCloseable> owned) {
        this.byTier = new EnumMap<>(byTier);
        this.byName = new LinkedHashMap<>(byName);
        this.behind = new EnumMap<>(behind);
        this.owned = List.copyOf(owned);
        behind.forEach(this::requireBound);
        Set<ModelPool> all = all();
        all().forEach(pool -> all.addAll(pool.fallbacks()));
        for (ModelPool pool : all) {
            all.stream()
                    .filter(other -> other != pool && other.sharesClientWith(pool))
                    .forEach(pool::linkTo);
        }
        var distinct = new ArrayList<ModelPool>();
        for (ModelPool pool : all()) {
            if (distinct.stream().noneMatch(pool::masksLike)) {
                distinct.add(pool);
            }
        }
        masking = List.copyOf(distinct);
    }

    private void requireBound(Tier tier, List<String> names) {
        if (!byTier.containsKey(tier)) {
            throw new IllegalStateException(
                    "the pools %s are behind tier %s, which has no pool itself; bind one".formatted(names, tier));
        }
        for (String name : names) {
            if (!byName.containsKey(name)) {
                throw new IllegalStateException(
                        "the pool '%s' is behind tier %s, but no pool has this name, only %s; add it with ModelPools.Builder.named"
                                .formatted(name, tier, names()));
            }
        }
    }

    private Set<ModelPool> all() {
        Set<ModelPool> all = Collections.newSetFromMap(new IdentityHashMap<>());
        all.addAll(byTier.values());
        all.addAll(byName.values());
        return all;
    }

    /** One pool for each tier. */
    public static ModelPools of(ModelPool flagship, ModelPool mini, ModelPool nano) {
        return builder().flagship(flagship).mini(mini).nano(nano).build();
    }

    /** One pool for all tiers. */
    public static ModelPools of(ModelPool pool) {
        return of(pool, pool, pool);
    }

    /** A builder that binds tiers to pools. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A builder that begins with these pools, to add a pool of another provider, for example. Closing the new pools closes
     * the resources of these pools, too: close one of both.
     */
    public Builder toBuilder() {
        var builder = new Builder();
        builder.byTier.putAll(byTier);
        builder.byName.putAll(byName);
        builder.behind.putAll(behind);
        builder.owned.addAll(owned);
        return builder;
    }

    /**
     * The pool of a tier.
     *
     * @throws IllegalStateException if no pool is bound to it
     */
    public ModelPool pool(Tier tier) {
        ModelPool pool = byTier.get(tier);
        if (pool == null) {
            throw new IllegalStateException(
                    "no model is bound to tier %s, only to %s; bind one with ModelPools.builder()"
                            .formatted(tier, byTier.keySet()));
        }
        return pool;
    }

    /**
     * The pool of a name.
     *
     * @throws IllegalStateException if there is none
     */
    public ModelPool pool(String name) {
        ModelPool pool = byName.get(name);
        if (pool == null) {
            throw new IllegalStateException(
                    "no pool is named '%s', only %s; add it with ModelPools.Builder.named".formatted(name, names()));
        }
        return pool;
    }

    /** The names of the named pools, in the order in which they were given. */
    public Set<String> names() {
        return Collections.unmodifiableSet(byName.keySet());
    }

    /** The names of the pools behind a tier, in the order in which they are tried; empty if there are none. */
    public List<String> behind(Tier tier) {
        return behind.getOrDefault(tier, List.of());
    }

    /** The tiers with a pool, in ascending order. */
    public Set<Tier> tiers() {
        return byTier.isEmpty() ? Set.of() : EnumSet.copyOf(byTier.keySet());
    }

    /**
     * Pools like these, with nothing in flight, whose calls go through a decorator that sees requests and replies, such
     * as a recorder. A client that several pools share is decorated once. Closing the new pools closes the resources of
     * these pools. Do not use both at the same time, because they do not share their limits.
     */
    public ModelPools decorated(UnaryOperator<ModelClient> decorator) {
        var clients = new HashMap<ModelClient, ModelClient>();
        var pools = new IdentityHashMap<ModelPool, ModelPool>();
        var tiers = new EnumMap<Tier, ModelPool>(Tier.class);
        var names = new LinkedHashMap<String, ModelPool>();
        UnaryOperator<ModelClient> once = client -> clients.computeIfAbsent(client, decorator);
        byTier.forEach((tier, pool) -> tiers.put(tier, decorated(pool, once, pools)));
        byName.forEach((name, pool) -> names.put(name, decorated(pool, once, pools)));
        return new ModelPools(tiers, names, behind, owned);
    }

    /** A pool that serves several tiers, or that several pools fall back to, stays one pool. */
    private static ModelPool decorated(
            ModelPool pool, UnaryOperator<ModelClient> decorator, Map<ModelPool, ModelPool> known) {
        ModelPool earlier = known.get(pool);
        if (earlier != null) {
            return earlier;
        }
        List<ModelPool> fallbacks = pool.fallbacks().stream()
                .map(other -> decorated(other, decorator, known))
                .toList();
        ModelPool decorated = pool.with(decorator.apply(pool.client()), fallbacks);
        known.put(pool, decorated);
        return decorated;
    }

    /** A text without the {@linkplain dev.cadre.model.ModelClient#masked keys of the clients} of all these pools. */
    public String masked(String text) {
        String masked = text;
        for (ModelPool pool : masking) {
            masked = pool.masked(masked);
        }
        return masked;
    }

    /** {@linkplain ModelPool#resume Resumes} every pool. */
    public void resume() {
        all().forEach(ModelPool::resume);
    }

    /**
     * Closes the resources given to {@link Builder#closing}, in reverse order; the pools themselves own nothing. May
     * block as long as they do.
     *
     * @throws IllegalStateException if a resource could not be closed; the others are closed anyway
     */
    @Override
    public void close() {
        IllegalStateException failure = null;
        for (AutoCloseable resource : owned.reversed()) {
            try {
                resource.close();
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new IllegalStateException("could not close " + resource, e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public String toString() {
        String tiers = "ModelPools" + byTier;
        return byName.isEmpty() ? tiers : "%s, named %s, behind tiers %s".formatted(tiers, byName, behind);
    }

    /** Binds tiers and names to pools. Not safe for use by many threads. */
    public static final class Builder {
        private final Map<Tier, ModelPool> byTier = new EnumMap<>(Tier.class);
        private final Map<String, ModelPool> byName = new LinkedHashMap<>();
        private final Map<Tier, List<String>> behind = new EnumMap<>(Tier.class);
        private final List<AutoCloseable> owned = new ArrayList<>();

        private Builder() {}

        public Builder flagship(ModelPool pool) {
            return bind(Tier.FLAGSHIP, pool);
        }

        public Builder mini(ModelPool pool) {
            return bind(Tier.MINI, pool);
        }

        public Builder nano(ModelPool pool) {
            return bind(Tier.NANO, pool);
        }

        /** Binds a tier to a pool; a later binding replaces an earlier one. Unused tiers may stay unbound. */
        public Builder bind(Tier tier, ModelPool pool) {
            byTier.put(tier, pool);
            return this;
        }

        /**
         * Gives a pool a name, by which subtask types and {@link #behind} refer to it; a later pool of the same name
         * replaces an earlier one. By itself a named pool makes no calls.
         *
         * @param name letters, digits, {@code _} and {@code -}, at most 64, beginning with a letter
         */
        public Builder named(String name, ModelPool pool) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("the name '%s' of a pool must match %s".formatted(name, NAME));
            }
            byName.put(name, pool);
            return this;
        }

        /**
         * Puts named pools behind a tier: in this order they make the calls that the pools before them cannot, because
         * their model lacks a capability that the tools of the type need, does not see the pictures of the input or knows
         * no bound for them, or has too small a context for the input. The pool is chosen once for each rung, before its
         * first call, by these facts alone and never by load; if none fits, the tier's own pool makes the call, and it
         * fails there. A first call that the provider refuses as too long goes on to the next pool with a larger context;
         * nothing was paid for it. A later call of this method for the tier replaces an earlier one; no names remove it.
         *
         * <p>Failures of an endpoint are another matter, see {@link ModelPool.Builder#fallBackTo}.
         *
         * @throws IllegalArgumentException if a name is given twice
         */
        public Builder behind(Tier tier, String... names) {
            List<String> all = List.of(names);
            if (new HashSet<>(all).size() < all.size()) {
                throw new IllegalArgumentException("a pool is behind tier %s twice: %s".formatted(tier, all));
            }
            if (all.isEmpty()) {
                behind.remove(tier);
            } else {
                behind.put(tier, all);
            }
            return this;
        }

        /** Makes {@link ModelPools#close()} close this resource too; default: it closes nothing. */
        public Builder closing(AutoCloseable resource) {
            owned.add(resource);
            return this;
        }

        /**
         * Builds the pools.
         *
         * @throws IllegalStateException if a pool is behind a tier that has no pool, or a name behind a tier is no pool's
         */
        public ModelPools build() {
            return new ModelPools(byTier, byName, behind, owned);
        }
    }
}
