// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.loopback;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A model of the provider's prompt cache: exact prefixes, from 1,024 tokens on in steps of 128, apart for each model and
 * {@code prompt_cache_key}. A prefix is there once a reply to it has begun. A token is four bytes. Safe for use by many
 * threads.
 */
final class LoopbackPromptCache {
    private static final int STEP_TOKENS = 128;
    private static final int LEAST_TOKENS = 1_024;
    private static final int BYTES_PER_TOKEN = 4;

    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** The tokens at the beginning of the prompt that are known already. */
    long lookUp(LoopbackRequest request) {
        List<String> prefixes = prefixes(request);
        for (int steps = prefixes.size(); steps * STEP_TOKENS >= LEAST_TOKENS; steps--) {
            if (known.contains(prefixes.get(steps - 1))) {
                return (long) steps * STEP_TOKENS;
            }
        }
        return 0;
    }

    void store(LoopbackRequest request) {
        known.addAll(prefixes(request));
    }

    void clear() {
        known.clear();
    }

    /** Digests of the prompt up to each step. */
    private static List<String> prefixes(LoopbackRequest request) {
        byte[] prompt = request.prompt().getBytes(StandardCharsets.UTF_8);
        var digests = new ArrayList<String>();
        MessageDigest digest = sha256();
        digest.update(
                (request.model() + '\n' + request.text("prompt_cache_key") + '\n').getBytes(StandardCharsets.UTF_8));
        int step = STEP_TOKENS * BYTES_PER_TOKEN;
        for (int at = 0; at + step <= prompt.length; at += step) {
            digest.update(prompt, at, step);
            try {
                digests.add(HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest()));
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("SHA-256 cannot be continued here", e);
            }
        }
        return digests;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
