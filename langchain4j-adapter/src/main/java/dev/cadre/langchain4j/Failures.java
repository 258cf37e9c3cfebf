// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.RateLimits;
import dev.cadre.redact.Thrown;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** LangChain4j's exceptions in our words; what is not clearly free counts as billed. */
final class Failures {
    private static final int MAX_CHARS = 300;
    /** Not a status of HTTP, but of Anthropic. */
    private static final int OVERLOADED = 529;
    /** Providers repeat keys in their messages, and some take them in the address. */
    private static final Pattern SECRET = Pattern.compile("(?i)(\\bsk-|\\bBearer\\s+|\\bAIza|[?&]key=)[^\\s\"'&,;)]+");

    /** How the providers say that an input has more tokens than a model takes: OpenAI, Claude, Gemini, Ollama and others. */
    private static final Pattern TOO_LONG = Pattern.compile("(?i)context_length_exceeded|exceed_context_size"
            + "|maximum context length|max context length|(prompt|input) (is )?too long"
            + "|exceeds? the maximum number of tokens|exceeds? the (available |model's )?context"
            + "|exceeds? context (limit|length|window)");

    /** What may stand beside a key. */
    private static final Pattern KEY = Pattern.compile("(?i)key|token|bearer");

    /** How Gemini, DeepSeek and Claude say that their reasoning was not given back. */
    private static final Pattern LOST_REASONING =
            Pattern.compile("(?i)thought_?signature|reasoning_content|`?redacted_thinking`?");

    private final Exception failure;
    private final String message;
    private final String raw;
    private final ErrorBody error;

    private Failures(Exception failure) {
        this(failure, ErrorBody.in(Thrown.message(failure)));
    }

    private Failures(Exception failure, ErrorBody error) {
        this.failure = failure;
        this.raw = Thrown.message(failure);
        this.error = error;
        this.message = line(failure);
    }

    /** Whether a content filter stopped the call: its module of LangChain4j says so, or the provider. */
    static boolean areOfAFilter(Throwable failure) {
        return failure instanceof ContentFilteredException
                || (!(failure instanceof ModelException)
                        && ErrorBody.in(Thrown.message(failure)).tellsOfFilter());
    }

    static ModelException of(Exception failure) {
        return failure instanceof ModelException ours ? ours : new Failures(failure).mapped();
    }

    /**
     * The meaning of an error inside a reply whose status was a good one.
     *
     * @param isBegun whether the model had written something, which is billed
     * @param billed what the provider says it bills; null if it did not say
     */
    static RuntimeException inReply(ErrorBody error, boolean isBegun, ModelException.@Nullable Billed billed) {
        var failures = new Failures(new RuntimeException("an error inside the reply: " + error.said()), error);
        if (error.tellsOfFilter()) {
            return new ContentFilteredException(failures.message);
        }
        return isBegun ? failures.broken(billed) : failures.beforeWork().orElseGet(() -> failures.broken(billed));
    }

    private ModelException broken(ModelException.@Nullable Billed billed) {
        return new ModelException.ServerFailed(
                message, 200, Charge.UNKNOWN, error.retryAfter().orElse(null), billed);
    }

    /** What the provider would have said with a status, had it known before it began to reply. */
    private Optional<ModelException> beforeWork() {
        if (error.status().isPresent()) {
            return Optional.of(byStatus(error.status().getAsInt()));
        }
        if (error.isOfTheRate()) {
            return Optional.of(limited());
        }
        return error.provesWrongModel()
                ? Optional.of(notFound())
                : error.provesNoCredit() || error.provesWrongKey() ? Optional.of(invalid(400)) : Optional.empty();
    }

    private ModelException mapped() {
        if (error.tellsOfMalformedOutput()) {
            return new ModelException.MalformedReply(message, null);
        }
        if ((failure instanceof CompletionException || failure instanceof ExecutionException)
                && failure.getCause() instanceof Exception cause) {
            return of(cause);
        }
        return switch (failure) {
            case Exception streamed
            when status().isEmpty() && Members.call(streamed, "type") instanceof String type -> ofType(type);
            case RateLimitException limited -> limited();
            case TimeoutException late -> new ModelException.TimedOut(message, Charge.UNKNOWN);
            case java.util.concurrent.TimeoutException late -> new ModelException.TimedOut(message, Charge.UNKNOWN);
            case InternalServerException server -> server(status().orElse(500));
            case AuthenticationException refused -> refused(status().orElse(401));
            case ModelNotFoundException unknown -> notFound();
            case UnresolvedModelServerException nowhere -> new ModelException.Unreachable(message, null);
            case InvalidRequestException invalid -> invalid(status().orElse(400));
            case UnsupportedFeatureException unsupported -> new ModelException.InvalidRequest(message, 0);
            case HttpException http -> byStatus(http.statusCode());
            case NonRetriableException refused -> new ModelException.InvalidRequest(message, status().orElse(0));
            default -> other();
        };
    }

