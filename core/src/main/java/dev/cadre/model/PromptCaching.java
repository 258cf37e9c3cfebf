// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/** What a provider is to keep of a prompt, so that the next one that begins alike costs less. */
public enum PromptCaching {
    /** What it keeps by itself. */
    AUTOMATIC,
    /**
     * What is likely to be read again, and nothing else: the instructions with all that stands before them, and where
     * there are tools each turn, because the next round repeats it. For providers that find only what was marked, and
     * charge for keeping it; others refuse it.
     */
    MARKED
}
