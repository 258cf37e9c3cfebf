// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DatabindException;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.JsonValue;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIServiceException;
import dev.cadre.json.JsonException;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.AuthFailed;
import dev.cadre.model.ModelException.Billed;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.ConnectionFailed;
import dev.cadre.model.ModelException.ContextTooLong;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelException.MalformedReply;
import dev.cadre.model.ModelException.QuotaExhausted;
import dev.cadre.model.ModelException.RateLimited;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.ModelException.TimedOut;
import dev.cadre.model.ModelException.UnknownModel;
import dev.cadre.model.ModelException.Unreachable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a failure means: by how far the exchange went, the status and the provider's code, never by the class of
 * an SDK exception alone, because those mislead (a timeout in a body is "invalid data" there).
 */
final class Failures {
    private static final int UNAUTHORIZED = 401;
    private static final int PAYMENT_REQUIRED = 402;
    private static final int FORBIDDEN = 403;
    private static final int NOT_ALLOWED = 405;
    private static final int GONE = 410;
    private static final int TOO_MANY = 429;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int OVERLOADED = 503;

    private static final String PRIVATE_AUTHORITY = "; if an authority of your own signs for this address or a proxy"
            + " before it, name the file of its certificate in SSL_CERT_FILE or by trustedCertificates";

    /** What a message need not show of an address: a user, and a query, which may have a secret. */
    private static final Pattern PRIVATE_PARTS = Pattern.compile("(?<=//)[^/@]*@|[?#].*", Pattern.DOTALL);

    /** Of okio, about the bytes of a compressed body. */
    private static final Pattern QUOTED_BYTES = Pattern.compile("actual 0x[0-9a-f]{8} != expected");

    /** OkHttp says so of every connection that ends early. */
    private static final String ENDED_EARLY = "unexpected end of stream";

    private final Secrets redactor;
    private final InstantSource clock;
    private final String baseUrl;

    Failures(Secrets redactor, InstantSource clock, String baseUrl) {
        this.redactor = redactor;
        this.clock = clock;
        this.baseUrl = baseUrl;
    }

    /**
     * The meaning of whatever ended an exchange.
     *
     * @throws InterruptedException if it ended because its thread was interrupted
     */
    ModelException explain(Throwable failure, String model, CallTrace trace) throws InterruptedException {
        if (failure instanceof ModelException known) {
            return known;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof ContentFiltered filtered) {
            throw filtered;
        }
        if (failure instanceof Handoff.ConsumerFailed consumer) {
            throw consumer.own();
        }
        boolean foreign = failure instanceof RuntimeException && !(failure instanceof OpenAIException);
        if (foreign && !trace.isSent()) {
            return new InvalidRequest(redactor.quote(model + ": the request cannot be made: " + failure), 0);
        }
        if (foreign && !trace.isAnswered()) {
            throw (RuntimeException) failure; // later it is the reply that nobody foresaw
        }
        // the SDK also throws this checked exception without declaring it
        if (failure instanceof InterruptedException || Thread.interrupted()) {
            throw new InterruptedException("the call of " + model + " was interrupted");
        }
        if (failure instanceof OpenAIServiceException refused) {
            return refused(model, refused);
        }
        return lost(failure, model, trace);
    }

    /** A part of a reply, less the secrets of servers that the provider called for it. */
    String mask(String part) {
        return redactor.maskAnswer(part);
    }

    /** A name that the provider gives to something, without keys. */
    String masked(String name) {
        return redactor.mask(name);
    }

    /** What the provider says, on one line, cut and without keys. */
    String quote(String text) {
        return redactor.quote(text);
    }

    /** The same on a line of so many characters. */
    String quote(String text, int most) {
        return redactor.quote(text, most);
    }

