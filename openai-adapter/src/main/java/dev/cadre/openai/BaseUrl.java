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

    private static final Pattern REGIONAL = Pattern.compile("[a-z]{2,}\\.api\\.openai\\.com");
    private static final Set<String> SCHEMES = Set.of("http", "https");

    /** Whether it is the provider itself, not one that resembles it. */
    boolean isOpenAi() {
        String host = URI.create(text).getHost().toLowerCase(Locale.ROOT);
        return host.equals("openai.com") || host.endsWith(".openai.com");
    }

    /**
     * The address in the text.
     *
     * @param name what the message calls it
     * @throws IllegalArgumentException if it is no usable address
     */
    static BaseUrl parse(String name, String text) {
        String stripped = text.strip();
        URI uri;
        try {
            uri = new URI(stripped);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("%s '%s' is not a URL: %s".formatted(name, stripped, e.getReason()));
        }
        if (uri.getRawUserInfo() != null) {
            // not shown: it may hold a password
            throw new IllegalArgumentException(name + " must not hold a user or a password");
        }
        if (uri.getScheme() == null || !SCHEMES.contains(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "%s '%s' must start with http:// or https:// and name a host".formatted(name, stripped));
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("%s '%s' must not have a query or a fragment".formatted(name, stripped));
        }
        return new BaseUrl(stripped.replaceAll("/+$", ""));
    }

    /** Whether it is one of OpenAI's that keeps data in a region. */
    boolean isRegional() {
        String host = URI.create(text).getHost();
        return REGIONAL.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }
}
