// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Budget;
import dev.cadre.pool.ModelPool;
import dev.cadre.probe.Check;
import dev.cadre.probe.Finding;
import dev.cadre.probe.Finding.Verdict;
import dev.cadre.probe.ServerProbe;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What runs need of a server and a model, as a test for each {@link Check}: {@code cadre doctor --probe} in a build. A test
 * class of a user extends it and names the pool. Unlike a {@link ModelClientContract}, which scripts the provider, it asks the
 * real one: it needs a key and spends money, at most {@link #budget()}.
 */
public abstract class ServerContract {
    /**
     * The pool whose server is asked, with {@link dev.cadre.pool.RetryPolicy#none()}, so that no retry hides a fault. It is
     * left open.
     */
    protected abstract ModelPool pool();

    /** The most that all checks together may cost; default $0.01, which suffices at the price of nano. */
    protected Budget budget() {
        return Budget.usd("0.01");
    }

    /** The most time of one call; default 2 minutes. */
    protected Duration timeout() {
        return Duration.ofMinutes(2);
    }

    /** The checks that may fail; none by default. What is {@link Verdict#LIMITED} passes always. */
    protected Set<Check> tolerated() {
        return EnumSet.noneOf(Check.class);
    }

    @TestFactory
    public Stream<DynamicTest> server_keepsItsPart() throws InterruptedException {
        ServerProbe.Result result = ServerProbe.of(pool(), timeout()).run(budget());
        return result.findings().stream()
                .map(finding -> DynamicTest.dynamicTest(finding.check().label(), () -> judge(finding)));
    }

    private void judge(Finding finding) {
        boolean failed = finding.verdict() == Verdict.FAILED || finding.verdict() == Verdict.NOT_TRIED;
        assertThat(failed && !tolerated().contains(finding.check()))
                .as("%s: %s", finding.check().label(), finding.message())
                .isFalse();
    }
}