    /** The same with what its body says is billed. */
    ModelException refused(String model, OpenAIServiceException refusal) {
        JsonNode body = CallTrace.refusal().json(); // of what stands beside an error, the SDK keeps nothing
        ErrorBody error = ErrorBody.of(body.isObject() ? JsonValue.fromJsonNode(body) : refusal.body());
        Billed billed = UsageReader.billed(body, model, new ReplyNotes(this));
        try {
            return billed(refused(model, refusal.statusCode(), error, new LimitHeaders(refusal.headers())), billed);
        } catch (ContentFiltered filtered) {
            throw new ContentFiltered(String.valueOf(filtered.getMessage()), model, billed);
        }
    }

    /** Of a refusal that came before any work nothing is billed, whatever a body says. */
    private static ModelException billed(ModelException failure, @Nullable Billed billed) {
        if (billed == null) {
            return failure;
        }
        String message = String.valueOf(failure.getMessage());
        return switch (failure) {
            case ServerFailed failed -> failed.billed(billed);
            case InvalidRequest refused -> new InvalidRequest(message, refused.status(), billed);
            case MalformedReply malformed -> new MalformedReply(message, malformed.getCause(), billed);
            default -> failure;
        };
    }

    /** Whether a refusal says by a name or a sentence of its provider that the key is wrong. */
    static boolean provesWrongKey(OpenAIServiceException refusal) {
        JsonNode body = CallTrace.refusal().json();
        return ErrorBody.of(body.isObject() ? JsonValue.fromJsonNode(body) : refusal.body())
                .provesWrongKey();
    }

    /** A reply with a status that is not a success. */
    ModelException refused(String model, int status, ErrorBody error, LimitHeaders headers) {
        String page = CallTrace.page();
        String what = "status " + status + redirect(status, headers);
        String message = page.isEmpty()
                ? message(model, what, error, headers)
                : message(model, what + ", " + page, ErrorBody.NONE, headers);
        return byStatus(message, model, status, error, headers);
    }

    /** A redirect is not followed, since it would be shown the key; who made it can be told by where it leads. */
    private static String redirect(int status, LimitHeaders headers) {
        if (status < 300 || status >= 400) {
            return "";
        }
        String place = headers.first("location").orElse("");
        return place.isEmpty()
                ? ", a redirect that names no address"
                : ", a redirect to " + PRIVATE_PARTS.matcher(place).replaceAll("");
    }

    private ModelException byStatus(String message, String model, int status, ErrorBody error, LimitHeaders headers) {
        if (status < 300 || status >= 600) {
            return new MalformedReply(message, null);
        }
        boolean isNoPath = status == NOT_ALLOWED || status == GONE || status == NOT_IMPLEMENTED;
        if (status < 400 || isNoPath || (status == 400 && error.tellsOfNoPath())) {
            return noEndpoint(message);
        }
        if (status > 500 || (status == 500 && !error.tellsOfLength() && !error.tellsOfSchema())) {
            return serverFailed(message, status, error, headers);
        }
        return named(message, model, error, status)
                .orElseGet(() -> clientFailed(message, model, status, error, headers));
    }

    /**
     * What the error says of itself, whatever its status.
     *
     * @throws ContentFiltered if a content filter stopped the request
     */
    private Optional<ModelException> named(String message, String model, ErrorBody error, int status) {
        if (error.tellsOfMalformedOutput()) {
            return Optional.of(new MalformedReply(message, null));
        }
        if (error.tellsOfFilter()) {
            throw new ContentFiltered(message, model, null);
        }
        return proven(message, error, status).or(() -> suspected(message, error, status));
    }

    /** What a name says, or a sentence that is known of a provider: it concerns every request. */
    private static Optional<ModelException> proven(String message, ErrorBody error, int status) {
        // with 402, a provider speaks of what this request would cost
        if (error.tellsOfQuota() || (status != PAYMENT_REQUIRED && error.provesNoCredit())) {
            return Optional.of(new QuotaExhausted(message));
        }
        if (error.provesWrongKey()) {
            return Optional.of(refusedKey(message));
        }
        return error.provesWrongModel() ? Optional.of(new UnknownModel(message)) : Optional.empty();
    }

