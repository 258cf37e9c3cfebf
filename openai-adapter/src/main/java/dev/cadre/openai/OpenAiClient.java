// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.LogLevel;
import dev.cadre.model.BatchClient;
import dev.cadre.model.CallContext;
import dev.cadre.model.InputCounter;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.redact.Redactor;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls OpenAI models, or a server that speaks the same protocol, over the Responses API or Chat Completions.
 *
 * <p>Safe for use by many threads; one client serves a whole process, because it shares connections and its first call
 * takes a second or more while classes load. A call blocks its thread and spends money. It is sent once: nothing below
 * this class repeats it or follows a redirect. Nothing is stored at the provider. Text is streamed if the context wants
 * it. A reply longer than {@value #MAX_REPLY_BYTES} bytes, when decompressed, is malformed. Of a file with the answers of
 * a batch 2 GB are read; requests whose answers lie behind have none.
 *
 * <p>An interrupt closes the connection within milliseconds, on virtual and on platform threads; for the latter the
 * exchange runs on a virtual thread of its own.
 */
public final class OpenAiClient implements ModelClient, InputCounter, AutoCloseable {
    static final long MAX_REPLY_BYTES = 32L * 1024 * 1024;

    /** What OpenAI documents. */
    private static final int LEAST_CAP = 16;

    /** 40 kB for each of the most requests of a batch. */
    private static final long MAX_FILE_BYTES = 2_000_000_000;

    /** A server that ends its streams does so within milliseconds. */
    private static final Duration END_WAIT = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(OpenAiClient.class);

    /** The addresses that this process has been warned of. */
    private static final Set<BaseUrl> WARNED = ConcurrentHashMap.newKeySet();

    /** Shorter than servers keep idle connections: sending on a dead one costs the price of a lost reply. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    private final BaseUrl baseUrl;
    private final OkHttpClient http;
    private final OpenAIClient sdk;
    private final Failures failures;
    private final Secrets secrets;
    private final OpenAiBatches batches;
    private final RemoteAccess access;
    private final Dialects dialects;
    private final FrameSizes frames = new FrameSizes();
    private final Dialect firstDialect;
    private final Gateway gateway;
    private final Duration endWait;
    private volatile boolean closed;

    private OpenAiClient(Builder builder) {
        baseUrl = builder.baseUrl;
        if (baseUrl.isReadableOnTheWay() && WARNED.add(baseUrl)) {
            LOG.warn("the base URL {}", BaseUrl.READABLE);
        }
        gateway = builder.gateway;
        endWait = builder.endWait;
        secrets = new Secrets(redactor(builder), hidingOfServers(builder, ""));
        http = http(builder, secrets);
        sdk = sdk(builder);
        access = new RemoteAccess(builder.imageHosts, builder.mcp);
        dialects = new Dialects(builder.api, builder.schemas, baseUrl);
        firstDialect = dialects.of("");
        failures = new Failures(secrets, builder.clock, baseUrl.text());
        batches = new OpenAiBatches(sdk, failures, access, dialects, () -> closed);
    }

    private static OkHttpClient http(Builder builder, Secrets secrets) {
        var http = new OkHttpClient.Builder()
                .followRedirects(false)
                .followSslRedirects(false)
                .retryOnConnectionFailure(false)
                .protocols(List.of(Protocol.HTTP_1_1)) // of HTTP/2, OkHttp reads headers without a bound
                .socketFactory(new CountedSockets())
                .connectionPool(
                        new ConnectionPool(builder.maxIdleConnections, KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS))
                .eventListenerFactory(CallTrace::of)
                .addInterceptor(builder.gateway.interceptor(builder.baseUrl, builder.apiKey, secrets))
                .addInterceptor(new OneExchange(MAX_REPLY_BYTES, builder.maxFileBytes, builder.endWait))
                .addNetworkInterceptor(OneExchange::withoutOrderToRepeat)
                .addNetworkInterceptor(ForwardProxy::withoutForeignChallenge)
                .addNetworkInterceptor(new ReusedConnections());
        if (builder.proxy != null) {
            builder.proxy.configure(http);
        }
        if (builder.trust != null) {
            builder.trust.configure(http);
        }
        return http.build();
    }

    private static Redactor hidingOfServers(Builder builder, String key) {
        return builder.mcp
                .secrets()
                .reduce(Redactor.of(key), Redactor::alsoHiding, (one, other) -> other); // never in parallel
    }

    private static Redactor redactor(Builder builder) {
        Redactor redactor = hidingOfServers(builder, builder.apiKey);
        redactor = builder.gateway.hidingIn(builder.baseUrl.hidingIn(redactor));
        return builder.proxy == null ? redactor : builder.proxy.hidingIn(redactor);
    }

    private OpenAIClient sdk(Builder builder) {
        var sdk = OpenAIOkHttpClient.builder();
        if (!builder.organization.isEmpty()) {
            sdk.organization(builder.organization);
        }
        if (!builder.project.isEmpty()) {
            sdk.project(builder.project);
        }
        return sdk.okHttpClient(http)
                .jsonMapper(ServerJson.MAPPER)
                .apiKey(builder.apiKey)
                .baseUrl(Gateway.sdkBaseUrl(baseUrl))
                .maxRetries(0)
                .disableTelemetry(true)
                .putHeader("User-Agent", "cadre")
                .logLevel(LogLevel.OFF)
                .build();
    }

    /**
     * A builder of clients for one key.
     *
     * @param apiKey the key; it is sent in the Authorization header, or in the one that {@link Builder#keyHeader} names,
     *     and appears nowhere else
     * @throws IllegalArgumentException if the key is blank or holds characters that no header may hold
     */
    public static Builder builder(String apiKey) {
        return new Builder(apiKey);
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) throws InterruptedException {
        requireUsable(request.model());
        ModelReply reply = Handoff.run(exchange(gateway.named(request), context), context.text());
        return gateway.priced(reply, request);
    }

    private Handoff.Work<ModelReply> exchange(ModelRequest request, CallContext context) {
        if (dialects.api() == Api.RESPONSES && baseUrl.isOpenAi() && request.maxOutputTokens() < LEAST_CAP) {
            // not raised: the reservation rests on the cap
            throw new ModelException.InvalidRequest(
                    "%s: a cap of %d output tokens is below %d, the least that the Responses API takes"
                            .formatted(request.model(), request.maxOutputTokens(), LEAST_CAP),
                    0);
        }
        var wording = Wording.of(dialects, request, context);
        var body = new ReplyBody(baseUrl, failures, endWait);
        return switch (wording.dialect().api()) {
            case RESPONSES -> new Exchange(sdk.responses().withRawResponse(), failures, access, wording, context, body);
            case CHAT_COMPLETIONS, CHAT_COMPLETIONS_MAX_TOKENS ->
                new ChatExchange(
                        sdk.chat().completions().withRawResponse(),
                        failures,
                        chatWriter(wording.dialect()),
                        wording,
                        context,
                        body);
        };
    }

    @Override
    public long sentBytes(ModelRequest request) {
        ModelRequest named = gateway.named(request);
        List<Dialect> possible = dialects.possible(named).toList();
        return frames.of(
                named,
                possible,
                each -> possible.stream()
                        .mapToLong(dialect -> sentBytes(each, dialect))
                        .max()
                        .orElseThrow());
    }

    private long sentBytes(ModelRequest request, Dialect dialect) {
        return switch (dialect.api()) {
            case RESPONSES -> BodySize.of(request, each -> RequestWriter.tree(each, access, dialect));
            case CHAT_COMPLETIONS, CHAT_COMPLETIONS_MAX_TOKENS ->
                BodySize.of(request, each -> chatWriter(dialect).treeStreamed(each));
        };
    }

    private ChatWriter chatWriter(Dialect dialect) {
        return new ChatWriter(new AttachmentWriter(access.imageHosts()), dialect, baseUrl);
    }

    /** Asks the provider how many input tokens a request has; not billed. Only servers with the Responses API can tell. */
    @Override
    public long count(ModelRequest request, CallContext context) throws InterruptedException {
        requireUsable(request.model());
        if (dialects.api() != Api.RESPONSES) {
            throw new ModelException.InvalidRequest("only the Responses API counts input", 0);
        }
        ModelRequest named = gateway.named(request);
        return Handoff.run(
                new UnbilledRequests(sdk, failures, context.timeout())
                        .inputTokens(named, access, dialects.of(named.model())),
                context.text());
    }

    /**
     * The models that the provider offers to this key. Blocks for an exchange; is not billed.
     *
     * @throws dev.cadre.model.ModelException if the provider does not say
     * @throws InterruptedException if the thread was interrupted
     */
    public List<ListedModel> models(Duration timeout) throws InterruptedException {
        requireUsable("the list of models");
        return Handoff.run(new UnbilledRequests(sdk, failures, timeout).models(), text -> {});
    }

    /**
     * The API that a model is asked over now, as {@code CADRE_API} names it: {@code responses}, {@code chat} or {@code
     * chat-max-tokens}. A call may change it, see {@link Builder#responses()}.
     */
    public String api(String model) {
        return OpenAiSettings.word(dialects.of(gateway.nameOf(model)).api());
    }

    /**
     * What calls of a model have taught about the server, as the variables of {@link OpenAi#fromEnv()} that would have said so:
     * a process that starts with them spares the calls that found it out. Empty if nothing was.
     */
    public Map<String, String> learned(String model) {
        Dialect now = dialects.of(gateway.nameOf(model));
        var learned = new TreeMap<String, String>();
        if (now.api() != firstDialect.api()) {
            learned.put(OpenAiSettings.API, OpenAiSettings.word(now.api()));
        }
        if (firstDialect.form().hasSchema() && !now.form().hasSchema()) {
            learned.put(OpenAiSettings.SCHEMAS, "ignored");
        }
        return Collections.unmodifiableMap(learned);
    }

    /** The address that calls go to. */
    public String baseUrl() {
        return baseUrl.text();
    }

    private void requireUsable(String model) throws InterruptedException {
        if (closed) {
            throw new IllegalStateException("this client is closed");
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before the call of " + model);
        }
    }

    /** Masks the key, and whatever else this client shows to servers and nobody else may see. */
    @Override
    public String masked(String text) {
        return secrets.mask(text);
    }

    /** The Batch API, whose requests go to the Responses API; empty for a server that lacks that, or has deployments. */
    @Override
    public Optional<BatchClient> batches() {
        return dialects.api() == Api.RESPONSES && !gateway.hasDeployments() ? Optional.of(batches) : Optional.empty();
    }

    /**
     * Refuses further calls and releases the connections. Close it when no call is in flight: one that waits for its
     * reply ends as a lost connection. OkHttp's two daemon threads, which all clients of a process share, end by
     * themselves after a minute without work.
     */
    @Override
    public void close() {
        closed = true;
        sdk.close();
        http.dispatcher().cancelAll();
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }

    @Override
    public String toString() {
        return "OpenAiClient[" + baseUrl.text() + "]";
    }

    /** Settings of a client. Not safe for use by several threads. */
    public static final class Builder {
        private final String apiKey;
        private BaseUrl baseUrl = BaseUrl.OPENAI;
        private int maxIdleConnections = 256;
        private InstantSource clock = InstantSource.system();
        private Set<String> imageHosts = Set.of();
        private McpAccess mcp = McpAccess.NONE;
        private @Nullable Api api;
        private @Nullable SchemaUse schemas;
        private Gateway gateway = Gateway.NONE;
        private String organization = "";
        private String project = "";
        private @Nullable ForwardProxy proxy;
        private @Nullable Trust trust;
        private long maxFileBytes = MAX_FILE_BYTES;
        private Duration endWait = END_WAIT;

        private Builder(String apiKey) {
            this.apiKey = apiKey.strip();
            if (!this.apiKey.matches("[\\x21-\\x7e]+")) {
                throw new IllegalArgumentException(
                        this.apiKey.isEmpty() ? "the key is blank" : "the key holds spaces or non-ASCII characters");
            }
        }

        /**
         * The address of the API, {@code https://api.openai.com/v1} by default. A query, such as {@code
         * ?api-version=2024-10-21}, is added to that of every request and shown in no message.
         *
         * @throws IllegalArgumentException if it is not an http or https URL, or carries a user or a fragment
         */
        public Builder baseUrl(String baseUrl) {
            this.baseUrl = BaseUrl.parse("base URL", baseUrl);
            return this;
        }

        /**
         * How many idle connections are kept for later calls, 256 by default; at least as many as calls run in
         * parallel, or bursts pay for new connections. It limits nothing else.
         */
        public Builder maxIdleConnections(int maxIdleConnections) {
            if (maxIdleConnections < 1) {
                throw new IllegalArgumentException("maxIdleConnections must be at least 1, not " + maxIdleConnections);
            }
            this.maxIdleConnections = maxIdleConnections;
            return this;
        }

        /**
         * Speaks the Responses API, even to a server that seems to lack it. Default: the Responses API at OpenAI; another
         * server is asked in the Responses API first. What it does not take there, which costs nothing, is asked once in
         * Chat Completions, until one of them has answered the model; one that ignores the schema of an answer is left.
         */
        public Builder responses() {
            api = Api.RESPONSES;
            return this;
        }

        /**
         * Speaks Chat Completions from the first call on, for servers that have no other API, such as those of local
         * models. Tools that run at the provider and pictures in the results of functions are refused there; an effort of
         * {@link dev.cadre.model.Effort#NONE}, cache keys and marks for the cache are not sent. Default: see {@link #responses()}.
         */
        public Builder chatCompletions() {
            api = Api.CHAT_COMPLETIONS;
            return this;
        }

        /**
         * Declares what the server does with the JSON schema of an answer. Default: {@link SchemaUse#SHOWN} at OpenAI and
         * Azure OpenAI; elsewhere {@link SchemaUse#FORCED}, until a reply breaks its schema.
         */
        public Builder schemas(SchemaUse use) {
            schemas = use;
            return this;
        }

        Builder api(@Nullable Api api) {
            this.api = api;
            return this;
        }

        /** As {@link #chatCompletions}, for servers that know the cap only as {@code max_tokens}. */
        public Builder chatCompletionsWithMaxTokens() {
            api = Api.CHAT_COMPLETIONS_MAX_TOKENS;
            return this;
        }

        /**
         * The hosts that a picture's address may name; none by default, because the provider fetches it and an address may
         * come from a model.
         */
        public Builder allowImageHosts(String... hosts) {
            imageHosts = Set.of(hosts);
            return this;
        }

        /**
         * The token that the MCP server at an address wants, such as an OAuth access token; none by default. The provider
         * is told it with each request that names this very address, in the field that it has for that, and shows it to
         * the server. It appears nowhere else: not in a request of ours, a journal, a cassette or a fingerprint; and where
         * the provider or the server repeats it, it is masked. Such requests cannot go into batches, which are files.
         *
         * @param server as in {@link dev.cadre.model.ProviderTool.RemoteMcp#address()}
         * @throws IllegalArgumentException if the token has fewer than 8 characters, or others than visible ASCII
         */
        public Builder mcpAuthorization(URI server, String token) {
            mcp = mcp.withToken(server, token);
            return this;
        }

        /** As {@link #mcpAuthorization}, for a server that wants a header of its own, such as {@code X-Api-Key}. */
        public Builder mcpHeader(URI server, String name, String value) {
            mcp = mcp.withHeader(server, name, value);
            return this;
        }

        /** What a date in {@code Retry-After} is compared with, the system's clock by default. */
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /**
         * A header that is sent with every request, for a gateway that wants one. It replaces one of the same name, {@code
         * Authorization} included. Its value is masked in messages if it has eight characters or more.
         *
         * @throws IllegalArgumentException if it is a header of the connection, or its value is not visible ASCII
         */
        public Builder header(String name, String value) {
            gateway = gateway.withHeader(name, value);
            return this;
        }

        /**
         * Headers of each single call, such as a token that expires. The supplier is asked before each request, on a virtual
         * thread, and may block; what it throws ends the call unsent and
         * free, as a lost connection that may be tried again. Values are masked as in {@link #header}.
         */
        public Builder headers(Supplier<Map<String, String>> ofEachCall) {
            gateway = gateway.withHeaders(ofEachCall);
            return this;
        }

        /** The header in which the bare key is sent in place of {@code Authorization}, such as {@code api-key}. */
        public Builder keyHeader(String name) {
            gateway = gateway.withKeyHeader(name);
            return this;
        }

        /** The organization that OpenAI bills; the key's own by default. */
        public Builder organization(String organization) {
            RequestHeaders.requireVisible("the organization", organization);
            this.organization = organization;
            return this;
        }

        /** The project that OpenAI bills; the key's own by default. */
        public Builder project(String project) {
            RequestHeaders.requireVisible("the project", project);
            this.project = project;
            return this;
        }

        /**
         * The proxy that calls go through, such as {@code http://user:password@proxy:3128}; by default that of the JVM's
         * system properties. With TLS the proxy sees the host alone.
         *
         * @param except hosts that are reached without it, with all below them; ranges such as {@code 10.0.0.0/8} hold for
         *     base URLs with an address in place of a name
         * @throws IllegalArgumentException if the address is unusable, which no message quotes
         */
        public Builder proxy(String address, String... except) {
            proxy = ForwardProxy.parse("the proxy", address, String.join(",", except));
            return this;
        }

        Builder proxy(@Nullable ForwardProxy proxy) {
            this.proxy = proxy;
            return this;
        }

        /**
         * Believes the authorities of a file beside those of the JDK, for a gateway with a private one.
         *
         * @param pem certificates in PEM form
         * @throws IllegalArgumentException if the file cannot be read or has none
         */
        public Builder trustedCertificates(Path pem) {
            trust = Trust.of("the file of trusted certificates", pem);
            return this;
        }

        Builder trust(@Nullable Trust trust) {
            this.trust = trust;
            return this;
        }

        /**
         * Makes connections by a context of your own, for instance with a certificate of this client.
         *
         * @param trustManager the one that the context was made with
         */
        public Builder sslContext(SSLContext context, X509TrustManager trustManager) {
            trust = new Trust(context, trustManager);
            return this;
        }

        /**
         * Speaks to Azure OpenAI: the key goes into the header {@code api-key}. With a dated version, a path names the
         * deployment; without one, or with {@code v1} or {@code preview}, the body does. A version before {@code 2025-03-01}
         * has no Responses API, and Chat Completions is used. A model whose deployment has
         * another name than itself needs {@link #deployment}.
         *
         * @param endpoint such as {@code https://house.openai.azure.com}
         * @param apiVersion such as {@code 2024-10-21}; blank for the API without versions
         * @throws IllegalArgumentException if the endpoint is unusable
         */
        public Builder azure(String endpoint, String apiVersion) {
            return azure(AzureEndpoint.parse("the Azure endpoint", endpoint, apiVersion));
        }

        Builder azure(AzureEndpoint azure) {
            baseUrl = azure.baseUrl();
            schemas = schemas == null ? SchemaUse.SHOWN : schemas;
            gateway = gateway.withKeyHeader("api-key");
            if (!azure.hasResponses() && api == null) {
                api = Api.CHAT_COMPLETIONS;
            }
            if (azure.deploymentInPath()) {
                gateway = gateway.withDeploymentInPath();
            }
            return this;
        }

        /**
         * The name that the server has for a model. Requests carry it; prices, limits and results go by the model.
         *
         * @throws IllegalArgumentException if it is no name of a deployment
         */
        public Builder deployment(String model, String deployment) {
            gateway = gateway.withDeployment(model, deployment);
            return this;
        }

        /** How long a body may go on that says no more: of a stream when the answer is there, and of a refusal. */
        Builder endWait(Duration wait) {
            endWait = wait;
            return this;
        }

        /** The longest file of a batch's answers; what is behind it is not read. */
        Builder maxFileBytes(long bytes) {
            maxFileBytes = bytes;
            return this;
        }

        /** Makes the client. Does not connect. */
        public OpenAiClient build() {
            return new OpenAiClient(this);
        }
    }
}
