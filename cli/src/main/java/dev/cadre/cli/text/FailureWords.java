// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.text;

import java.util.Locale;
import java.util.Map;

/** What went wrong with a call, in words instead of the name that the library has for it. */
public final class FailureWords {
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("RateLimited", "rate limit"),
            Map.entry("ServerFailed", "server error"),
            Map.entry("ConnectionFailed", "connection lost"),
            Map.entry("Unreachable", "no connection"),
            Map.entry("TimedOut", "no answer in time"),
            Map.entry("MalformedReply", "unreadable reply"),
            Map.entry("QuotaExhausted", "quota used up"),
            Map.entry("AuthFailed", "key refused"),
            Map.entry("UnknownModel", "unknown model"),
            Map.entry("DearerModel", "a dearer model answered"),
            Map.entry("ContextTooLong", "too long for the model"),
            Map.entry("InvalidRequest", "request refused"));

    private FailureWords() {}

    /** @param kind as events of calls have it */
    public static String of(String kind) {
        return WORDS.getOrDefault(
                kind, kind.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT));
    }
}
