// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.MergeExercise.merge;

import java.util.List;

/** Ten sets of outcomes, with what their answer must say and cite. */
final class Merges {
    private Merges() {}

    static Section section() {
        return new Section(
                "merges",
                List.of(
                        merge("capacity", "How many people fit into the hall and into the gallery?")
                                .given("hall", "The hall has 240 seats and was painted in May.")
                                .given("gallery", "The gallery holds 60 people.")
                                .answers("240", "60")
                                .cites("hall", "240")
                                .cites("gallery", "60"),
                        merge("warmest", "Which of the three cities will be the warmest tomorrow?")
                                .given("oslo", "Oslo: 4 degrees, snow.")
                                .given("rome", "Rome: 18 degrees, clear.")
                                .given("paris", "Paris: 12 degrees, rain.")
                                .answers("rome")
                                .cites("rome", "18"),
                        merge("revenue", "By how much did revenue grow from 2024 to 2025?")
                                .given("report-2024", "Revenue in 2024 was 10 million euros.")
                                .given("report-2025", "Revenue in 2025 was 14 million euros.")
                                .answers("4|40")
                                .cites("report-2024", "10 million")
                                .cites("report-2025", "14 million"),
                        merge("deadline", "Until when can one apply, and where are applications sent?")
                                .given("dates", "Applications are accepted until 30 June.")
                                .given("contact", "Send applications to the office in Ghent.")
                                .given("history", "The prize was first given in 1998.")
                                .answers("30 june|june 30", "ghent")
                                .answersNot("1998")
                                .cites("dates", "30 june")
                                .cites("contact", "ghent"),
                        merge("allergy", "Which of the dishes have no nuts?")
                                .given("soup", "Soup: tomatoes, onions, cream.")
                                .given("cake", "Cake: flour, eggs, walnuts.")
                                .given("salad", "Salad: lettuce, beans, oil.")
                                .answers("soup", "salad"),
                        merge("vote", "How many members voted for the plan, and how many against it?")
                                .given("north", "In the north 12 members voted for the plan and 3 against it.")
                                .given("south", "In the south 8 members voted for the plan and 9 against it.")
                                .answers("20|12", "12|3")
                                .cites("north", "12")
                                .cites("south", "8"),
                        merge("author", "Who wrote the report and who checked it?")
                                .given("cover", "Written by Ida Holm.")
                                .given("imprint", "Checked by Tomas Berg, printed in Bergen.")
                                .answers("ida|holm", "tomas|berg")
                                .cites("cover", "holm")
                                .cites("imprint", "tomas|berg"),
                        merge("outage", "Why was the service down, and for how long?")
                                .given("log", "At 10:02 the disk of the first server was full.")
                                .given("status", "The service was down for 37 minutes.")
                                .answers("disk", "37")
                                .cites("log", "disk")
                                .cites("status", "37"),
                        merge("prices", "Which shop sells the lamp for less?")
                                .given("shop-a", "Shop A sells the lamp for 49 euros.")
                                .given("shop-b", "Shop B sells the lamp for 45 euros, with free delivery.")
                                .answers("shop b|45")
                                .cites("shop-b", "45"),
                        merge("disagree", "In which year was the bridge built, by each of the two sources?")
                                .given("guide", "The guide book says that the bridge was built in 1887.")
                                .given("plaque", "The plaque says: built in 1891.")
                                .answers("1887", "1891")
                                .cites("guide", "1887")
                                .cites("plaque", "1891")));
    }
}
