// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.price.Capability;
import dev.cadre.price.ModelCatalog;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A model of the provider's prompt cache, apart for each model and {@code prompt_cache_key}. A prefix is there once a reply
 * to it has begun. A token is four bytes; a prefix has at least 1,024. Models that charge for cache writes find exactly
 * what was marked, and keep up to the last mark; unless the request forbids it, the end of the prompt counts as marked.
 * Others find whatever begins alike, in steps of 128 tokens. Safe for use by many threads.
 */
final class LoopbackPromptCache {
    private static final int STEP_TOKENS = 128;
    private static final int LEAST_TOKENS = 1_024;
    private static final int BYTES_PER_TOKEN = 4;

    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /**
     * What a request did with the cache, in tokens.
     *
     * @param read found at the beginning of the prompt
     * @param written kept beyond that, where this is charged for
     */
    record Use(long read, long written) {
        static final Use NONE = new Use(0, 0);
    }

    /** A beginning of a prompt. */
    private record Prefix(String digest, long tokens) {}

    Use use(LoopbackRequest request) {
        List<Prefix> prefixes = prefixes(request);
        long read = prefixes.stream()
                .filter(prefix -> known.contains(prefix.digest()))
                .mapToLong(Prefix::tokens)
                .max()
                .orElse(0);
        long longest = prefixes.stream().mapToLong(Prefix::tokens).max().orElse(0);
        return new Use(read, needsMarks(request) ? longest - read : 0);
    }

    void store(LoopbackRequest request) {
        prefixes(request).forEach(prefix -> known.add(prefix.digest()));
    }

    void clear() {
        known.clear();
    }

    /** Whether the model finds only what was marked. */
    static boolean needsMarks(LoopbackRequest request) {
        return ModelCatalog.standard()
                .find(request.model())
                .filter(spec -> spec.can(Capability.PROMPT_CACHE_BREAKPOINTS))
                .isPresent();
    }

    private static List<Prefix> prefixes(LoopbackRequest request) {
        Stream<Prefix> all = needsMarks(request)
                ? ends(request).map(prompt -> prefix(request, prompt.getBytes(StandardCharsets.UTF_8)))
                : steps(request).stream();
        return all.filter(prefix -> prefix.tokens() >= LEAST_TOKENS).toList();
    }

    private static Stream<String> ends(LoopbackRequest request) {
        boolean onlyMarks = request.text("prompt_cache_options", "mode").equals("explicit");
        return Stream.concat(request.markedPrompts().stream(), onlyMarks ? Stream.of() : Stream.of(request.prompt()));
    }

    private static Prefix prefix(LoopbackRequest request, byte[] prompt) {
        MessageDigest digest = begun(request);
        return new Prefix(HexFormat.of().formatHex(digest.digest(prompt)), prompt.length / BYTES_PER_TOKEN);
    }

    private static List<Prefix> steps(LoopbackRequest request) {
        byte[] prompt = request.prompt().getBytes(StandardCharsets.UTF_8);
        var prefixes = new ArrayList<Prefix>();
        MessageDigest digest = begun(request);
        int step = STEP_TOKENS * BYTES_PER_TOKEN;
        for (int at = 0; at + step <= prompt.length; at += step) {
            digest.update(prompt, at, step);
            try {
                var soFar = (MessageDigest) digest.clone();
                prefixes.add(new Prefix(HexFormat.of().formatHex(soFar.digest()), (at + step) / BYTES_PER_TOKEN));
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("SHA-256 cannot be continued here", e);
            }
        }
        return prefixes;
    }

    private static MessageDigest begun(LoopbackRequest request) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((request.model() + '\n' + request.text("prompt_cache_key") + '\n')
                    .getBytes(StandardCharsets.UTF_8));
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
