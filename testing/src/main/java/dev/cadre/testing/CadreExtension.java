// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Gives a JUnit test what it tests with, and fails it if it leaves something behind. For JUnit 5 and 6; register it with
 * {@code @ExtendWith(CadreExtension.class)}.
 *
 * <p>Parameters of a test method, and of methods before and after it, the same for all of them: {@link ScriptedModel},
 * {@link TestClock}, {@link Gate}, {@link EventLog}, {@link Cassette} with {@link Recorded}, {@link BudgetGuard} with
 * {@link Dollars}, and what is random: {@link TestSeed} or {@link RandomGenerator}. The seed is another one each
 * time unless {@code -Dcadre.seed=} sets it.
 *
 * <p>A test that passed fails all the same if it leaves one of these: a virtual thread, a platform thread that is no
 * daemon or one of Cadre's, a call in flight in a pool of its {@code ScriptedModel}, an open reservation or allotment of
 * its {@code BudgetGuard}, a run in its {@code EventLog} that has not ended, a call that its {@code Cassette} could not
 * answer. What is about to end is waited for, for 2 seconds at most, or as many milliseconds as JUnit's configuration
 * parameter {@value #GRACE_PARAMETER} says. Beside tests that run at the same time only threads of the runs in the
 * {@code EventLog} are looked for.
 *
 * <p>A test that fails publishes the seed and the events as report entries, and shows them beneath its failure.
 */
public final class CadreExtension implements ParameterResolver, BeforeEachCallback, AfterEachCallback {
    /** The system property that sets the seed, a whole number. */
    public static final String SEED_PROPERTY = "cadre.seed";

    /** The configuration parameter that sets how long, in milliseconds, what is about to end is waited for. */
    public static final String GRACE_PARAMETER = "cadre.leak.grace.millis";

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Namespace NAMESPACE = Namespace.create(CadreExtension.class);
    private static final String BENCH = "bench";

    @Override
    public void beforeEach(ExtensionContext context) {
        boolean alone = context.getExecutionMode() == ExecutionMode.SAME_THREAD;
        Duration grace = context.getConfigurationParameter(GRACE_PARAMETER)
                .map(millis -> Duration.ofMillis(Long.parseLong(millis)))
                .orElse(GRACE);
        context.getStore(NAMESPACE).put(BENCH, new TestBench(alone, grace));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getTestMethod().isPresent()
                && TestBench.offers(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        TestBench bench = bench(context).orElseThrow(() -> new IllegalStateException("no test is under way"));
        Class<?> type = parameter.getParameter().getType();
        if (type == Cassette.class) {
            String file = parameter
                    .findAnnotation(Recorded.class)
                    .map(Recorded::value)
                    .orElseThrow(() -> new ParameterResolutionException("a Cassette needs @Recorded(\"its file\")"));
            return bench.part(type, () -> Cassette.open(Path.of(file)));
        }
        if (type == BudgetGuard.class) {
            String limit =
                    parameter.findAnnotation(Dollars.class).map(Dollars::value).orElse("1.00");
            return bench.part(type, () -> Budget.usd(limit).open());
        }
        return bench.part(type);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Optional<TestBench> bench = bench(context);
        if (bench.isEmpty()) {
            return; // nothing was set up
        }
        Optional<Throwable> failure = context.getExecutionException();
        Optional<AssertionError> leak = bench.get().clear();
        Map<String, String> facts = bench.get().facts();
        Optional<Throwable> shown = failure.or(() -> leak);
        if (shown.isPresent() && !facts.isEmpty()) {
            context.publishReportEntry(facts);
        }
        TestFacts.of(facts, failure.flatMap(failed -> leak))
                .ifPresent(beneath -> shown.ifPresent(failed -> failed.addSuppressed(beneath)));
        if (failure.isEmpty() && leak.isPresent()) {
            throw leak.get();
        }
    }

    private static Optional<TestBench> bench(ExtensionContext context) {
        return Optional.ofNullable(context.getStore(NAMESPACE).get(BENCH, TestBench.class));
    }
}
