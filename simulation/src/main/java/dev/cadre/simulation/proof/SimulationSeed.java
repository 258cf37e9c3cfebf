// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

/**
 * What a simulated world follows from, to the last event.
 *
 * @param world decides the graphs, the limits, the money, what every model answers and which calls fail
 * @param schedule decides only how long everything takes, and so in which order it happens
 */
public record SimulationSeed(long world, long schedule) {

    /** One number for both. */
    public static SimulationSeed of(long seed) {
        return new SimulationSeed(seed, seed);
    }

    /** The same world under another schedule. */
    public SimulationSeed withSchedule(long other) {
        return new SimulationSeed(world, other);
    }

    /** As {@link #parse} reads it. */
    public String text() {
        return world == schedule ? "" + world : world + "/" + schedule;
    }

    /** The command that runs this seed again, alone. */
    public String replayCommand() {
        return "./mvnw -q -pl simulation -am verify -Dtest=SimulationTest#replay -Dcadre.seed=" + text()
                + " -Dsurefire.failIfNoSpecifiedTests=false";
    }

    /**
     * Reads {@code 7}, or {@code 7/9} for a world under another schedule.
     *
     * @throws NumberFormatException if it is neither
     */
    public static SimulationSeed parse(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? of(Long.parseLong(text))
                : new SimulationSeed(
                        Long.parseLong(text.substring(0, slash)), Long.parseLong(text.substring(slash + 1)));
    }
}
