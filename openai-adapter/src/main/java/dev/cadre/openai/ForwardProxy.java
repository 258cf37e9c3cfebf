// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.redact.Redactor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/**
 * A proxy that this client goes through, and the hosts that it goes to itself. Immutable.
 *
 * @param host the proxy
 * @param port its port
 * @param credentials the value of {@code Proxy-Authorization}; empty if the proxy wants none
 * @param except hosts that are reached without it: {@code example.org} with all below it, {@code host:port}, a
 *     range of addresses such as {@code 10.0.0.0/8}, or {@code *}
 */
record ForwardProxy(String host, int port, String credentials, List<String> except) {
    private static final String AUTHORIZATION = "Proxy-Authorization";
    private static final int REQUIRED = 407;
    private static final int MOST_PORT = 65_535;

    /** The proxy does not let this client through. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(boolean hadCredentials) {
            super(hadCredentials ? "the proxy refuses its user or password" : "the proxy wants a user and a password");
        }
    }

    /** A gateway that nobody named wants credentials of a proxy. */
    static final class ForeignChallenge extends IOException {
        private static final long serialVersionUID = 1L;

        ForeignChallenge() {
            super("status 407, a proxy or gateway that is not configured wants credentials");
        }
    }

    /**
     * The proxy at an address, with a user and a password if it names them.
     *
     * @param name what a message calls it; no message quotes the address
     * @param except as in {@code NO_PROXY}: separated by commas or blanks
     * @throws IllegalArgumentException if it is no usable address
     */
    static ForwardProxy parse(String name, String address, String except) {
        String text = address.strip();
        URI uri;
        try {
            uri = new URI(text.contains("://") ? text : "http://" + text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(name + " is not a URL"); // without the cause, which quotes it
        }
        if (String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT).startsWith("socks")) {
            throw new IllegalArgumentException(name + " names a SOCKS proxy: give the JVM its address by"
                    + " -DsocksProxyHost and -DsocksProxyPort instead");
        }
        if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException(name + " must be the address of a proxy, such as http://proxy:3128");
        }
        if (uri.getPort() > MOST_PORT) {
            throw new IllegalArgumentException("%s has a port above %d".formatted(name, MOST_PORT));
        }
        String user = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        int colon = user.indexOf(':');
        String credentials = user.isEmpty()
                ? ""
                : Secrets.basic(
                        decoded(colon < 0 ? user : user.substring(0, colon)),
                        decoded(colon < 0 ? "" : user.substring(colon + 1)));
        List<String> hosts = Arrays.stream(except.split("[\\s,]+"))
                .map(host -> host.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                .filter(host -> !host.isEmpty())
                .toList();
        return new ForwardProxy(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort(), credentials, hosts);
    }

    private static String decoded(String part) {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Sends the calls of a client through this proxy. */
    void configure(OkHttpClient.Builder http) {
        http.proxySelector(selector())
                .proxyAuthenticator((route, response) -> authenticated(response))
                .addNetworkInterceptor(this::shown);
    }

    /** A redactor that also hides the credentials. */
    Redactor hidingIn(Redactor redactor) {
        return Secrets.hiding(redactor, credentials);
    }

    private ProxySelector selector() {
        var proxy = new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port));
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return List.of(isExcepted(uri) ? Proxy.NO_PROXY : proxy);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {
                // the call itself says so
            }
        };
    }

    private boolean isExcepted(URI uri) {
        String target = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        String withPort =
                target + ":" + (uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80);
        return except.stream()
                .anyMatch(host -> host.equals("*")
                        || AddressRange.parse(host)
                                .filter(range -> range.contains(target))
                                .isPresent()
                        || target.equals(host)
                        || target.endsWith("." + host)
                        || withPort.equals(host)
                        || withPort.endsWith("." + host));
    }

    /** A network interceptor: OkHttp takes a 407 without a proxy for a broken connection. */
    static Response withoutForeignChallenge(Interceptor.Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        Connection connection = chain.connection();
        boolean isProxied = connection != null && connection.route().proxy().type() == Proxy.Type.HTTP;
        if (response.code() == REQUIRED && !isProxied) {
            response.close();
            throw new ForeignChallenge();
        }
        return response;
    }

    /** OkHttp asks before it opens a tunnel, and again when the proxy has refused. */
    private @Nullable Request authenticated(Response response) throws Refused {
        boolean isAsked = response.challenges().stream()
                .anyMatch(challenge -> challenge.scheme().equalsIgnoreCase("OkHttp-Preemptive"));
        if (!isAsked) {
            throw new Refused(!credentials.isEmpty());
        }
        return credentials.isEmpty()
                ? null
                : response.request()
                        .newBuilder()
                        .header(AUTHORIZATION, credentials)
                        .build();
    }

    /** Without TLS there is no tunnel: the request itself goes to the proxy, which takes the header off. */
    private Response shown(Interceptor.Chain chain) throws IOException {
        Request request = chain.request();
        Connection connection = chain.connection();
        Route route = connection == null ? null : connection.route();
        boolean isRelayed = route != null && route.proxy().type() == Proxy.Type.HTTP && !request.isHttps();
        if (!isRelayed) {
            return chain.proceed(request);
        }
        Response response = chain.proceed(
                credentials.isEmpty()
                        ? request
                        : request.newBuilder()
                                .header(AUTHORIZATION, credentials)
                                .build());
        if (response.code() == REQUIRED) {
            response.close();
            throw new Refused(!credentials.isEmpty());
        }
        return response;
    }

    @Override
    public String toString() {
        return "ForwardProxy[%s:%d]".formatted(host, port);
    }
}
