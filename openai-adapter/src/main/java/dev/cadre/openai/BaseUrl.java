// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.redact.Redactor;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The address that requests go to.
 *
 * @param text the address without a trailing slash and without its query, which may hold a secret
 * @param query what is added to the query of every request; empty as a rule
 */
record BaseUrl(String text, String query) {
    static final BaseUrl OPENAI = new BaseUrl("https://api.openai.com/v1", "");

    static final String READABLE =
            "begins with http://: the key and all texts can be read on the way to another machine; use https://";

    private static final Pattern REGIONAL = Pattern.compile("[a-z]{2,}\\.api\\.openai\\.com");
    /** As it is, in percent escapes however often escaped, and as other characters that are shown alike. */
    private static final Pattern AT = Pattern.compile("[@\uff20\ufe6b]|%(?:25)*40", Pattern.CASE_INSENSITIVE);

    private static final Pattern LOOPBACK =
            Pattern.compile("(?:.+\\.)?localhost\\.?|127(?:\\.\\d{1,3}){3}|\\[::1]|\\[0:0:0:0:0:0:0:1]");
    /** The commonest mistake: the address of a call, copied from an example. */
    private static final Pattern PATH_OF_A_CALL =
            Pattern.compile("(/chat/completions|/completions|/responses|/embeddings)/*$");

    private static final int MOST_PORT = 65_535;
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
        if (uri.getPort() > MOST_PORT) {
            throw new IllegalArgumentException("%s has a port above %d".formatted(name, MOST_PORT));
        }
        Matcher call = PATH_OF_A_CALL.matcher(String.valueOf(uri.getRawPath()));
        if (call.find()) {
            throw new IllegalArgumentException(
                    "%s must end before %s, which each call adds".formatted(name, call.group(1)));
        }
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException(name + " must not have a fragment");
        }
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        return new BaseUrl(stripped.replaceFirst("\\?.*$", "").replaceAll("/+$", ""), query);
    }

    /** The whole address, which is not to be shown. */
    String withQuery() {
        return query.isEmpty() ? text : text + "?" + query;
    }

    /** A redactor that also hides the values of the query, but for the version of the API. */
    Redactor hidingIn(Redactor redactor) {
        return Arrays.stream(query.split("&"))
                .filter(pair -> !pair.startsWith("api-version="))
                .map(pair -> pair.substring(pair.indexOf('=') + 1))
                .flatMap(value -> Stream.of(value, URLDecoder.decode(value, StandardCharsets.UTF_8)))
                .reduce(redactor, Redactor::alsoHiding, (one, other) -> other); // never in parallel
    }

    /** What may be wrong with an address at which no API is, to be put behind it; empty if nothing is seen. */
    static String advice(String text) {
        boolean hasPath = !String.valueOf(URI.create(text).getPath()).isEmpty(); // without a trailing slash
        return hasPath ? "" : ", did you mean %s/v1?".formatted(text);
    }

    @Override
    public String toString() {
        return "BaseUrl[" + text + "]";
    }

    /** Whether a key that is sent there can be read on the way: not encrypted, and to another machine. */
    boolean isReadableOnTheWay() {
        return URI.create(text).getScheme().equalsIgnoreCase("http") && !isLoopback();
    }

    /** Whether it is this machine. */
    boolean isLoopback() {
        return LOOPBACK.matcher(URI.create(text).getHost().toLowerCase(Locale.ROOT))
                .matches();
    }

    /** Whether it is one of OpenAI's that keeps data in a region. */
    boolean isRegional() {
        String host = URI.create(text).getHost();
        return REGIONAL.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }
}
