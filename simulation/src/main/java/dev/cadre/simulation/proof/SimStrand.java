// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

/** What would be a thread of a run: all that can be done to it is to interrupt it. */
@FunctionalInterface
interface SimStrand {
    /** Interrupts it; code of the caller's that does not obey goes on until it ends by itself. */
    void interrupt(boolean obeys);
}
