// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

/**
 * One event of a stream as it goes over the wire.
 *
 * @param isPiece whether it carries a piece of the answer: those wait at the gate
 * @param isEnd whether it tells how the answer ended: without it the client cannot know that it has all
 */
record LoopbackEvent(String text, boolean isPiece, boolean isEnd) {}
