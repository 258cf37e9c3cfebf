// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Models that label tickets and err at stated rates. What a model answers about a ticket, and what that takes, follows
 * from the seed, the ticket and the model, never from the order in which calls arrive.
 *
 * @param wrong how likely an answer is wrong, by model id
 */
record ErringServer(long seed, Map<String, Double> wrong) {
    /** How likely a wrong answer has no evidence. */
    static final double RECALL = 0.9;

    /** How likely a right answer has none. */
    static final double FALSE_ALARM = 0.05;

    /** Tokens that a call reads, all numbers between them equally likely, and those that it writes. */
    static final double LEAST_INPUT = 600;

    static final double MOST_INPUT = 1_400;
    static final double LEAST_OUTPUT = 200;
    static final double MOST_OUTPUT = 600;

    private static final Pattern TICKET = Pattern.compile("ticket (\\d{3})");

    /** The same, but every model errs more often. */
    ErringServer erringMoreOftenBy(double probability) {
        return new ErringServer(
                seed,
                Map.of(
                        "gpt-5.4-nano", wrong("gpt-5.4-nano") + probability,
                        "gpt-5.4-mini", wrong("gpt-5.4-mini") + probability,
                        "gpt-5.4", wrong("gpt-5.4") + probability));
    }

    private double wrong(String model) {
        return wrong.getOrDefault(model, 1.0);
    }

    /** The label that a ticket should get. */
    static String truth(int ticket) {
        return ticket % 2 == 0 ? "billing" : "shipping";
    }

    LoopbackReply answer(LoopbackRequest request) {
        Matcher named = TICKET.matcher(request.inputText());
        if (!named.find()) {
            throw new IllegalArgumentException("no ticket in: " + request.inputText());
        }
        int ticket = Integer.parseInt(named.group(1));
        String call = ticket + "/" + request.model();
        boolean right = draw(call + "/right") >= wrong(request.model());
        boolean shown = draw(call + "/evidence") >= (right ? FALSE_ALARM : RECALL);
        return LoopbackReply.text("{\"name\":\"%s\",\"evidence\":\"%s\"}"
                        .formatted(truth(right ? ticket : ticket + 1), shown ? "The text says so." : ""))
                .usage(TokenUsage.of(
                        between(LEAST_INPUT, MOST_INPUT, draw(ticket + "/input")),
                        between(LEAST_OUTPUT, MOST_OUTPUT, draw(call + "/output"))));
    }

    private static long between(double least, double most, double share) {
        return Math.round(least + share * (most - least));
    }

    /** From 0 to 1, evenly. */
    private double draw(String what) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest((seed + "/" + what).getBytes(StandardCharsets.UTF_8));
            return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
