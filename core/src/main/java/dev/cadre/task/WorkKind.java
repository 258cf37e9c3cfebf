// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.model.Tier;

/**
 * A kind of work, with the tier that is suggested for its first rung.
 *
 * <p>The tiers are guidance from 2026 for the GPT-5.4 family, and no measurement of your work. OpenAI's announcement of
 * gpt-5.4-mini and gpt-5.4-nano (2026-03-17) names classification, extraction, ranking and simple coding for nano, leaves
 * planning to the flagship, and offers computer use on mini but not on nano; the other kinds follow from these. Where you
 * have labelled examples, an eval knows better; where you have journals, {@code dev.cadre.eval.JournalRates} may.
 *
 * @see SubtaskType#suitedTo
 */
public enum WorkKind {
    /** The choice of one label, or of several, from a list. */
    CLASSIFICATION(Tier.NANO),
    /** Values that stand in a text, put into fields. */
    EXTRACTION(Tier.NANO),
    /** An order of candidates by a criterion. */
    RANKING(Tier.NANO),
    /** The choice of who or what takes care of an input. */
    ROUTING(Tier.NANO),
    /** A text in a known form, read into its parts. */
    PARSING(Tier.NANO),
    /** A small change that the input describes, in one place. */
    SIMPLE_EDIT(Tier.NANO),
    /** Work in which the result of one tool decides on the next. */
    MULTI_STEP_TOOLS(Tier.MINI),
    /** Operation of a screen. Nano is not offered it at all: no model of the catalogue on that tier has the capability. */
    COMPUTER_USE(Tier.MINI),
    /** Conclusions from many files at once. */
    WHOLE_CODEBASE(Tier.MINI),
    /** Decisions about structure that later work depends on. */
    ARCHITECTURE(Tier.FLAGSHIP),
    /** The division of a goal into steps. */
    PLANNING(Tier.FLAGSHIP);

    private final Tier tier;

    WorkKind(Tier tier) {
        this.tier = tier;
    }

    /** The tier that is suggested for the first rung. */
    public Tier tier() {
        return tier;
    }
}
