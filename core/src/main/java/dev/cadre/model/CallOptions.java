// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.HashSet;
import java.util.List;

/**
 * The optional settings of a request that not every provider has. A client that cannot serve one of the tools or the
 * sampling must refuse the request; it may ignore the other settings. Immutable.
 *
 * @param sampling how the model draws its tokens; default {@link Sampling#DEFAULT}, which sends nothing
 * @param verbosity the length of the text; default {@link Verbosity#STANDARD}
 * @param safetyIdentifier an opaque id of the end user, of at most {@value #MAX_SAFETY_CHARS} characters, so that the
 *     provider can block one user instead of all; empty by default
 * @param cacheKey routes requests with one prefix to one place at the provider, so that they find its cache; at most
 *     {@value #MAX_CACHE_KEY_CHARS} characters. Empty by default, and then the pool may set it
 * @param promptCaching the parts of the prompt that the provider caches; default {@link PromptCaching#AUTOMATIC}, and
 *     then the pool may set it
 * @param providerTools tools that run at the provider; none by default
 * @param maxProviderCalls the most calls of all these tools together in one attempt; sent, because the reservation
 *     rests on it
 */
public record CallOptions(
        Sampling sampling,
        Verbosity verbosity,
        String safetyIdentifier,
        String cacheKey,
        PromptCaching promptCaching,
        List<ProviderTool> providerTools,
        int maxProviderCalls) {

    static final int MAX_SAFETY_CHARS = 128;
    static final int MAX_CACHE_KEY_CHARS = 64;

    /** The defaults. */
    public static final CallOptions NONE =
            new CallOptions(Sampling.DEFAULT, Verbosity.STANDARD, "", "", PromptCaching.AUTOMATIC, List.of(), 0);

    public CallOptions {
        providerTools = List.copyOf(providerTools);
        if (safetyIdentifier.length() > MAX_SAFETY_CHARS) {
            throw new IllegalArgumentException("a safety identifier of %d characters, at most %d are taken"
                    .formatted(safetyIdentifier.length(), MAX_SAFETY_CHARS));
        }
        if (cacheKey.length() > MAX_CACHE_KEY_CHARS) {
            throw new IllegalArgumentException("a cache key of %d characters, at most %d are taken"
                    .formatted(cacheKey.length(), MAX_CACHE_KEY_CHARS));
        }
        if (providerTools.isEmpty() != (maxProviderCalls == 0) || maxProviderCalls < 0) {
            throw new IllegalArgumentException(
                    "%d tools at the provider with at most %d calls".formatted(providerTools.size(), maxProviderCalls));
        }
        var names = new HashSet<String>();
        for (ProviderTool tool : providerTools) {
            if (!names.add(tool.toString())) {
                throw new IllegalArgumentException("the same tool twice: " + tool);
            }
        }
    }

    public CallOptions withSampling(Sampling sampling) {
        return new CallOptions(
                sampling, verbosity, safetyIdentifier, cacheKey, promptCaching, providerTools, maxProviderCalls);
    }

    public CallOptions withVerbosity(Verbosity verbosity) {
        return new CallOptions(
                sampling, verbosity, safetyIdentifier, cacheKey, promptCaching, providerTools, maxProviderCalls);
    }

    public CallOptions withSafetyIdentifier(String safetyIdentifier) {
        return new CallOptions(
                sampling, verbosity, safetyIdentifier, cacheKey, promptCaching, providerTools, maxProviderCalls);
    }

    public CallOptions withCacheKey(String cacheKey) {
        return new CallOptions(
                sampling, verbosity, safetyIdentifier, cacheKey, promptCaching, providerTools, maxProviderCalls);
    }

    public CallOptions withPromptCaching(PromptCaching promptCaching) {
        return new CallOptions(
                sampling, verbosity, safetyIdentifier, cacheKey, promptCaching, providerTools, maxProviderCalls);
    }

    public CallOptions withProviderTools(List<ProviderTool> providerTools, int maxProviderCalls) {
        return new CallOptions(
                sampling, verbosity, safetyIdentifier, cacheKey, promptCaching, providerTools, maxProviderCalls);
    }
}