    /** What words alone say, which may be a quotation from this request. */
    private static Optional<ModelException> suspected(String message, ErrorBody error, int status) {
        boolean isOfRate = status == TOO_MANY || (status == 200 && error.tellsOfRate());
        if (isOfRate ? error.tellsOfLengthBeyondTheMinute() : error.tellsOfLength()) {
            return Optional.of(new ContextTooLong(message));
        }
        if (status == UNAUTHORIZED) {
            return Optional.empty(); // the status says more than words
        }
        if (error.mentionsNoCredit()) {
            return Optional.of(new QuotaExhausted(message).suspected());
        }
        if (error.mentionsWrongKey()) {
            return Optional.of(new AuthFailed(message).suspected());
        }
        return error.mentionsWrongModel() ? Optional.of(new UnknownModel(message).suspected()) : Optional.empty();
    }

    /** A refusal comes before any answer, so the first may always be that of a gateway, for its request alone. */
    private Unreachable noEndpoint(String message) {
        return new Unreachable("%s is no endpoint%s: %s".formatted(baseUrl, BaseUrl.advice(baseUrl), message), null)
                .suspected();
    }

    /** Some servers speak of other things, such as a database that they look keys up in. */
    private static AuthFailed refusedKey(String message) {
        return new AuthFailed("the server refuses the key: " + message);
    }

    private ModelException clientFailed(
            String message, String model, int status, ErrorBody error, LimitHeaders headers) {
        boolean transientStatus = status == 408 || status == 409 || status == TOO_MANY;
        if (transientStatus && headers.forbidsRetry()) {
            return new InvalidRequest(message, status);
        }
        return switch (status) {
            case TOO_MANY -> rateLimited(message, error, headers);
            case UNAUTHORIZED -> refusedKey(message);
            // a firewall says the same of one request; a gateway, of one that costs too much
            case FORBIDDEN -> new AuthFailed(message).suspected();
            case PAYMENT_REQUIRED -> new QuotaExhausted(message).suspected();
            case 404 -> notFound(message, model, error);
            case 408, 409 -> serverFailed(message, status, error, headers);
            default -> new InvalidRequest(message, status);
        };
    }

    private ModelException notFound(String message, String model, ErrorBody error) {
        if (error.param().equals("model")) {
            return new UnknownModel(message);
        }
        if (error.message().contains(model)) {
            return new UnknownModel(message).suspected(); // a router may lack one that takes this request
        }
        return error.param().startsWith("input") ? new InvalidRequest(message, 404) : noEndpoint(message);
    }

    private ModelException rateLimited(String message, ErrorBody error, LimitHeaders headers) {
        RateLimited.Cause cause = error.tellsOfRamp()
                ? RateLimited.Cause.SLOW_DOWN
                : error.tellsOfCapacity() ? RateLimited.Cause.NO_CAPACITY : RateLimited.Cause.RATE;
        return new RateLimited(message, cause, retryAfter(error, headers), headers.limits(clock));
    }

    /** The headers count more than the body, where both state a time. */
    private @Nullable Duration retryAfter(ErrorBody error, LimitHeaders headers) {
        Duration stated = headers.retryAfter(clock);
        return stated == null ? error.retryAfter().orElse(null) : stated;
    }

    private ModelException serverFailed(String message, int status, ErrorBody error, LimitHeaders headers) {
        if (status == 503 && error.tellsOfRate()) {
            return rateLimited(message, error, headers);
        }
        // a refusal that the provider names comes before the work; any other failure may come after it
        boolean turnedAway = error.isNamed() && (status < 500 || status == 503);
        var failed = new ServerFailed(
                message, status, turnedAway ? Charge.FREE : Charge.UNKNOWN, retryAfter(error, headers));
        return headers.forbidsRetry() ? failed.lasting() : failed;
    }

