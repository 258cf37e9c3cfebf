// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

/** A promise did not hold in a simulated world. The message has the command that repeats it. */
public final class SimulationViolation extends AssertionError {
    private static final long serialVersionUID = 1;

    SimulationViolation(SimulationSeed seed, Throwable cause) {
        super("seed %s: %s%nreplay: %s".formatted(seed, cause, seed.replayCommand()), cause);
    }
}
