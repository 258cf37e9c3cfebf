// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.schedule.RandomRun.Cut;
import dev.cadre.task.Failure;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunStatus;
import dev.cadre.task.Skip;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random graphs with fan-outs, soft edges, optional subtasks, escalations, failures and stops; a failure names its seed. */
class RunMachineRandomTest {
    private static final int SEEDS = 300;
    private static final int SCHEDULES = 3;

    @Test
    void uncutRun_anyOrderOfCompletion_endsTheSame() {
        for (long seed = 0; seed < SEEDS; seed++) {
            if (new RandomRun(seed, 0, Cut.NOTHING).hasRaces()) {
                continue;
            }
            RunEnding first = new RandomRun(seed, 0, Cut.NOTHING).run().ending();
            for (long schedule = 1; schedule < SCHEDULES; schedule++) {
                RunEnding other =
                        new RandomRun(seed, schedule, Cut.NOTHING).run().ending();
                assertThat(other.toString())
                        .as("seed %d, schedule %d", seed, schedule)
                        .isEqualTo(first.toString());
                assertThat(other.outcomes())
                        .as("seed %d, schedule %d", seed, schedule)
                        .isEqualTo(first.outcomes());
            }
        }
    }

    /** Whatever succeeded is on record when the next session begins; who won a race is not, and yet is known. */
    @Test
    void resumedRun_anyOrderOfCompletion_endsTheSameAndStartsNothingThatWasGivenUp() {
        for (long seed = 0; seed < 20 * SEEDS; seed += 2) { // the others draw what an earlier session did
            RandomRun first = new RandomRun(seed, 0, Cut.NOTHING).run();
            for (long schedule = 1; schedule < SCHEDULES; schedule++) {
                RandomRun next = new RandomRun(seed, schedule, first).run();
                Map<String, List<Object>> values = values(next.ending());
                assertThat(values.keySet())
                        .as("seed %d, schedule %d", seed, schedule)
                        .isEqualTo(values(first.ending()).keySet());
                values(first.ending()).forEach((id, value) -> {
                    if (next.mayKeepLateItems(id)) {
                        assertThat(values.get(id)).as("%s, %s", next, id).containsAll(value);
                    } else {
                        assertThat(values.get(id)).as("%s, %s", next, id).isEqualTo(value);
                    }
                });
                assertThat(next.ending().status()).isEqualTo(first.ending().status());
                assertThat(next.startedLabels())
                        .as("seed %d, schedule %d", seed, schedule)
                        .isSubsetOf(first.failedLabels());
            }
        }
    }

    @Test
    void sameSchedule_sameCommands() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Cut cut = Cut.values()[(int) seed % Cut.values().length];
            assertThat(new RandomRun(seed, 0, cut).run().commands().toString())
                    .as("seed %d, %s", seed, cut)
                    .isEqualTo(new RandomRun(seed, 0, cut).run().commands().toString());
        }
    }

    @ParameterizedTest
    @EnumSource(Cut.class)
    void run_cutAtAnyMoment_endsEverySubtaskOnce(Cut cut) {
        for (long seed = 0; seed < SEEDS; seed++) {
            for (long schedule = 0; schedule < SCHEDULES; schedule++) {
                new RandomRun(seed, schedule, cut).run();
            }
        }
    }

    /** The other tests would say little if their runs never met these. */
    @Test
    void randomRuns_meetEveryKindOfEnd() {
        Map<RunStatus, Integer> statuses = new EnumMap<>(RunStatus.class);
        Map<String, Integer> outcomes = new TreeMap<>();
        int escalations = 0;
        int dropped = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            for (Cut cut : Cut.values()) {
                RandomRun run = new RandomRun(seed, 1, cut).run();
                statuses.merge(run.ending().status(), 1, Integer::sum);
                run.ending().outcomes().values().forEach(outcome -> outcomes.merge(kind(outcome), 1, Integer::sum));
                escalations += (int) run.commands().stream()
                        .filter(command -> command instanceof RunCommand.StartRung start && start.isEscalated())
                        .count();
                dropped += run.commands().stream().anyMatch(RunCommand.DropWork.class::isInstance) ? 1 : 0;
            }
        }

        assertThat(statuses.values()).as("%s", statuses).hasSize(3).allMatch(count -> count > 20);
        assertThat(outcomes)
                .containsKeys(
                        "value",
                        "items",
                        Failure.Kind.REFUSED.name(),
                        Failure.Kind.NOT_ACCEPTED.name(),
                        Failure.Kind.DEADLINE.name(),
                        Failure.Kind.TOO_FEW_ITEMS.name(),
                        Failure.Kind.TOO_MANY_ITEMS.name(),
                        Skip.Kind.DEPENDENCY.name(),
                        Skip.Kind.BUDGET.name(),
                        Skip.Kind.CANCELLED.name(),
                        Skip.Kind.FAIL_FAST.name(),
                        Skip.Kind.NOT_NEEDED.name(),
                        Skip.Kind.PLAN.name());
        assertThat(outcomes.values()).as("%s", outcomes).allMatch(count -> count > 20);
        assertThat(escalations).isGreaterThan(300);
        assertThat(dropped).as("runs in which others were enough").isGreaterThan(30);
    }

    /** What failed before others were enough is not tried again, so that its end is another one. */
    private static Map<String, List<Object>> values(RunEnding ending) {
        var values = new TreeMap<String, List<Object>>();
        ending.outcomes().forEach((id, outcome) -> {
            if (outcome instanceof Outcome.Succeeded<?>(Items<?> items)) {
                values.put(id, List.copyOf(items.values()));
            } else {
                outcome.ifSucceeded().ifPresent(value -> values.put(id, List.of(value)));
            }
        });
        return values;
    }

    private static String kind(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Succeeded<?> succeeded -> succeeded.value() instanceof Items<?> ? "items" : "value";
            case Outcome.Failed<?> failed -> failed.failure().kind().name();
            case Outcome.Skipped<?> skipped -> skipped.skip().kind().name();
        };
    }
}
