// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Budget;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.pool.PoolLimits;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.simulation.forecast.CrewForecast;
import dev.cadre.simulation.forecast.CrewSimulation;
import dev.cadre.simulation.forecast.Spread;
import dev.cadre.simulation.forecast.WorkProfile;
import dev.cadre.task.Input;
import dev.cadre.task.Limits;
import dev.cadre.task.RunStatus;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Computes the tables of docs/scaling.md again, and runs its snippet: the document has what comes out, to the last digit. */
class ScalingGuideTest {
    private static final Path GUIDE = Documents.ROOT.resolve("docs/scaling.md");
    private static final int SEED = 1;
    private static final int MILLION = 1_000_000;
    private static final Duration DAY = Duration.ofDays(1);

    record Ticket(int number) {}

    record Label(String topic) {}

    private static final SubtaskType<Ticket, Label> LABEL = SubtaskType.model(
                    "label", Ticket.class, Label.class, "Name the topic.")
            .between(Tier.NANO, Tier.NANO);

    /** What of a day's million comes within six minutes. */
    private static final int SIX_MINUTES = (int) (MILLION * 6L / DAY.toMinutes());

    private static final List<Ticket> TICKETS =
            IntStream.range(0, SIX_MINUTES).mapToObj(Ticket::new).toList();

    private static final WorkProfile CALL = WorkProfile.STANDARD
            .inputTokens(Spread.logNormal(1_500, 0.5))
            .outputTokens(Spread.logNormal(300, 0.5))
            .failing(0.01);

    private static final Map<Tier, String> MODELS =
            Map.of(Tier.FLAGSHIP, "gpt-5.4", Tier.MINI, "gpt-5.4-mini", Tier.NANO, "gpt-5.4-nano");

    private static final PoolLimits FREE = PoolLimits.STANDARD;

    @Test
    void million_aDay_needs32CallsAtOnce() {
        List<Ticket> tickets = TICKETS;
        // region scaling-day
        var graph = TaskGraph.builder();
        var labels = graph.add("labels", LABEL, Input.forEach(tickets)); // those of six minutes: 4,166
        CrewForecast forecast = CrewSimulation.of(graph.answering(labels))
                .assuming(
                        LABEL,
                        WorkProfile.STANDARD
                                .inputTokens(Spread.logNormal(1_500, 0.5))
                                .outputTokens(Spread.logNormal(300, 0.5))
                                .failing(0.01))
                .poolLimits(Tier.NANO, PoolLimits.STANDARD.withMaxParallel(32))
                .limits(Limits.DEFAULT.withMaxItems(5_000).withMaxSubtasks(5_001))
                .budget(Budget.usd("10.00"))
                .build()
                .run(10, 1);

        assertThat(forecast.makespan().max()).isLessThan(Duration.ofMinutes(6));
        // endregion
        assertThat(forecast.rate(RunStatus.COMPLETE)).isEqualTo(1);
        assertThat(tickets).hasSize(4_166);
    }

    private record Row(String title, PoolLimits limits, String bound) {}

    @Test
    void limits_bindAsTheTableSays() {
        var table = new ArrayList<String>();
        table.add("| calls at once | requests per minute | tokens per minute | subtasks a day | what binds |");
        table.add("|---|---|---|---|---|");
        for (Row row : List.of(
                new Row("8 |  | ", FREE.withMaxParallel(8), "calls at once"),
                new Row("32 |  | ", FREE.withMaxParallel(32), "calls at once"),
                new Row("64 |  | ", FREE.withMaxParallel(64), "calls at once"),
                new Row("256 |  | ", FREE.withMaxParallel(256), "calls at once"),
                new Row("64 | 500 | ", FREE.withMaxParallel(64).withRequestsPerMinute(500), "requests"),
                new Row("64 |  | 2,000,000", FREE.withMaxParallel(64).withTokensPerMinute(2_000_000), "tokens"))) {
            CrewForecast forecast = forecast(LABEL, row.limits(), CALL, 3);
            table.add("| %s | %s | %s |".formatted(row.title(), grouped(perDay(forecast)), row.bound()));
        }
        assertInGuide(table);
    }

