// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Call;
import dev.cadre.cli.report.RunHistory.End;
import dev.cadre.cli.report.RunHistory.Role;
import dev.cadre.cli.report.RunHistory.Session;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Histories made by hand; times are in milliseconds after noon. */
final class Histories {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private Histories() {}

    static Instant at(long millis) {
        return NOON.plusMillis(millis);
    }

    static Session session(long from, long to) {
        return new Session(at(from), at(to));
    }

    static RunHistory run(List<Session> sessions, SubtaskHistory... subtasks) {
        return new RunHistory(
                "run",
                "About pets.",
                "",
                Money.usd("0.05"),
                sessions,
                List.of(subtasks),
                Optional.of("complete"),
                List.of());
    }

    static SubtaskHistory subtask(String label, List<String> after, long admitted, long ended, Call... calls) {
        return new SubtaskHistory(
                Role.SUBTASK,
                label,
                "note",
                "",
                after,
                List.of(),
                at(admitted),
                List.of(calls),
                new End(at(ended), "succeeded", "\"fine\"", 1, null));
    }

    /** The planner or the merger. */
    static SubtaskHistory part(Role role, String label, long ended, Call... calls) {
        return new SubtaskHistory(
                role,
                label,
                "",
                "",
                List.of(),
                List.of(),
                null,
                List.of(calls),
                new End(at(ended), "succeeded", "{}", 1, null));
    }

    /** A call that reserved a cent and cost half of it. */
    static Call call(long sent, long ended) {
        return new Call(
                CallPurpose.Kind.WORK,
                Tier.NANO,
                "gpt-5.4-nano",
                at(sent),
                at(ended),
                "complete",
                Money.usd("0.01"),
                Spend.settled(Money.usd("0.005"), TokenUsage.of(10, 10)));
    }

    /** A call of unknown fate, which reserved a cent. */
    static Call lost(long sent) {
        return new Call(
                CallPurpose.Kind.WORK,
                Tier.NANO,
                "gpt-5.4-nano",
                at(sent),
                null,
                "",
                Money.usd("0.01"),
                Spend.forfeited(Money.usd("0.01")));
    }
}
