// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

/**
 * The step counter of one check against a schema. Its limit is in proportion to schema and value, and an interrupt
 * ends it.
 *
 * <p>Ordinary checks take a few steps for each node. The limit is the last defence against schemas and values that
 * were made to be slow. Not safe for use by several threads.
 */
final class Steps {
    /** The steps of every check, whatever the sizes: a fraction of a second. */
    static final long FREE = 1_000_000;

    /** The additional steps for each node and each character of schema and value. */
    static final long FOR_EACH = 50;

    /** The most schemas that may apply within one another: each takes a few stack frames. */
    static final int MAX_NESTED = 350;

    // made in advance: little stack may be left when it is needed
    private static final String TOO_NESTED = "more than " + MAX_NESTED + " schemas apply within one another";

    private static final long BETWEEN_LOOKS = 4_096;

    /** The end of a check that takes too long. */
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

    /** @param size the number of nodes and characters in the schema and the value */
    Steps(long size) {
        limit = FREE + FOR_EACH * size;
    }

    /**
     * Counts the next steps.
     *
     * @throws Exceeded if there are too many, or the thread was interrupted; its flag stays set
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

    /** Counts a schema that applies within the current one. */
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