    /**
     * An error that was reported inside a reply with status 200.
     *
     * @param worked whether the provider may have done some of the work, which it would bill
     */
    ModelException inReply(String model, ErrorBody error, LimitHeaders headers, boolean worked) {
        return inReply(model, error, headers, worked, null);
    }

    /**
     * The same for an error that may come with its bill.
     *
     * @param billed what the provider says it bills; null if it did not say
     */
    ModelException inReply(
            String model, ErrorBody error, LimitHeaders headers, boolean worked, @Nullable Billed billed) {
        String message = message(model, "an error inside the reply", error, headers);
        if (error.tellsOfMalformedOutput()) {
            return new MalformedReply(message, null, billed);
        }
        if (error.tellsOfFilter()) {
            throw new ContentFiltered(message, model, billed);
        }
        if (!worked) {
            Optional<ModelException> named = beforeWork(message, model, error, headers);
            if (named.isPresent()) {
                return named.get();
            }
        }
        int status = error.tellsOfOverload() ? OVERLOADED : 200;
        var failed = new ServerFailed(message, status, Charge.UNKNOWN, retryAfter(error, headers), billed);
        return error.tellsOfRequest() || error.tellsOfLength() ? failed.lasting() : failed;
    }

    /** What the provider would have said with a status, had it known before it began to reply. */
    private Optional<ModelException> beforeWork(String message, String model, ErrorBody error, LimitHeaders headers) {
        if (error.statusInCode().isPresent()) {
            return Optional.of(byStatus(message, model, error.statusInCode().getAsInt(), error, headers));
        }
        if (error.tellsOfNoPath()) {
            return Optional.of(noEndpoint(message));
        }
        Optional<ModelException> named = named(message, model, error, 200);
        if (named.isPresent()) {
            return named;
        }
        if (error.tellsOfRate()) {
            return Optional.of(rateLimited(message, error, headers));
        }
        return error.tellsOfPolicy() || error.tellsOfRequest()
                ? Optional.of(new InvalidRequest(message, 200))
                : Optional.empty();
    }

    /**
     * A whole reply without an answer, which another attempt of the same request would not have either.
     *
     * @param billed what the provider says it bills; null if it did not say
     */
    ModelException unanswered(String model, String defect, LimitHeaders headers, @Nullable Billed billed) {
        return new ServerFailed(message(model, defect, ErrorBody.NONE, headers), 200, Charge.UNKNOWN, null, billed)
                .unreadable();
    }

    /** Something with status 200 that is no reply. */
    ModelException malformed(String model, String defect, LimitHeaders headers) {
        return malformed(model, defect, headers, null);
    }

    /**
     * The same for one that may come with its bill.
     *
     * @param billed what the provider says it bills; null if it did not say
     */
    ModelException malformed(String model, String defect, LimitHeaders headers, @Nullable Billed billed) {
        return new MalformedReply(message(model, defect, ErrorBody.NONE, headers), null, billed);
    }

