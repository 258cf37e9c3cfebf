// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import java.util.random.RandomGenerator;

/**
 * The probabilities of a provider's faults.
 *
 * @param transport drawn for each attempt
 * @param answers drawn for each call
 */
record SimFaults(Transport transport, Answers answers) {

    /**
     * The probabilities of the faults of an attempt.
     *
     * @param server failed or overloaded
     * @param hang no reply before any timeout
     * @param lost the connection broke, before or after the work was done and billed
     * @param malformed a body that is no reply, after the work was billed
     * @param fatal a failure of the key or the account
     * @param refused this request can never succeed
     */
    record Transport(double server, double hang, double lost, double malformed, double fatal, double refused) {
        static final Transport NONE = new Transport(0, 0, 0, 0, 0, 0);
    }

    /**
     * The probabilities of the faults of a reply.
     *
     * @param usage the usage is missing, zero or absurd
     * @param content a refusal, a filter, a cut, or a wrong shape
     * @param poor an answer that no rule accepts
     */
    record Answers(double usage, double content, double poor) {
        static final Answers NONE = new Answers(0, 0, 0);
    }

    /** Answers may be bad, but every call comes through. */
    static final SimFaults SPOKEN = new SimFaults(Transport.NONE, new Answers(0.02, 0.15, 0.25));

    static final SimFaults NONE = new SimFaults(Transport.NONE, Answers.NONE);

    static final SimFaults OUTAGE = new SimFaults(new Transport(1, 0, 0, 0, 0, 0), Answers.NONE);

    static SimFaults random(RandomGenerator dice) {
        double kind = dice.nextDouble();
        if (kind < 0.3) {
            return SPOKEN;
        }
        if (kind < 0.32) {
            return OUTAGE;
        }
        double most = kind < 0.85 ? 0.03 : 0.2;
        var transport = new Transport(
                dice.nextDouble(most),
                dice.nextDouble(most / 2),
                dice.nextDouble(most),
                dice.nextDouble(most / 2),
                kind > 0.95 ? 0.01 : 0,
                dice.nextDouble(most / 2));
        return new SimFaults(transport, new Answers(dice.nextDouble(most), dice.nextDouble(0.3), dice.nextDouble(0.5)));
    }
}
