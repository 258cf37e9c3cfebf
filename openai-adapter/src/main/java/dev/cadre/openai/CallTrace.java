// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ModelReply;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Response;
import okio.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * How far the exchange of one call went, which tells what is known about its money.
 *
 * <p>Used by the calling thread alone: blocking exchanges report their progress there.
 */
final class CallTrace extends EventListener {
    /** More than the headers of a connection and of a reply, of which OkHttp reads 256 KiB. */
    static final int MAX_BYTES_WITHOUT_BODY = 1 << 20;

    private static final ThreadLocal<@Nullable CallTrace> CURRENT = new ThreadLocal<>();

    private final String model;
    private int bytesWithoutBody;
    private boolean readSinceSent;
    private boolean sent;
    private boolean answered;
    private String contentType = "no content type";
    private @Nullable ConnectionUse use;
    private Refusal refusal = Refusal.NONE;
    private Supplier<OwnWords> ownWords = () -> OwnWords.NONE;
    private Timeout waiting = Timeout.NONE;
    private String page = "";
    private String proxy = "";
    private final List<String> secrets = new ArrayList<>();

    /** Makes a new trace the one that hears of exchanges begun by this thread, until {@link #end()}. */
    static CallTrace begin(String model) {
        var trace = new CallTrace(model);
        CURRENT.set(trace);
        return trace;
    }

    private CallTrace(String model) {
        this.model = model;
    }

    /** The model that the exchange of this thread asks; empty if there is no such exchange. */
    static String model() {
        CallTrace current = CURRENT.get();
        return current == null ? "" : current.model;
    }

    /** An exchange with the SDK, which may throw whatever it likes. */
    @FunctionalInterface
    interface Traced<T> {
        T run() throws Exception;
    }

    /** Makes an exchange on this thread, which must be virtual: only then an interrupt closes the connection. */
    static <T> T explained(Failures failures, String model, Traced<T> exchange) throws InterruptedException {
        try {
            return traced(failures, model, exchange);
        } catch (ContentFiltered filtered) {
            throw filtered.refusal();
        }
    }

    /** The same for a reply of a model: an error that a content filter caused is one. */
    static ModelReply replied(Failures failures, String model, Traced<ModelReply> exchange)
            throws InterruptedException {
        try {
            return traced(failures, model, exchange);
        } catch (ContentFiltered filtered) {
            return filtered.reply();
        }
    }

    private static <T> T traced(Failures failures, String model, Traced<T> exchange) throws InterruptedException {
        CallTrace trace = begin(model);
        try {
            return exchange.run();
        } catch (Throwable failure) { // checked exceptions come undeclared from the SDK
            throw failures.explain(failure, model, trace);
        } finally {
            trace.end();
        }
    }

    void end() {
        CURRENT.remove();
    }

    /** Hears of a secret that the exchange of this thread shows. */
    static void hides(String secret) {
        CallTrace current = CURRENT.get();
        if (current != null) {
            current.secrets.add(secret);
        }
    }

    /** The secrets that the exchange of this thread has shown. */
    static List<String> hidden() {
        CallTrace current = CURRENT.get();
        return current == null ? List.of() : List.copyOf(current.secrets);
    }

    static EventListener of(Call call) {
        CallTrace current = CURRENT.get();
        return current == null ? EventListener.NONE : current;
    }

    /**
     * Counts bytes that this thread has read from a connection.
     *
     * @throws OneExchange.BadReply if there are too many since the body went on
     */
    static void count(int bytes) throws OneExchange.BadReply {
        CallTrace current = CURRENT.get();
        if (current != null) {
            current.readSinceSent |= bytes > 0;
            current.bytesWithoutBody += bytes;
            if (current.bytesWithoutBody > MAX_BYTES_WITHOUT_BODY) {
                throw new OneExchange.BadReply(MAX_BYTES_WITHOUT_BODY + " bytes came without one of a body", null);
            }
        }
    }

    /** Whether nothing was read since this thread sent its request: a reply to it was there before. */
    static boolean isAnsweredUnasked() {
        CallTrace current = CURRENT.get();
        return current != null && !current.readSinceSent;
    }

    /** Begins the count anew: bytes of the body, decompressed, have come. */
    static void bodyWentOn() {
        CallTrace current = CURRENT.get();
        if (current != null) {
            current.bytesWithoutBody = 0;
        }
    }

    /** The use of a connection by the exchange of this thread, which ends when the connection is released. */
    static void use(ConnectionUse use) {
        CallTrace current = CURRENT.get();
        if (current != null) {
            current.use = use;
        }
    }

    /** Hears of the words of the request that this thread's exchange sends. */
    static void asks(Supplier<OwnWords> words) {
        CallTrace current = CURRENT.get();
        if (current != null) {
            current.ownWords = words;
        }
    }

    /** The words of the request that this thread's exchange has sent. */
    static OwnWords ownWords() {
        CallTrace current = CURRENT.get();
        if (current == null) {
            return OwnWords.NONE;
        }
        OwnWords words = current.ownWords.get();
        current.ownWords = () -> words;
        return words;
    }

    /** Keeps what bounds the reading of the reply of this thread's exchange. */
    static void reads(Timeout waiting) {
        CallTrace current = CURRENT.get();
        if (current != null) {
            current.waiting = waiting;
        }
    }

    /** Lets the reply of this thread's exchange take so much longer and no more; zero for as long as the call may take. */
    static void endWithin(Duration rest) {
        CallTrace current = CURRENT.get();
        if (current != null) {
            if (rest.isZero()) {
                current.waiting.clearDeadline();
            } else {
                current.waiting.deadline(rest.toNanos(), TimeUnit.NANOSECONDS);
            }
        }
    }

    /** Keeps what the exchange of this thread was refused with. */
    static void refused(Refusal refusal) {
        CallTrace current = CURRENT.get();
        if (current != null) {
            current.refusal = refusal;
        }
    }

    /** What the exchange of this thread was refused with. */
    static Refusal refusal() {
        CallTrace current = CURRENT.get();
        return current == null ? Refusal.NONE : current.refusal;
    }

    /** Keeps what is to be said of a page that came with another status than success; an empty text if none did. */
    static void cameAsPage(String page) {
        CallTrace current = CURRENT.get();
        if (current != null) {
            current.page = page;
        }
    }

    /** What is to be said of the page that the exchange of this thread was refused with; an empty text if it was none. */
    static String page() {
        CallTrace current = CURRENT.get();
        return current == null ? "" : current.page;
    }

    /** Whether the provider may have seen any of the request. */
    boolean isSent() {
        return sent;
    }

    /** Whether the headers of a reply have come. */
    boolean isAnswered() {
        return answered;
    }

    /** The proxy that a connection of this exchange was to go through, without its credentials; empty if there is none. */
    String proxy() {
        return proxy;
    }

    /** The type that the reply claims to have. */
    String contentType() {
        return contentType;
    }

    @Override
    public void proxySelectEnd(Call call, HttpUrl url, List<Proxy> proxies) {
        proxy = proxies.stream()
                .filter(each -> each.address() instanceof InetSocketAddress)
                .map(each -> (InetSocketAddress) each.address())
                .map(address -> address.getHostString() + ":" + address.getPort())
                .findFirst()
                .orElse("");
    }

    @Override
    public void requestHeadersStart(Call call) {
        sent = true;
        readSinceSent = false;
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        answered = true;
        contentType = response.header("Content-Type", contentType);
    }

    @Override
    public void connectionReleased(Call call, Connection connection) {
        if (use != null) {
            use.end(System.nanoTime());
        }
    }
}