    /** An exchange without a whole reply. */
    private ModelException lost(Throwable failure, String model, CallTrace trace) {
        Charge charge = trace.isSent() ? Charge.UNKNOWN : Charge.FREE;
        Throwable cause = redactor.clean(worded(root(failure)));
        String said = redactor.quote(model + ": " + describe(cause));
        String way = trace.proxy().isEmpty() ? baseUrl : baseUrl + " through the proxy " + trace.proxy();
        Optional<OneExchange.BadReply> bad = find(failure, OneExchange.BadReply.class);
        if (bad.isPresent()) {
            return new MalformedReply(redactor.quote(model + ": " + bad.get().getMessage()), cause);
        }
        if (find(failure, Gateway.NoHeaders.class).isPresent()) {
            return new ConnectionFailed("nothing was sent to %s, %s".formatted(baseUrl, said), charge, cause);
        }
        if (find(failure, ForwardProxy.Refused.class).isPresent()) {
            return new Unreachable("no way to %s: %s".formatted(way, said), cause);
        }
        if (find(failure, ForwardProxy.ForeignChallenge.class).isPresent()) {
            return new AuthFailed(said).suspected(); // as a firewall does, perhaps of one request
        }
        if (find(failure, InterruptedIOException.class).isPresent()) {
            return new TimedOut("%s gave no whole reply in time".formatted(model), charge);
        }
        if (!trace.isSent() && isUntrusted(failure)) {
            String hint = find(failure, CertPathBuilderException.class).isPresent() ? PRIVATE_AUTHORITY : "";
            return new Unreachable("no secure connection to %s: %s%s".formatted(way, said, hint), cause);
        }
        boolean noHttp =
                !trace.isAnswered() && find(failure, ProtocolException.class).isPresent();
        boolean noJson = find(failure, JacksonException.class).isPresent()
                && connectionLoss(failure).isEmpty();
        if (noHttp || noJson || find(failure, IOException.class).isEmpty()) {
            return new MalformedReply(
                    redactor.quote("the reply (%s) cannot be read, %s".formatted(trace.contentType(), said)), cause);
        }
        return new ConnectionFailed(
                "the connection to %s %s, %s".formatted(way, trace.isSent() ? "was lost" : "failed", said),
                charge,
                cause);
    }

    private static boolean isUntrusted(Throwable failure) {
        return find(failure, SSLException.class).isPresent()
                && connectionLoss(failure).isEmpty();
    }

    private static Optional<? extends Throwable> connectionLoss(Throwable failure) {
        return find(failure, SocketException.class)
                .<Throwable>map(loss -> loss)
                .or(() -> find(failure, EOFException.class))
                .or(() -> find(failure, ProtocolException.class));
    }

    /** The first of the chain that is not the SDK's own: its types are not shown to callers. */
    private static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof OpenAIException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof OpenAIException ? new IOException(String.valueOf(cause.getMessage())) : cause;
    }

    private static String describe(Throwable cause) {
        @Nullable String message = cause.getMessage();
        return switch (cause) {
            case UnknownHostException unknown -> "unknown host " + message;
            // of a text that is JSON and no reply, the binding says which class it wanted
            case DatabindException unbound ->
                unbound.getCause() instanceof JsonProcessingException json
                        ? JsonException.words(json.getOriginalMessage())
                        : "it is JSON of another shape";
            // without the places, which name classes
            case JsonProcessingException json -> JsonException.words(json.getOriginalMessage());
            case ProtocolException broken ->
                ENDED_EARLY.equals(message) ? ENDED_EARLY : "what came breaks the rules of HTTP";
            default ->
                message == null
                        ? "it broke"
                        : QUOTED_BYTES.matcher(message).find() ? "the compressed body is damaged" : message;
        };
    }

    /** The same with our words where a parser quotes what it had read half: the other half would not be known as a key. */
    private static Throwable worded(Throwable cause) {
        String words = describe(cause);
        if (!(cause instanceof IOException)
                || cause instanceof UnknownHostException
                || words.equals(cause.getMessage())) {
            return cause;
        }
        var worded = cause instanceof ProtocolException ? new ProtocolException(words) : new IOException(words);
        worded.setStackTrace(cause.getStackTrace());
        return worded;
    }

    private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
    }

    private String message(String model, String what, ErrorBody error, LimitHeaders headers) {
        String name = error.code().isEmpty() ? error.type() : error.code();
        String request = headers.first("x-request-id").orElse("");
        return redactor.quote(model + ": " + what + (name.isEmpty() ? "" : " (" + name + ")"))
                + (error.message().isEmpty() ? "" : ": " + redactor.quote(error.message()))
                + (request.isEmpty() ? "" : " [" + redactor.quote(request) + "]");
    }
}
