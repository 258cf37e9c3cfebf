// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.fail;

import dev.cadre.budget.Budget;
import dev.cadre.pool.ModelPool;
import dev.cadre.probe.Check;
import dev.cadre.probe.Finding;
import dev.cadre.probe.Finding.Verdict;
import dev.cadre.probe.ServerProbe;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What runs need of a server and a model, as a test for each {@link Check}: {@code cadre doctor --probe} in a build. A test
 * class of a user extends it and names the pool. Unlike a {@link ModelClientContract}, which scripts the provider, it asks the
 * real one: it needs a key and spends money, at most {@link #budget()}. Checks that were not tried, or that fail in the words of
 * the first failure, are skipped, so a server that is down is one failure.
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
        List<Finding> findings = ServerProbe.of(pool(), timeout()).run(budget()).findings();
        @Nullable
        Finding first = findings.stream()
                .filter(finding -> hasFailed(finding) && !tolerated().contains(finding.check()))
                .findFirst()
                .orElse(null);
        return findings.stream()
                .map(finding -> DynamicTest.dynamicTest(finding.check().label(), () -> judge(finding, first)));
    }

    private void judge(Finding finding, @Nullable Finding first) {
        if (!hasFailed(finding)) {
            return;
        }
        if (first != null && !first.equals(finding) && isRepeated(finding, first)) {
            Assumptions.abort(
                    "see '%s', which failed first".formatted(first.check().label()));
        }
        if (!tolerated().contains(finding.check())) {
            String advice = finding.advice().isEmpty() ? "" : "; " + finding.advice();
            fail("%s: %s%s", finding.check().label(), finding.message(), advice);
        }
    }

    private static boolean hasFailed(Finding finding) {
        return finding.verdict() == Verdict.FAILED || finding.verdict() == Verdict.NOT_TRIED;
    }

    /** Whether it says no more than the first: a dead server is one failure, not a dozen. */
    private static boolean isRepeated(Finding finding, Finding first) {
        return finding.verdict() == Verdict.NOT_TRIED || finding.message().equals(first.message());
    }
}
