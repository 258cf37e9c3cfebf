// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import java.util.List;
import java.util.stream.Stream;

/** Everything that a model is asked. */
final class Sections {
    static final List<World> WORLDS = List.of(
            DocumentsWorld.WORLD,
            MailsWorld.WORLD,
            CodeWorld.WORLD,
            PagesWorld.WORLD,
            TablesWorld.WORLD,
            WeatherWorld.WORLD,
            ShopWorld.WORLD,
            CalendarWorld.WORLD);

    private Sections() {}

    /** All sections, in the order of the table. */
    static List<Section> all() {
        return Stream.concat(
                        WORLDS.stream().map(World::section),
                        Stream.of(
                                BankTopics.SET.section(),
                                MailKinds.SET.section(),
                                BugSeverities.SET.section(),
                                Invoices.SET.section(),
                                Meetings.SET.section(),
                                ToolLoops.travel(),
                                ToolLoops.shopping(),
                                Merges.section()))
                .toList();
    }

    /** The section of that name. */
    static Section named(String name) {
        return all().stream()
                .filter(section -> section.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no section '%s'".formatted(name)));
    }
}
