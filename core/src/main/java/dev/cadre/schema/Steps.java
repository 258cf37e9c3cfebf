// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

/**
 * The steps of one check against a schema: counted, limited in proportion to schema and value, and ended by an interrupt.
 *
 * <p>Ordinary checks take a few steps for each node. The limit is the last line against schemas and values made to be
 * slow. Not safe for use by several threads.
 */
final class Steps {
    /** A fraction of a second, for schemas and values of any size. */
    static final long FREE = 1_000_000;

    /** For each node and each character of the schema and the value. */
    static final long FOR_EACH = 50;

    /** How many schemas may apply within one another: each takes a few frames of the stack. */
    static final int MAX_NESTED = 350;

    // made beforehand: there may be little stack left
    private static final String TOO_NESTED = "more than " + MAX_NESTED + " schemas apply within one another";

    private static final long BETWEEN_LOOKS = 4_096;

    /** The check is not continued. */
    static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exceeded(String why) {
            super(why, null, false, false);
        }
    }

    private final long limit;
    private long taken;
    private long nextLook = BETWEEN_LOOKS;
    private int nested;

    /** @param size the nodes and characters of the schema and the value together */
    Steps(long size) {
        limit = FREE + FOR_EACH * size;
    }

    /**
     * Counts steps that are about to be taken.
     *
     * @throws Exceeded if they are too many, or the thread was interrupted; its flag stays set
     */
    void take(long steps) {
        taken += steps;
        if (taken > limit) {
            throw new Exceeded("it takes more than %,d steps to check".formatted(limit));
        }
        if (taken >= nextLook) {
            nextLook = taken + BETWEEN_LOOKS;
            if (Thread.currentThread().isInterrupted()) {
                throw new Exceeded("its check was interrupted");
            }
        }
    }

    /** One more schema applies within those that apply already. */
    void enter() {
        if (++nested > MAX_NESTED) {
            throw new Exceeded(TOO_NESTED);
        }
        take(1);
    }

    void leave() {
        nested--;
    }

    long taken() {
        return taken;
    }
}
