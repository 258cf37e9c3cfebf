// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.TokenUsage;

/**
 * The usage of a chat completion, which may stand in several places and come in pieces: the prompt first and the output
 * last, a running count with each chunk, zeros at the end. The largest of each count is that of all.
 */
final class ChatUsage {
    private static final String USAGE = "usage";

    /** Pieces of other lengths may have the same few tokens, but not the same many. */
    private static final int MOST_BY_CHANCE = 8;

    /** Tokens of a piece that are no text: those with which messages and calls begin and end. */
    private static final int MARKS = 4;

    private final long maxOutputTokens;
    private final ReplyNotes notes;
    private UsageCounts said = UsageCounts.NONE;
    /** What was said before any output; later pieces that have all counts know better. */
    private UsageCounts estimate = UsageCounts.NONE;

    private UsageCounts whole = UsageCounts.NONE;
    private boolean hasPart;
    private int pieces;
    private boolean isEachByItself;
    private long outputOfWholes;
    private long outputOfParts;
    private long outputOfEach;
    private long firstOfEach;
    private long lastOfEach;
    private long lengthOfEach;
    private int counted;
    private int rises;
    private int falls;
    private boolean fits = true;
    private boolean hasOneLength = true;

    /** @param maxOutputTokens the cap of the request */
    ChatUsage(long maxOutputTokens, ReplyNotes notes) {
        this.maxOutputTokens = maxOutputTokens;
        this.notes = notes;
    }

    /** Takes what a whole reply says. */
    void addIn(JsonNode reply) {
        addIn(reply, true, 0);
    }

    /**
     * Takes what a chunk says, beside its choices and in them; returns whether that is anything.
     *
     * @param hasOutput whether anything was written before it or in it
     * @param more the bytes of text since the last usage, at least one if anything was written
     */
    boolean addIn(JsonNode chunk, boolean hasOutput, long more) {
        boolean isCounted = add(chunk.path(USAGE), hasOutput, more);
        isCounted |= add(chunk.path("x_groq").path(USAGE), hasOutput, isCounted ? 0 : more);
        for (JsonNode choice : chunk.path("choices")) {
            isCounted |= add(choice.path(USAGE), hasOutput, isCounted ? 0 : more);
        }
        return isCounted;
    }

    private boolean add(JsonNode usage, boolean hasOutput, long more) {
        if (!usage.isObject()) {
            return false;
        }
        UsageCounts counts = UsageReader.counts(usage, notes);
        if (counts.isNothing()) {
            if (isSaid()) {
                notes.add("a later usage with fewer tokens was left out");
            }
            return false;
        }
        pieces++;
        TokenUsage reading = counts.largest(notes.apart());
        if (reading != null && (reading.outputTokens() == 0 || !hasOutput)) {
            estimate = estimate.atLeast(counts);
            return true;
        }
        if (reading == null && counts.input() == 0) {
            // a running count would be above all before, and its total would have the input
            isEachByItself |= counts.output() <= said.output() && counts.output() == counts.total();
            outputOfParts += counts.output();
        } else {
            outputOfWholes = Math.max(outputOfWholes, counts.output());
            follow(counts.output(), more);
        }
        whole = reading == null ? whole : counts;
        hasPart |= reading == null;
        said = said.atLeast(counts);
        return true;
    }

    /** Follows the output of usages that came with text. */
    private void follow(long output, long more) {
        if (more > 0) {
            counted++;
            rises += counted > 1 && output > lastOfEach ? 1 : 0;
            falls += output < lastOfEach ? 1 : 0;
            fits &= output <= more + MARKS;
            firstOfEach = counted == 1 ? output : firstOfEach;
            lengthOfEach = counted == 1 ? more : lengthOfEach;
            hasOneLength &= more == lengthOfEach;
            outputOfEach += output;
            lastOfEach = output;
        }
    }

    /**
     * Whether each usage counts its own piece. A running count may dip when a text is tokenised anew, but rises in the end,
     * and the final one that comes with each piece is the same beside any text. No piece has more tokens than bytes.
     */
    private boolean isOfEach() {
        boolean isTotal = counted > 2 && lastOfEach >= outputOfEach - lastOfEach;
        boolean isOne = lastOfEach == firstOfEach && (lastOfEach < MOST_BY_CHANCE || hasOneLength);
        return counted > 1 && !isTotal && fits && (falls > 0 ? 2 * falls >= rises : isOne);
    }

    /** Whether any count that is above zero was said. */
    boolean isSaid() {
        return !said.isNothing() || !estimate.isNothing();
    }

    /** All that was said. */
    UsageCounts counts() {
        UsageCounts counts = whole.isNothing() ? said.atLeast(estimate) : said;
        if (hasPart && pieces > 1 && !counts.equals(whole)) {
            notes.add("the usage came in pieces");
        }
        if (isOfEach() && outputOfEach > outputOfWholes && outputOfEach <= maxOutputTokens) {
            notes.add("the usage of each piece counts that alone: they were added up");
            return counts.withOutput(outputOfEach);
        }
        long together = outputOfWholes + outputOfParts;
        return isEachByItself && together <= maxOutputTokens ? counts.withOutput(together) : counts;
    }

    /** The same in the form of a usage that comes whole. */
    ObjectNode joined() {
        UsageCounts counts = counts();
        ObjectNode usage = JsonNodeFactory.instance
                .objectNode()
                .put("prompt_tokens", counts.input())
                .put("cached_tokens", counts.cached())
                .put("cache_write_tokens", counts.written())
                .put("reasoning_tokens", counts.reasoning())
                .put("total_tokens", counts.total());
        return counts.hasOutput() ? usage.put("completion_tokens", counts.output()) : usage;
    }
}
