// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.cadre.task.SubtaskType;
import java.time.LocalDate;
import java.util.List;

/** Notes about meetings, and their facts. */
final class Meetings {
    record Meeting(
            LocalDate date,
            @JsonPropertyDescription("where it takes place") String place,

            @JsonPropertyDescription("the names of the people who take part")
            List<String> people,

            @JsonPropertyDescription("how long it lasts") int minutes) {}

    static final ExtractedSet<Meeting> SET = ExtractedSet.of(
                    "meetings",
                    SubtaskType.model(
                            "read_meeting",
                            LabelledSet.Text.class,
                            Meeting.class,
                            "Read the facts of a meeting from a note. Change nothing and add nothing."))
            .with(
                    meeting("2025-03-12", "room 4", 60, "Ida", "Tomas"),
                    "On 12 March 2025 Ida and Tomas meet in room 4 for 60 minutes to talk about the plan.")
            .with(
                    meeting("2025-04-02", "library", 30, "Yara", "Ben", "Olu"),
                    "Yara, Ben and Olu: library, 2 April 2025, 30 minutes. Subject: new books.")
            .with(
                    meeting("2025-05-20", "canteen", 45, "Nils", "Petra"),
                    "Nils asked Petra to meet him in the canteen on 20 May 2025. They have 45 minutes.")
            .with(
                    meeting("2025-06-11", "Bergen", 120, "Ana", "Bo"),
                    "Two hours in Bergen on 11 June 2025, Ana and Bo only.")
            .with(
                    meeting("2025-07-01", "room 12", 15, "Kim", "Lee", "Max"),
                    "Short stand-up of Kim, Lee and Max in room 12, 1 July 2025, a quarter of an hour.")
            .with(
                    meeting("2025-02-27", "town hall", 90, "Rosa", "Emil"),
                    "2025-02-27, town hall: Rosa presents the figures to Emil. 90 minutes.")
            .with(
                    meeting("2025-08-14", "garden", 40, "Uma", "Vic"),
                    "Uma and Vic will sit in the garden for 40 minutes on 14 August 2025 and plan the party.")
            .with(
                    meeting("2025-09-09", "room 7", 60, "Dora", "Erik", "Finn"),
                    "One hour, room 7, 9 September 2025. Present: Dora, Erik, Finn.")
            .with(
                    meeting("2025-10-03", "station", 20, "Gus", "Hana"),
                    "Gus fetches Hana at the station on 3 October 2025; they talk there for 20 minutes about the contract.")
            .with(
                    meeting("2025-11-18", "room 1", 30, "Ivo", "Jana"),
                    "Review of the budget. Room 1. Ivo, Jana. 18 November 2025. Half an hour.")
            .with(
                    meeting("2025-12-05", "Ghent", 180, "Lotte", "Milo", "Nora"),
                    "Lotte, Milo and Nora spend three hours in Ghent on 5 December 2025 on the plans for the new office.")
            .with(
                    meeting("2025-01-30", "laboratory", 50, "Omar", "Pia"),
                    "On 30 January 2025 Omar shows Pia the new scale in the laboratory. It takes 50 minutes.");

    private Meetings() {}

    private static Meeting meeting(String date, String place, int minutes, String... people) {
        return new Meeting(LocalDate.parse(date), place, List.of(people), minutes);
    }
}