    /** Of an error that came inside a stream: Claude's types, whose status is that of the stream. */
    private ModelException ofType(String type) {
        return switch (type) {
            case "rate_limit_error" -> limited();
            case "overloaded_error" -> server(OVERLOADED);
            case "invalid_request_error" -> invalid(400);
            case "request_too_large" -> invalid(413);
            case "authentication_error", "permission_error" -> refused(401);
            case "billing_error" -> new ModelException.QuotaExhausted(message);
            case "not_found_error" -> new ModelException.UnknownModel(message);
            default -> server(500);
        };
    }

    private ModelException limited() {
        return error.provesNoCredit() || error.isOfTheDay()
                ? new ModelException.QuotaExhausted(message)
                : new ModelException.RateLimited(message, error.retryAfter().orElse(null), RateLimits.UNKNOWN);
    }

    private ModelException server(int status) {
        // one that is overloaded turns away; one that broke, or a gateway that gave up, may have worked before
        boolean turnedAway = status < 500 || status == 503 || status == OVERLOADED;
        return new ModelException.ServerFailed(
                message,
                status,
                turnedAway ? Charge.FREE : Charge.UNKNOWN,
                error.retryAfter().orElse(null));
    }

    /**
     * A key is refused where an error of the provider says so, or the status that says nothing else; a firewall and a
     * moderation refuse single requests with 403.
     */
    private ModelException refused(int status) {
        if (status == 401 || error.provesWrongKey()) {
            return new ModelException.AuthFailed("the provider refused the key");
        }
        String said = raw.isBlank() || KEY.matcher(message).find() ? "" : ": " + message;
        return new ModelException.AuthFailed("the key or this request was refused with status " + status + said)
                .suspected();
    }

    /** A router that has no model for one request, and a wrong address, say the same without the provider's name for it. */
    private ModelException notFound() {
        var unknown = new ModelException.UnknownModel(message);
        return error.provesWrongModel() ? unknown : unknown.suspected();
    }

    private ModelException invalid(int status) {
        if (status == 413 || TOO_LONG.matcher(raw).find()) {
            return new ModelException.ContextTooLong(message);
        }
        if (error.provesNoCredit()) {
            return new ModelException.QuotaExhausted(message);
        }
        if (error.provesWrongKey()) {
            return refused(status);
        }
        if (status == 402) {
            return new ModelException.QuotaExhausted(message).suspected(); // perhaps this request costs too much
        }
        return LOST_REASONING.matcher(raw).find()
                ? new ModelException.InvalidRequest(
                        "returnThinking(true) and sendThinking(true) are missing on the LangChain4j model, it seems: "
                                + message,
                        status)
                : new ModelException.InvalidRequest(message, status);
    }

    private ModelException byStatus(int status) {
        return switch (status) {
            case 401, 403 -> refused(status);
            case 404 -> notFound();
            case 408, 409 -> server(status);
            case 429 -> limited();
            default -> status >= 500 ? server(status) : invalid(status);
        };
    }

    private ModelException other() {
        if (Thrown.first(ConnectException.class, failure).isPresent()
                || Thrown.first(UnknownHostException.class, failure).isPresent()) {
            return new ModelException.ConnectionFailed(message, Charge.FREE, failure);
        }
        if (Thrown.first(IOException.class, failure)
                .filter(lost -> !isOfJackson(lost))
                .isPresent()) {
            return new ModelException.ConnectionFailed(message, Charge.UNKNOWN, failure);
        }
        // an event of a stream that LangChain4j throws as it came
        return error.isPresent()
                ? beforeWork().orElseGet(() -> broken(null))
                : new ModelException.MalformedReply(message, failure);
    }

    /** A reply that came, and that LangChain4j could not read. */
    private static boolean isOfJackson(IOException failure) {
        return failure.getClass().getName().startsWith("com.fasterxml.jackson.");
    }

    private Optional<Integer> status() {
        return Thrown.first(HttpException.class, failure).map(HttpException::statusCode);
    }

    private static String line(Exception failure) {
        String text = Thrown.message(failure).isEmpty() ? failure.getClass().getName() : Thrown.message(failure);
        String line = SECRET.matcher(text)
                .replaceAll("$1***")
                .replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ")
                .strip();
        return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS) + "…";
    }
}