    private static long perDay(CrewForecast forecast) {
        double shareOfADay = (double) forecast.makespan().p50().toMillis() / DAY.toMillis();
        return Math.round(TICKETS.size() / shareOfADay / 1_000) * 1_000;
    }

    @Test
    void million_costsWhatTheTableSays() {
        WorkProfile checked = CALL.right(Tier.NANO, 0.85)
                .right(Tier.MINI, 0.95)
                .right(Tier.FLAGSHIP, 0.985)
                .verifier(0.9, 0.05);
        var table = new ArrayList<String>();
        table.add("| tier | $ for a million | $ in batches |");
        table.add("|---|---|---|");
        for (Tier tier : List.of(Tier.FLAGSHIP, Tier.MINI, Tier.NANO)) {
            double million = forMillion(LABEL.between(tier, tier), checked);
            Price price = ModelCatalog.standard().spec(MODELS.get(tier)).price();
            assertThat(price.worstCase(MILLION, MILLION, ServiceTier.BATCH).times(2))
                    .isEqualTo(price.worstCase(MILLION, MILLION, ServiceTier.STANDARD));
            table.add("| %s | %s | %s |".formatted(name(tier), dollars(million), dollars(million / 2)));
        }
        double cascade = forMillion(LABEL.between(Tier.NANO, Tier.MINI).accept("it fits", (in, out) -> true), checked);
        table.add("| nano, then mini if it is refused | %s |  |".formatted(dollars(cascade)));
        assertInGuide(table);
    }

    @Test
    void losses_areWhatTheGuideSays() {
        Money call = ModelCatalog.standard()
                .spec(MODELS.get(Tier.NANO))
                .price()
                .worstCase(3_000, 1_000, ServiceTier.STANDARD);
        double million = forMillion(LABEL, CALL);

        assertThat(call).isEqualTo(Money.usd("0.00185"));
        assertThat(Documents.text(GUIDE))
                .contains("is bounded by $" + call.toUsd() + ",")
                .contains(row("at their worst case: $%.2f for 32 |", usd(call.times(32))))
                .contains(row("six worst cases each, $%.2f for 32 |", usd(call.times(6 * 32))))
                .contains(row("for the million above, $%.2f with nano.", million / DAY.toSeconds() * 10));
    }

    private static double usd(Money money) {
        return Double.parseDouble(money.toUsd());
    }

    private static double forMillion(SubtaskType<Ticket, Label> type, WorkProfile profile) {
        return usd(forecast(type, FREE, profile, 3).cost().p50()) * MILLION / TICKETS.size();
    }

    private static CrewForecast forecast(
            SubtaskType<Ticket, Label> type, PoolLimits limits, WorkProfile profile, int runs) {
        var graph = TaskGraph.builder();
        var labels = graph.add("labels", type, Input.forEach(TICKETS));
        CrewSimulation.Builder simulation = CrewSimulation.of(graph.answering(labels))
                .assuming(type, profile)
                .limits(Limits.DEFAULT.withMaxItems(5_000).withMaxSubtasks(5_001))
                .budget(Budget.usd("1000").within(DAY));
        for (Tier tier : Tier.values()) {
            simulation.poolLimits(tier, limits);
        }
        return simulation.build().run(runs, SEED);
    }

    private static String name(Tier tier) {
        return tier.name().toLowerCase(Locale.ROOT);
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String row(String format, double usd) {
        return String.format(Locale.ROOT, format, usd);
    }

    private static String dollars(double usd) {
        return row("%,.0f", usd);
    }

    private static void assertInGuide(List<String> table) {
        String text = String.join("\n", table);
        assertThat(Documents.text(GUIDE)).contains("\n" + text + "\n");
    }
}
