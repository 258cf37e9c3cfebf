// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelClient;
import dev.cadre.model.Tier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The pools of the tiers. Immutable; one pool may serve several tiers, and be in several instances of this class.
 *
 * <p>Pools with the same client share its key: a bad key or an exhausted quota in one of them stops the others too.
 */
public final class ModelPools implements AutoCloseable {
    private final Map<Tier, ModelPool> byTier;
    private final List<AutoCloseable> owned;

    private ModelPools(Map<Tier, ModelPool> byTier, List<AutoCloseable> owned) {
        this.byTier = new EnumMap<>(byTier);
        this.owned = List.copyOf(owned);
        Set<ModelPool> all = Collections.newSetFromMap(new IdentityHashMap<>());
        byTier.values().forEach(pool -> {
            all.add(pool);
            all.addAll(pool.fallbacks());
        });
        for (ModelPool pool : all) {
            all.stream()
                    .filter(other -> other != pool && other.sharesClientWith(pool))
                    .forEach(pool::linkTo);
        }
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
        var decorated = new EnumMap<Tier, ModelPool>(Tier.class);
        UnaryOperator<ModelClient> once = client -> clients.computeIfAbsent(client, decorator);
        byTier.forEach((tier, pool) -> decorated.put(tier, decorated(pool, once, pools)));
        return new ModelPools(decorated, owned);
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

    /** {@linkplain ModelPool#resume Resumes} every pool. */
    public void resume() {
        byTier.values().forEach(ModelPool::resume);
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
        return "ModelPools" + byTier;
    }

    /** Binds tiers to pools. Not safe for use by many threads. */
    public static final class Builder {
        private final Map<Tier, ModelPool> byTier = new EnumMap<>(Tier.class);
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

        /** Makes {@link ModelPools#close()} close this resource too; default: it closes nothing. */
        public Builder closing(AutoCloseable resource) {
            owned.add(resource);
            return this;
        }

        public ModelPools build() {
            return new ModelPools(byTier, owned);
        }
    }
}
