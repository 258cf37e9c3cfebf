// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The address that requests go to, without a trailing slash. */
record BaseUrl(String text) {
    static final BaseUrl OPENAI = new BaseUrl("https://api.openai.com/v1");

    static final String READABLE =
            "begins with http://: the key and all texts can be read on the way to another machine; use https://";

    private static final Pattern REGIONAL = Pattern.compile("[a-z]{2,}\\.api\\.openai\\.com");
    /** As it is, in percent escapes however often escaped, and as other characters that are shown alike. */
    private static final Pattern AT = Pattern.compile("[@\uff20\ufe6b]|%(?:25)*40", Pattern.CASE_INSENSITIVE);

    private static final Pattern LOOPBACK =
            Pattern.compile("(?:.+\\.)?localhost\\.?|127(?:\\.\\d{1,3}){3}|\\[::1]|\\[0:0:0:0:0:0:0:1]");
    private static final Set<String> SCHEMES = Set.of("http", "https");

    /** Whether it is the provider itself, not one that resembles it. */
    boolean isOpenAi() {
        String host = URI.create(text).getHost().toLowerCase(Locale.ROOT);
        return host.equals("openai.com") || host.endsWith(".openai.com");
    }

    /**
     * The address in the text. No message quotes it: a part of it may be a password, however it is spelt.
     *
     * @param name what the message calls it
     * @throws IllegalArgumentException if it is no usable address
     */
    static BaseUrl parse(String name, String text) {
        String stripped = text.strip();
        if (AT.matcher(stripped).find()) {
            throw new IllegalArgumentException(name + " must not hold a user or a password");
        }
        URI uri;
        try {
            uri = new URI(stripped);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("%s is not a URL: %s at character %d"
                    .formatted(name, e.getReason(), Math.max(e.getIndex(), 0) + 1));
        }
        if (uri.getScheme() == null
                || !SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                || uri.getHost() == null) {
            throw new IllegalArgumentException(name + " must start with http:// or https:// and name a host");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(name + " must not have a query or a fragment");
        }
        return new BaseUrl(stripped.replaceAll("/+$", ""));
    }

    /** Whether a key that is sent there can be read on the way: not encrypted, and to another machine. */
    boolean isReadableOnTheWay() {
        URI uri = URI.create(text);
        return uri.getScheme().equalsIgnoreCase("http")
                && !LOOPBACK.matcher(uri.getHost().toLowerCase(Locale.ROOT)).matches();
    }

    /** Whether it is one of OpenAI's that keeps data in a region. */
    boolean isRegional() {
        String host = URI.create(text).getHost();
        return REGIONAL.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }
}
