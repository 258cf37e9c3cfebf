// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.World.code;
import static dev.cadre.suite.World.found;
import static dev.cadre.suite.WorldGoal.goal;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Map;

/** A museum and a ferry with web pages. */
final class PagesWorld {
    private static final String SITE = "https://example.org/";
    private static final Map<String, Page> PAGES = Map.of(
            SITE + "museum", new Page("City museum", "Welcome. See our opening hours and our tickets."),
            SITE + "museum/hours",
                    new Page(
                            "Opening hours",
                            "Tuesday to Saturday from 9 to 17, on Sundays from 11 to 16. Closed on Mondays."),
            SITE + "museum/tickets", new Page("Tickets", "Adults pay 9 euros, children pay 4 euros."),
            SITE + "ferry",
                    new Page(
                            "Ferry",
                            "The ferry to the island leaves every hour from 8 to 20 and takes 25 minutes. A ticket costs 12 euros. Dogs travel free."));
    private static final Map<String, List<String>> LINKS =
            Map.of(SITE + "museum", List.of(SITE + "museum/hours", SITE + "museum/tickets"));

    record Url(String url) {}

    record Page(String title, String text) {}

    record Urls(List<String> urls) {}

    record ToSummarise(
            String text,

            @JsonPropertyDescription("the most words that the summary may have")
            int words) {}

    record Summary(String summary) {}

    record Asked(String text, String question) {}

    record Found(String found) {}

    static final World WORLD = World.of("pages", PagesWorld::types, "url")
            .with(
                    goal(
                                    "sunday",
                                    "When does the museum open on Sundays, by the page https://example.org/museum/hours?")
                            .uses("fetch_page")
                            .mentions("https://example.org/museum/hours")
                            .depth(1, 2)
                            .runsOnce()
                            .answers("11"),
                    goal("child", "What does a child pay, by the page https://example.org/museum/tickets?")
                            .uses("fetch_page")
                            .mentions("https://example.org/museum/tickets")
                            .atMost(2)
                            .answers("4"),
                    goal("links", "Which pages does https://example.org/museum link to?")
                            .uses("list_links")
                            .mentions("https://example.org/museum")
                            .atMost(1)
                            .answers("hours", "tickets"),
                    goal(
                                    "follow-links",
                                    "Read every page that https://example.org/museum links to and say what each is about.")
                            .uses("list_links", "fetch_page")
                            .fansOut("fetch_page")
                            .depth(2, 4)
                            .answers("open*|hours|close*", "ticket*|price*|pay*"),
                    goal("summary", "Summarise the page https://example.org/ferry in at most 15 words.")
                            .uses("fetch_page", "summarise")
                            .mentions("15")
                            .mentions("https://example.org/ferry")
                            .depth(2, 2)
                            .answers("ferry|island|boat"),
                    goal(
                                    "dearer",
                                    "Which ticket is dearer: the ferry's (https://example.org/ferry) or the museum's for adults (https://example.org/museum/tickets)?")
                            .times("fetch_page", 2)
                            .mentions("https://example.org/ferry")
                            .mentions("https://example.org/museum/tickets")
                            .answers("ferry"));

    private PagesWorld() {}

    static List<SubtaskType<?, ?>> types() {
        return List.of(
                code(
                        "fetch_page",
                        Url.class,
                        Page.class,
                        "Title and text of a web page.",
                        asked -> found(PAGES.get(asked.url()), "page '%s'".formatted(asked.url()))),
                code(
                        "list_links",
                        Url.class,
                        Urls.class,
                        "The addresses that a web page links to.",
                        asked -> new Urls(LINKS.getOrDefault(asked.url(), List.of()))),
                SubtaskType.model(
                        "summarise", ToSummarise.class, Summary.class, "Summarise a text in at most so many words."),
                SubtaskType.model("find_in_text", Asked.class, Found.class, "Answer a question from a text."));
    }
}
