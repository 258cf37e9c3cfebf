// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.World.code;
import static dev.cadre.suite.World.found;
import static dev.cadre.suite.WorldGoal.goal;

import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Map;

/** Tomorrow's weather in seven cities. */
final class WeatherWorld {
    private static final Map<String, Sky> FORECASTS = Map.of(
            "Oslo",
            new Sky(4, "snow"),
            "Bergen",
            new Sky(6, "rain"),
            "Tromso",
            new Sky(-3, "clear"),
            "Berlin",
            new Sky(9, "rain"),
            "Paris",
            new Sky(12, "rain"),
            "Rome",
            new Sky(18, "clear"),
            "Lisbon",
            new Sky(21, "clear"));
    private static final Map<String, List<String>> COUNTRIES =
            Map.of("Norway", List.of("Oslo", "Bergen", "Tromso"), "Portugal", List.of("Lisbon"));

    record Place(String description) {}

    record City(String city) {}

    record Country(String country) {}

    record Cities(List<String> cities) {}

    record Sky(int celsius, String sky) {}

    record Degrees(int celsius) {}

    record Converted(double fahrenheit) {}

    record Advice(String advice) {}

    static final World WORLD = World.of("weather", WeatherWorld::types, "city", "country")
            .with(
                    goal("rome", "How warm will it be in Rome tomorrow?")
                            .uses("forecast")
                            .mentions("Rome")
                            .atMost(1)
                            .answers("18"),
                    goal("eiffel", "What should I wear tomorrow in the city of the Eiffel Tower?")
                            .uses("find_city", "forecast", "advise")
                            .depth(3, 3)
                            .runsOnce()
                            .mentions("Eiffel")
                            .answers("rain*|umbrella|waterproof|jacket|coat"),
                    goal("oslo-or-rome", "Is it warmer tomorrow in Oslo or in Rome?")
                            .times("forecast", 2)
                            .mentions("Oslo")
                            .mentions("Rome")
                            .without("find_city")
                            .depth(1, 1)
                            .answers("rome"),
                    goal("berlin-clothes", "What should I wear tomorrow in Berlin?")
                            .uses("forecast", "advise")
                            .without("find_city")
                            .mentions("Berlin")
                            .depth(2, 2)
                            .answers("rain*|umbrella|waterproof|jacket|coat"),
                    goal("norway", "What will the weather be tomorrow in each city of Norway?")
                            .uses("cities_of", "forecast")
                            .mentions("Norway")
                            .fansOut("forecast")
                            .depth(2, 2)
                            .answers("oslo", "bergen", "tromso", "snow*", "rain*"),
                    goal("fahrenheit", "How many degrees Fahrenheit will it have in Lisbon tomorrow?")
                            .uses("forecast", "to_fahrenheit")
                            .mentions("Lisbon")
                            .depth(2, 2)
                            .answers("69.8|70"));

    private WeatherWorld() {}

    static List<SubtaskType<?, ?>> types() {
        return List.of(
                SubtaskType.model("find_city", Place.class, City.class, "Name the city that a description means."),
                code(
                        "forecast",
                        City.class,
                        Sky.class,
                        "Tomorrow's weather in a city.",
                        asked -> found(FORECASTS.get(asked.city()), "city '%s'".formatted(asked.city()))),
                SubtaskType.model(
                        "advise", Sky.class, Advice.class, "Say in one sentence what to wear in this weather."),
                code(
                        "cities_of",
                        Country.class,
                        Cities.class,
                        "The cities of a country.",
                        asked -> new Cities(
                                found(COUNTRIES.get(asked.country()), "country '%s'".formatted(asked.country())))),
                code(
                        "to_fahrenheit",
                        Degrees.class,
                        Converted.class,
                        "A temperature in degrees Fahrenheit.",
                        asked -> new Converted(asked.celsius() * 1.8 + 32)));
    }
}
