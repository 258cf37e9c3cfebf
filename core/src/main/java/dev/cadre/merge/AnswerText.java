// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

/**
 * A piece of an answer's text while a model writes it. Nothing of it is checked yet: the answer may be refused, mended or
 * cut off, and only the result of the run has the checked one.
 *
 * @param component the text's place in the answer, such as {@code text} or {@code notes[2].title}; empty if the answer is a
 *     text itself
 * @param text the piece; pieces of one place follow each other
 * @param call 1 for the first call, 2 for the second one, whose text begins anew: what came before is void. A merge after a
 *     further round of planning begins with 1 again, and voids what came before, too
 */
public record AnswerText(String component, String text, int call) {}
