// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import java.util.ArrayList;
import java.util.List;

/**
 * Recorded trials, judged again from their replies. Nothing is sent.
 *
 * @param recordings the conversations
 * @param sections the exercises that they are of
 */
record Replay(Recordings recordings, List<Section> sections) {
    /**
     * A trial that ends otherwise than it did when it was recorded.
     *
     * @param unplayed the recorded replies that nobody asked for
     */
    record Difference(Conversation recorded, Verdict now, List<String> unplayed) {
        /** One line: what was, what is, and what of the recording was not asked for. */
        @Override
        public String toString() {
            String rest = unplayed.isEmpty() ? "" : "; not asked for: " + String.join(", ", unplayed);
            return "%s was %s and is %s%s".formatted(recorded.trial(), recorded.verdict(), now, rest);
        }
    }

    Replay {
        sections = List.copyOf(sections);
    }

    /**
     * The trials whose cause is another one now. A trial that makes a call without a recording is one of them, with
     * {@link Cause#NOT_RECORDED}. What the details say is not compared.
     *
     * @throws IllegalArgumentException if a recording is of an exercise that is not there
     */
    List<Difference> differences() throws InterruptedException {
        var differences = new ArrayList<Difference>();
        for (Conversation recorded : recordings.all()) {
            var player = new Player(recorded);
            Verdict now = Suite.replayed(exercise(recorded.trial()), player);
            if (now.cause() != recorded.verdict().cause()) {
                differences.add(new Difference(recorded, now, player.unplayed()));
            }
        }
        return differences;
    }

    private Exercise exercise(Trial trial) {
        return sections.stream()
                .filter(section -> section.name().equals(trial.section()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no section '%s'".formatted(trial.section())))
                .exercise(trial.exercise());
    }

    /** Writes what the trials end with now, except for those that need a call without a recording. */
    void renewVerdicts(List<Difference> differences) {
        for (Section section : sections) {
            List<Conversation> recorded = recordings.of(section.name());
            if (!recorded.isEmpty()) {
                recordings.put(
                        section.name(),
                        recorded.stream()
                                .map(each -> renewed(each, differences))
                                .toList());
            }
        }
    }

    private static Conversation renewed(Conversation recorded, List<Difference> differences) {
        return differences.stream()
                .filter(each -> each.recorded().trial().equals(recorded.trial()))
                .filter(each -> each.now().cause().isTelling())
                .findFirst()
                .map(each -> recorded.with(each.now()))
                .orElse(recorded);
    }
}
