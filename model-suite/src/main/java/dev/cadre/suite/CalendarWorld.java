// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.World.code;
import static dev.cadre.suite.World.found;
import static dev.cadre.suite.WorldGoal.goal;

import dev.cadre.task.SubtaskType;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/** One day with three events and three people. */
final class CalendarWorld {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 2);
    private static final Map<String, Event> EVENTS = Map.of(
            "e1",
            new Event("Budget review", "09:00", 60),
            "e2",
            new Event("Standup", "10:30", 15),
            "e3",
            new Event("Interview", "14:00", 45));
    private static final Map<String, List<String>> FREE = Map.of(
            "Ana",
            List.of("11:00", "13:00", "15:00"),
            "Bo",
            List.of("13:00", "16:00"),
            "Cy",
            List.of("09:00", "16:00"));

    record Day(LocalDate date) {}

    record Ids(List<String> ids) {}

    record Id(String id) {}

    record Event(String title, String start, int minutes) {}

    record Person(String person, LocalDate date) {}

    record Slots(List<String> slots) {}

    record Two(List<String> left, List<String> right) {}

    record Minutes(List<Integer> minutes) {}

    record Total(int total) {}

    record Occasion(String title, String start) {}

    record Invitation(String invitation) {}

    static final World WORLD = World.of("calendar", CalendarWorld::types, "id", "date", "person")
            .with(
                    goal("length", "How many minutes does the event e1 take?")
                            .uses("read_event")
                            .mentions("e1")
                            .atMost(1)
                            .answers("60|1 hour"),
                    goal("titles", "What are the titles of all events on 2026-03-02?")
                            .uses("list_events", "read_event")
                            .mentions("2026-03-02")
                            .fansOut("read_event")
                            .depth(2, 2)
                            .answers("budget", "standup", "interview"),
                    goal("total", "How many minutes do all events on 2026-03-02 take together?")
                            .uses("list_events", "read_event", "add_minutes")
                            .fansOut("read_event")
                            .depth(3, 3)
                            .answers("120|2 hours"),
                    goal("both-free", "When are Ana and Bo both free on 2026-03-02?")
                            .times("free_slots", 2)
                            .uses("common_slots")
                            .mentions("Ana")
                            .mentions("Bo")
                            .depth(2, 2)
                            .runsOnce()
                            .answers("13:00|1 pm|1:00")
                            .answersNot("15:00", "16:00"),
                    goal("invitation", "Write an invitation to the event e3 that names its time.")
                            .uses("read_event", "write_invitation")
                            .mentions("e3")
                            .depth(2, 2)
                            .runsOnce()
                            .answers("interview", "14:00|2 pm|2:00"));

    private CalendarWorld() {}

    static List<SubtaskType<?, ?>> types() {
        return List.of(
                code(
                        "list_events",
                        Day.class,
                        Ids.class,
                        "The ids of the events of a day.",
                        asked -> new Ids(asked.date().equals(DAY) ? List.of("e1", "e2", "e3") : List.of())),
                code(
                        "read_event",
                        Id.class,
                        Event.class,
                        "Title, start and length of an event.",
                        asked -> found(EVENTS.get(asked.id()), "event '%s'".formatted(asked.id()))),
                code(
                        "free_slots",
                        Person.class,
                        Slots.class,
                        "The times of a day at which a person is free.",
                        asked -> new Slots(found(FREE.get(asked.person()), "person '%s'".formatted(asked.person())))),
                code(
                        "common_slots",
                        Two.class,
                        Slots.class,
                        "The times that occur in both lists.",
                        asked -> new Slots(asked.left().stream()
                                .filter(asked.right()::contains)
                                .toList())),
                code(
                        "add_minutes",
                        Minutes.class,
                        Total.class,
                        "The sum of some minutes.",
                        asked -> new Total(asked.minutes().stream()
                                .mapToInt(Integer::intValue)
                                .sum())),
                SubtaskType.model(
                        "write_invitation",
                        Occasion.class,
                        Invitation.class,
                        "Write an invitation of one or two sentences with the title and the time."));
    }
}
