// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Pattern;

/** The reasoning of earlier turns in a request, which some servers send and do not take back. */
final class ReturnedReasoning {
    /** The members of a message that hold nothing else; signatures stay, which other servers require. */
    private static final List<String> MEMBERS =
            List.of("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks");

    private static final Pattern MEMBER =
            Pattern.compile("(?<![A-Za-z0-9_])(?:reasoning_content|reasoning_details|thinking_blocks)(?![A-Za-z0-9_])");

    /** A place among the turns, and its reasoning. */
    private static final Pattern IN_TURNS = Pattern.compile(
            "(?<![A-Za-z0-9_])(?:messages|input)['\"]?[\\s.,\\[]{1,3}\\d.{0,200}?(?<![A-Za-z0-9_])reasoning(?![A-Za-z0-9_])"
                    + "|(?<![A-Za-z0-9_])reasoning['\"]?.{0,10} (?:at|in) ['\"]?(?:messages|input)(?![A-Za-z0-9_])",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** Reasoning that another account or cloud wrote, or that came without its neighbour. */
    private static final Pattern UNREADABLE = Pattern.compile(
            "invalid_encrypted_content|encrypted[ _]content.{0,80}(?:could not|cannot) be (?:verified|decrypted)"
                    + "|of type '?(?:reasoning|function_call)'? was provided without its required",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** That which stands in turns alone: servers refuse it as unknown, as wrong, or say to remove it. */
    private static final Pattern OF_TURNS = Pattern.compile(
            "`?signature`? in `?thinking`? block|thinking[ _]blocks?(?![A-Za-z0-9_])"
                    + "|(?:remove|omit|without) .{0,20}(?:reasoning_content|reasoning_details|thinking_blocks)"
                    + "|tag ['\"`]?reasoning(?![A-Za-z0-9_])|item\\W{1,4}type\\W{1,4}must be one of|type of '?item"
                    + "|item with id .{1,80} not found",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private ReturnedReasoning() {}

    /**
     * Whether a refusal is of this reasoning and of nothing else.
     *
     * @param byTheBook whether the server is OpenAI, which takes back what it sent but for mishaps
     */
    static boolean isRefusedIn(Refusal refusal, boolean byTheBook) {
        boolean isNamed = refusal.isOfUnknown() && (refusal.isSaid(MEMBER) || refusal.isSaid(IN_TURNS));
        return refusal.isOfRequest()
                && (refusal.isSaid(UNREADABLE) || isNamed || (!byTheBook && refusal.isSaid(OF_TURNS)));
    }

    /** Removes it from a body; says whether there was any. */
    static boolean removeFrom(ObjectNode body) {
        boolean removed = false;
        for (JsonNode message : body.path("messages")) {
            if (message.path("role").asText().equals("assistant") && message instanceof ObjectNode turn) {
                int before = turn.size();
                removed |= turn.remove(MEMBERS).size() < before;
            }
        }
        return body.path("input") instanceof ArrayNode items ? removeFrom(items) || removed : removed;
    }

    private static boolean removeFrom(ArrayNode items) {
        boolean removed = false;
        for (var each = items.iterator(); each.hasNext(); ) {
            if (each.next().path("type").asText().equals("reasoning")) {
                each.remove();
                removed = true;
            }
        }
        for (JsonNode item : items) {
            if (item.path("type").asText().equals("function_call") && item instanceof ObjectNode call) {
                removed |= call.remove("id") != null; // a call that is known by it wants its reasoning
            }
        }
        return removed;
    }
}
