// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.openai.OpenAiClient;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Money;
import dev.cadre.probe.Check;
import dev.cadre.probe.Finding;
import dev.cadre.probe.ServerProbe;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The probe of {@code cadre doctor}: all checks over the API that runs will use, and the schema once more over the other one if
 * the declared one ignores it. For one thread.
 *
 * @param asked the tier whose model is asked
 * @param most the most that may be spent
 */
record ProbeSession(Models models, Tier asked, Money most, DoctorLines lines) {
    private static final Duration CALL = Duration.ofMinutes(2);

    ProbeDocument run() throws InterruptedException, UsageException {
        OpenAiClient client = models.client();
        try (ModelPools pools = models.open(client, ProbeSession::setUp)) {
            ModelPool pool = pools.pool(asked);
            var advice = new ProbeAdvice(asked, models.environment(), () -> client.api(pool.model()));
            lines.print("");
            lines.print("%s is asked, for at most %s".formatted(TextOutput.visible(pool.model()), most));
            var printed = new ProbeLines(lines, advice);
            ServerProbe.Result result = ask(pool, most, List.of(Check.values()), printed);
            Money left = most.minusOrZero(result.spent());
            Optional<ServerProbe.Result> other = advice.otherApi(result).isEmpty() || left.isZero()
                    ? Optional.empty()
                    : Optional.of(askOther(advice.otherApi(result).get(), left));
            ProbeDocument probed = ProbeDocument.of(pool.model(), result, other, advice);
            printed.end(probed);
            return probed;
        }
    }

    private ServerProbe.Result askOther(String api, Money left) throws InterruptedException, UsageException {
        Models others = models.with("CADRE_API", api);
        try (ModelPools pools = others.open(others.client(), ProbeSession::setUp)) {
            return ask(pools.pool(asked), left, List.of(Check.SCHEMA), finding -> {});
        }
    }

    /** A call that fails is not made again, because a retry would hide what is asked here. */
    private static ModelPool.Builder setUp(ModelPool.Builder pool) {
        return pool.maxParallel(1).retryPolicy(RetryPolicy.none());
    }

    private static ServerProbe.Result ask(ModelPool pool, Money most, List<Check> checks, Consumer<Finding> heard)
            throws InterruptedException {
        return ServerProbe.of(pool, CALL).run(Budget.of(most), checks, heard);
    }
}
