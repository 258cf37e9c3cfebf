// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/** The parts of a prompt that a provider caches, so that the next prompt with the same beginning costs less. */
public enum PromptCaching {
    /** The parts that it caches by itself. */
    AUTOMATIC,
    /**
     * Only the parts that are likely to be read again: the instructions with everything before them and, if there are
     * tools, each turn, because the next round repeats it. For providers that cache only marked parts, and charge for
     * it; others refuse it.
     */
    MARKED
}
