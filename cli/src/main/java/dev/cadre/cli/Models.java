// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.model.Tier;
import dev.cadre.openai.OpenAi;
import dev.cadre.openai.OpenAiClient;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.ModelShutDownException;
import dev.cadre.price.UnpricedException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The models that the environment of the command names.
 *
 * @param terminal where warnings go
 * @param environment with the key, if there is one
 */
record Models(Terminal terminal, InstantSource clock, Map<String, String> environment) {
    boolean hasKey() {
        return OpenAi.keyVariable(environment).isPresent();
    }

    /** Opens a pool for each tier; calls nobody. Warns if the key would go in clear. The caller closes them. */
    ModelPools open(int parallel) throws UsageException {
        return open(pool -> pool.maxParallel(parallel));
    }

    /** The same over a client of {@link #client}. */
    ModelPools open(OpenAiClient client, int parallel) throws UsageException {
        warn();
        return open(client, pool -> pool.maxParallel(parallel));
    }

    private void warn() {
        OpenAi.warnings(environment)
                .forEach(warning -> terminal.err().println("cadre: warning: " + Echo.ofInput(warning)));
    }

    /** The same with pools that are set up further. */
    ModelPools open(UnaryOperator<ModelPool.Builder> setUp) throws UsageException {
        warn();
        return open(client(), setUp);
    }

    /** The same over a client, which closing the pools closes; warns of nothing. */
    ModelPools open(OpenAiClient client, UnaryOperator<ModelPool.Builder> setUp) throws UsageException {
        try {
            return OpenAi.fromEnv(client, environment, pool -> setUp.apply(pool).calendar(clock));
        } catch (UnpricedException e) {
            throw unpriced(e);
        } catch (IllegalArgumentException | ModelShutDownException e) {
            throw new UsageException("bad_configuration", String.valueOf(e.getMessage()));
        }
    }

    OpenAiClient client() throws UsageException {
        try {
            return OpenAi.client(environment);
        } catch (IllegalArgumentException e) {
            throw new UsageException("bad_configuration", String.valueOf(e.getMessage()));
        }
    }

    Models with(String variable, String value) {
        var changed = new HashMap<>(environment);
        changed.put(variable, value);
        return new Models(terminal, clock, changed);
    }

    /** Refuses a command that does nothing without a model; it names the variable that is missing. */
    void requireKey(String command) throws UsageException {
        if (hasKey()) {
            return;
        }
        throw new UsageException(
                "bad_configuration", whyNone() + "; cadre " + command + " does nothing without a model");
    }

    /** The variable that is missing where there is no key. */
    String whyNone() {
        try {
            return OpenAi.api(environment);
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** What to do about a model without a price, in terms of the command. */
    UsageException unpriced(UnpricedException failure) {
        if (failure instanceof UnpricedException.OfModel unknown) {
            for (Tier tier : List.of(Tier.NANO, Tier.MINI, Tier.FLAGSHIP)) {
                if (unknown.model().equals(OpenAi.models(environment).get(tier))) {
                    return new UsageException("bad_configuration", unpriced(unknown.model(), tier));
                }
            }
        }
        return new UsageException("bad_configuration", String.valueOf(failure.getMessage()));
    }

    /** What to do about a model without a price. */
    static String unpriced(String model, Tier tier) {
        return "%s has no known price, so it is not called; set %s to US dollars per million tokens, input/output, such as 0.20/1.25, or 0/0 for a server of your own"
                .formatted(model, priceVariable(tier));
    }

    /** The variable that holds the price of a tier's model. */
    static String priceVariable(Tier tier) {
        return "CADRE_%s_PRICE".formatted(tier.name());
    }
}
