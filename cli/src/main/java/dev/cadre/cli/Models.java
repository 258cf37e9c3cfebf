// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.openai.OpenAi;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.ModelShutDownException;
import dev.cadre.price.UnpricedException;
import java.time.InstantSource;
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

    /** The same with pools that are set up further. */
    ModelPools open(UnaryOperator<ModelPool.Builder> setUp) throws UsageException {
        OpenAi.warning(environment)
                .ifPresent(warning -> terminal.err().println("cadre: warning: " + Echo.ofInput(warning)));
        try {
            return OpenAi.fromEnv(environment, pool -> setUp.apply(pool).calendar(clock));
        } catch (IllegalArgumentException | ModelShutDownException | UnpricedException e) {
            throw new UsageException("bad_configuration", String.valueOf(e.getMessage()));
        }
    }
}
