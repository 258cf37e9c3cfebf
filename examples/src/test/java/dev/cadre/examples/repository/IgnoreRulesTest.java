// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.repository.IgnoreRules.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules of any number and form cost what their number and the deadline allow. */
class IgnoreRulesTest {
    private final AtomicInteger looks = new AtomicInteger();

    /** A clock that goes on by a second whenever somebody looks at it, which is before each wildcard. */
    private Deadline afterLooks(int number) {
        return new Deadline(
                () -> Instant.EPOCH.plusSeconds(looks.getAndIncrement()),
                Instant.EPOCH.plus(Duration.ofSeconds(number)));
    }

    @Test
    void rulesWithoutWildcards_areLookedUp_howeverManyTheyAre() {
        String text = IntStream.range(0, 10_000)
                .mapToObj(i -> "name" + i + "\n/path/to" + i + "/\n!kept" + i)
                .collect(Collectors.joining("\n"));
        IgnoreRules rules = parse(text);

        assertThat(rules.judge("a/name9999", false, afterLooks(1))).isEqualTo(Verdict.IGNORED);
        assertThat(rules.judge("path/to7", true, afterLooks(1))).isEqualTo(Verdict.IGNORED);
        assertThat(rules.judge("path/to7", false, afterLooks(1))).isEqualTo(Verdict.SILENT);
        assertThat(rules.judge("a/kept3", false, afterLooks(1))).isEqualTo(Verdict.KEPT);
        assertThat(looks).as("wildcards that were tried").hasValue(0);
    }

    @Test
    void rules_ofOneName_theLastDecides() {
        IgnoreRules rules = parse("x\n!x\n*.a\n!b.a\nc.a/\n!*.a\nd.a\n");

        assertThat(rules.judge("x", false, Tree.LATER)).isEqualTo(Verdict.KEPT);
        assertThat(rules.judge("b.a", false, Tree.LATER)).isEqualTo(Verdict.KEPT);
        assertThat(rules.judge("c.a", true, Tree.LATER)).isEqualTo(Verdict.KEPT);
        assertThat(rules.judge("d.a", false, Tree.LATER)).isEqualTo(Verdict.IGNORED);
    }

    @Test
    void wildcards_areTriedUntilTheDeadline() {
        IgnoreRules rules = parse("*a*b\n".repeat(1_000));

        assertThat(rules.judge("aaaa", false, afterLooks(10))).isEqualTo(Verdict.SILENT);
        assertThat(looks).hasValue(11);
    }

    @Test
    void wildcards_beyondTheirNumberOrLength_matchNothing() {
        IgnoreRules many = parse("b*\n".repeat(IgnoreRules.MAX_WILDCARDS) + "a*\n");
        IgnoreRules wide = parse("*".repeat(IgnoreRules.MAX_WILDCARD_CHARACTERS + 1));

        assertThat(many.judge("a", false, Tree.LATER)).isEqualTo(Verdict.SILENT);
        assertThat(wide.judge("a", false, Tree.LATER)).isEqualTo(Verdict.SILENT);
    }

    @Test
    @Timeout(60) // took minutes
    void fortyKilobytesOfStars_areJudgedForTenThousandNames() {
        IgnoreRules rules = parse(("*a".repeat(120) + "b\n").repeat(160));

        for (int i = 0; i < 10_000; i++) {
            assertThat(rules.judge("a".repeat(40) + i, false, Tree.LATER)).isEqualTo(Verdict.SILENT);
        }
    }

    private static IgnoreRules parse(String text) {
        return IgnoreRules.parse(text, bytes -> true);
    }
}
