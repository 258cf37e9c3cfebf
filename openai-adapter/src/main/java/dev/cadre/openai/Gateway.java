// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.redact.Redactor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;

/**
 * What stands between this client and the models: what it wants to be shown with each request, and how it names models.
 * Immutable.
 *
 * @param headers the fixed headers
 * @param perCall the headers of a single call; asked for each
 * @param keyHeader the header that carries the bare key in place of {@code Authorization}; empty for that
 * @param deployments the name that the gateway has for a model, by the id of the model
 * @param deploymentInPath whether the path of a chat completion names the deployment
 */
record Gateway(
        Map<String, String> headers,
        Supplier<Map<String, String>> perCall,
        String keyHeader,
        Map<String, String> deployments,
        boolean deploymentInPath) {
    static final Gateway NONE = new Gateway(Map.of(), Map::of, "", Map.of(), false);

    /** The path that the SDK is told: with any other it writes paths of its own to the hosts of Azure. */
    private static final String SDK_PATH = "/openai/v1";

    private static final String API_VERSION = "api-version";
    private static final String AUTHORIZATION = "Authorization";
    private static final String CHAT = "/chat/completions";

    /** The headers of a call could not be made, so nothing of it was sent. */
    static final class NoHeaders extends IOException {
        private static final long serialVersionUID = 1L;

        NoHeaders(RuntimeException cause) {
            // not what it says, which may be a token that nobody here knows
            super(
                    "the headers of this call could not be made: "
                            + cause.getClass().getName(),
                    null);
        }
    }

    Gateway withHeader(String name, String value) {
        return new Gateway(
                RequestHeaders.with(headers, name, value), perCall, keyHeader, deployments, deploymentInPath);
    }

    Gateway withHeaders(Supplier<Map<String, String>> ofEachCall) {
        return new Gateway(headers, ofEachCall, keyHeader, deployments, deploymentInPath);
    }

    Gateway withKeyHeader(String name) {
        RequestHeaders.requireSendable(name, "");
        return new Gateway(headers, perCall, name, deployments, deploymentInPath);
    }

    Gateway withDeployment(String model, String deployment) {
        if (!deployment.matches("[A-Za-z0-9._-]{1,128}")) {
            throw new IllegalArgumentException("no name of a deployment: '%.64s'".formatted(deployment));
        }
        var more = new LinkedHashMap<>(deployments);
        more.put(model, deployment);
        return new Gateway(headers, perCall, keyHeader, more, deploymentInPath);
    }

    Gateway withDeploymentInPath() {
        return new Gateway(headers, perCall, keyHeader, deployments, true);
    }

    /** A redactor that also hides what is shown with every request. */
    Redactor hidingIn(Redactor redactor) {
        return headers.values().stream().reduce(redactor, Secrets::hiding, (one, other) -> other); // never in parallel
    }

    /** Whether models have other names here. */
    boolean hasDeployments() {
        return deploymentInPath || !deployments.isEmpty();
    }

    /** The request by the name that the gateway has for its model. */
    ModelRequest named(ModelRequest request) {
        String deployment = deployments.getOrDefault(request.model(), "");
        return deployment.isEmpty() ? request : request.withModel(deployment);
    }

    /** The reply by the id that its price is known by, if it only repeats the name of the deployment. */
    ModelReply priced(ModelReply reply, ModelRequest asked) {
        String deployment = deployments.getOrDefault(asked.model(), "");
        return reply.model().equals(deployment) ? reply.withModel(asked.model()) : reply;
    }

    /** What the SDK is told of an address: the true origin, or it takes the key off. */
    static String sdkBaseUrl(BaseUrl baseUrl) {
        return HttpUrl.get(baseUrl.text())
                .newBuilder()
                .encodedPath(SDK_PATH)
                .build()
                .toString();
    }

    /**
     * Sends what the SDK has written where it belongs.
     *
     * @param baseUrl the true address
     * @param key the key
     * @param secrets hears of the headers of single calls
     */
    Interceptor interceptor(BaseUrl baseUrl, String key, Secrets secrets) {
        HttpUrl base = HttpUrl.get(baseUrl.withQuery());
        return chain -> send(chain, base, key, secrets);
    }

    private Response send(Interceptor.Chain chain, HttpUrl base, String key, Secrets secrets) throws IOException {
        Request written = chain.request();
        Request.Builder request = written.newBuilder().url(url(base, written.url()));
        if (keyHeader.isEmpty()) {
            request.header(AUTHORIZATION, "Bearer " + key);
        } else {
            request.removeHeader(AUTHORIZATION).header(keyHeader, key);
        }
        headers.forEach(request::header);
        addOfThisCall(request, secrets);
        return chain.proceed(request.build());
    }

    private void addOfThisCall(Request.Builder request, Secrets secrets) throws NoHeaders {
        try {
            perCall.get().forEach((name, value) -> {
                RequestHeaders.requireSendable(name, value);
                Stream.concat(Stream.of(value), Stream.of(value.split("\\s+"))).forEach(secrets::hide);
                request.header(name, value);
            });
        } catch (RuntimeException failed) { // whatever the code of a user throws
            for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
                if (cause instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
            }
            throw new NoHeaders(failed);
        }
    }

    private HttpUrl url(HttpUrl base, HttpUrl written) {
        String path = written.encodedPath().substring(SDK_PATH.length());
        HttpUrl.Builder url = base.newBuilder();
        if (deploymentInPath && path.equals(CHAT)) {
            url.addPathSegment("deployments").addPathSegment(CallTrace.model());
        }
        url.addEncodedPathSegments(path.substring(1));
        for (int i = 0; i < written.querySize(); i++) {
            if (!written.queryParameterName(i).equals(API_VERSION)) { // the SDK's own choice
                url.addQueryParameter(written.queryParameterName(i), written.queryParameterValue(i));
            }
        }
        return url.build();
    }

    @Override
    public String toString() {
        return "Gateway[%d headers, %d deployments]".formatted(headers.size(), deployments.size());
    }
}
