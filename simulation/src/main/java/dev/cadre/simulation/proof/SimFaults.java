// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import java.util.random.RandomGenerator;

/**
 * How often a provider errs: probabilities, drawn for each attempt (transport) or each call (content).
 *
 * @param server failed or overloaded
 * @param hang no reply before any timeout
 * @param lost the connection broke, before or after the work was done and billed
 * @param malformed a body that is no reply, after the work was billed
 * @param fatal a failure of the key or the account
 * @param refused this request can never succeed
 * @param usage the usage is missing, zero or absurd
 * @param content a refusal, a filter, a cut, or a wrong shape
 * @param poor an answer that no rule accepts
 */
record SimFaults(
        double server,
        double hang,
        double lost,
        double malformed,
        double fatal,
        double refused,
        double usage,
        double content,
        double poor) {

    /** Answers may be bad, but every call comes through. */
    static final SimFaults SPOKEN = new SimFaults(0, 0, 0, 0, 0, 0, 0.02, 0.15, 0.25);

    static final SimFaults NONE = new SimFaults(0, 0, 0, 0, 0, 0, 0, 0, 0);

    static final SimFaults OUTAGE = new SimFaults(1, 0, 0, 0, 0, 0, 0, 0, 0);

    static SimFaults random(RandomGenerator dice) {
        double kind = dice.nextDouble();
        if (kind < 0.3) {
            return SPOKEN;
        }
        if (kind < 0.32) {
            return OUTAGE;
        }
        double most = kind < 0.85 ? 0.03 : 0.2;
        return new SimFaults(
                dice.nextDouble(most),
                dice.nextDouble(most / 2),
                dice.nextDouble(most),
                dice.nextDouble(most / 2),
                kind > 0.95 ? 0.01 : 0,
                dice.nextDouble(most / 2),
                dice.nextDouble(most),
                dice.nextDouble(0.3),
                dice.nextDouble(0.5));
    }
}
