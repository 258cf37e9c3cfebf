// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.RateLimits;
import dev.cadre.redact.Thrown;
import dev.langchain4j.exception.AuthenticationException;
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
import java.util.regex.Pattern;

/** LangChain4j's exceptions in our words; what is not clearly free counts as billed. */
final class Failures {
    private static final int MAX_CHARS = 300;
    /** Not a status of HTTP, but of Anthropic. */
    private static final int OVERLOADED = 529;
    /** Providers repeat keys in their messages, and some take them in the address. */
    private static final Pattern SECRET = Pattern.compile("(?i)(\\bsk-|\\bBearer\\s+|\\bAIza|[?&]key=)[^\\s\"'&,;)]+");

    private final Exception failure;
    private final String message;
    private final String raw;

    private Failures(Exception failure) {
        this.failure = failure;
        this.raw = Thrown.message(failure);
        this.message = line(failure);
    }

    static ModelException of(Exception failure) {
        return failure instanceof ModelException ours ? ours : new Failures(failure).mapped();
    }

    private ModelException mapped() {
        return switch (failure) {
            case RateLimitException limited -> limited();
            case TimeoutException late -> new ModelException.TimedOut(message, Charge.UNKNOWN);
            case InternalServerException server -> server(status().orElse(500));
            case AuthenticationException refused -> new ModelException.AuthFailed("the provider refused the key");
            case ModelNotFoundException unknown -> new ModelException.UnknownModel(message);
            case UnresolvedModelServerException nowhere -> new ModelException.Unreachable(message, null);
            case InvalidRequestException invalid -> invalid(status().orElse(400));
            case UnsupportedFeatureException unsupported -> new ModelException.InvalidRequest(message, 0);
            case HttpException http -> byStatus(http.statusCode());
            case NonRetriableException refused -> new ModelException.InvalidRequest(message, status().orElse(0));
            default -> other();
        };
    }

    private ModelException limited() {
        return raw.contains("insufficient_quota")
                ? new ModelException.QuotaExhausted(message)
                : new ModelException.RateLimited(message, null, RateLimits.UNKNOWN);
    }

    private ModelException server(int status) {
        // one that is overloaded turns away; one that broke, or a gateway that gave up, may have worked before
        boolean turnedAway = status < 500 || status == 503 || status == OVERLOADED;
        return new ModelException.ServerFailed(message, status, turnedAway ? Charge.FREE : Charge.UNKNOWN, null);
    }

    private ModelException invalid(int status) {
        return raw.contains("context_length_exceeded")
                ? new ModelException.ContextTooLong(message)
                : new ModelException.InvalidRequest(message, status);
    }

    private ModelException byStatus(int status) {
        return switch (status) {
            case 401, 403 -> new ModelException.AuthFailed("the provider refused the key");
            case 404 -> new ModelException.UnknownModel(message);
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
        if (Thrown.first(IOException.class, failure).isPresent()) {
            return new ModelException.ConnectionFailed(message, Charge.UNKNOWN, failure);
        }
        return new ModelException.MalformedReply(message, failure);
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
