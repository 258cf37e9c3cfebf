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

    /** @param maxOutputTokens the cap of the request */
    ChatUsage(long maxOutputTokens, ReplyNotes notes) {
        this.maxOutputTokens = maxOutputTokens;
        this.notes = notes;
    }

    /** Takes what a reply or a chunk says, beside its choices and in them; returns whether that is anything. */
    boolean addIn(JsonNode reply) {
        boolean isCounted = add(reply.path(USAGE));
        isCounted |= add(reply.path("x_groq").path(USAGE));
        for (JsonNode choice : reply.path("choices")) {
            isCounted |= add(choice.path(USAGE));
        }
        return isCounted;
    }

    private boolean add(JsonNode usage) {
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
        if (reading != null && reading.outputTokens() == 0) {
            estimate = estimate.atLeast(counts);
            return true;
        }
        if (reading == null && counts.input() == 0) {
            // a running count would be above all before, and its total would have the input
            isEachByItself |= counts.output() <= said.output() && counts.output() == counts.total();
            outputOfParts += counts.output();
        } else {
            outputOfWholes = Math.max(outputOfWholes, counts.output());
        }
        whole = reading == null ? whole : counts;
        hasPart |= reading == null;
        said = said.atLeast(counts);
        return true;
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
