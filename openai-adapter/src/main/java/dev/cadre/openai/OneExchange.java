// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.io.IOException;
import java.time.Duration;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;

/**
 * Makes a call one exchange with an end: its request is never sent twice, its reply never read beyond a limit.
 *
 * <p>The limits count what is read, which is more than what is sent if the reply is compressed.
 *
 * <p>A request of which no byte was written, because its connection turned out to be closed, goes over another one.
 *
 * <p>A refusal is one by its status: its body ends where it is cut, or where it has taken too long.
 *
 * <p>OkHttp repeats some requests on its own (a 503 with {@code Retry-After: 0}, a 421), which could be paid twice; it
 * does not repeat a body that can be written only once.
 */
record OneExchange(long maxReplyBytes, long maxFileBytes, Duration refusalWait) implements Interceptor {
    private static final String FILE = "/content";
    private static final String RETRY_AFTER = "Retry-After";
    private static final long UNKNOWN_LENGTH = -1;

    /** The part of a refusal that is looked at for the names of parameters, and for a bill. */
    private static final long REFUSAL_BYTES = 16 * 1024;

    /** A reply that nobody may send. */
    static class BadReply extends IOException {
        private static final long serialVersionUID = 1L;

        BadReply(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** A reply that is longer than anyone may send. */
    static final class ReplyTooLong extends BadReply {
        private static final long serialVersionUID = 1L;

        ReplyTooLong(long maxBytes) {
            super("the reply is longer than " + maxBytes + " bytes", null);
        }
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request();
        RequestBody body = request.body();
        Response response = proceed(
                chain,
                body == null
                        ? request
                        : request.newBuilder()
                                .method(request.method(), new OnceBody(body))
                                .build());
        ResponseBody reply = response.body();
        if (reply == null) {
            return response;
        }
        if (reply.contentLength() < UNKNOWN_LENGTH) {
            chain.call().cancel(); // else the connection stays open: OkHttp cannot close such a body
            throw new BadReply("the reply has a length of %d bytes".formatted(reply.contentLength()), null);
        }
        CallTrace.reads(reply.source().timeout());
        boolean refuses = !response.isSuccessful();
        if (refuses) {
            CallTrace.endWithin(refusalWait);
        }
        Source limits = new LimitedSource(reply, maxBytes(response));
        var limited = Okio.buffer(refuses ? new CutSource(limits) : limits);
        Response bounded = response.newBuilder()
                .body(ResponseBody.create(limited, reply.contentType(), reply.contentLength()))
                .build();
        String page = HtmlPage.in(bounded);
        if (!page.isEmpty() && bounded.isSuccessful()) {
            bounded.close();
            throw new BadReply(page, null);
        }
        CallTrace.cameAsPage(page);
        if (bounded.code() >= 400) {
            CallTrace.refused(
                    Refusal.of(bounded.code(), bounded.peekBody(REFUSAL_BYTES).string()));
        }
        return bounded;
    }

    /** OkHttp does not foresee everything that a server may say: after a second interim reply its own state is wrong. */
    private static Response proceed(Chain chain, Request request) throws IOException {
        while (true) {
            try {
                return chain.proceed(request);
            } catch (ReusedConnections.ClosedBeforeUse unsent) {
                // that connection is gone now, and a new one cannot fail so
            } catch (IllegalStateException | IllegalArgumentException unforeseen) {
                throw new BadReply("the reply is no HTTP", unforeseen);
            }
        }
    }

    /** A network interceptor: of a request without a body, OkHttp takes a 503 with this header as an order to repeat it. */
    static Response withoutOrderToRepeat(Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        boolean orders = chain.request().body() == null
                && response.code() == 503
                && String.valueOf(response.header(RETRY_AFTER)).matches("0+");
        return orders ? response.newBuilder().removeHeader(RETRY_AFTER).build() : response;
    }

    private long maxBytes(Response response) {
        boolean isFile = response.isSuccessful()
                && response.request().url().encodedPath().endsWith(FILE);
        return isFile ? maxFileBytes : maxReplyBytes;
    }

    private static final class OnceBody extends RequestBody {
        private final RequestBody body;

        OnceBody(RequestBody body) {
            this.body = body;
        }

        @Override
        public MediaType contentType() {
            return body.contentType();
        }

        @Override
        public long contentLength() throws IOException {
            return body.contentLength();
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            body.writeTo(sink);
        }
    }

    /** The body of a refusal, which says less than its status: what breaks it is its end. */
    private static final class CutSource extends ForwardingSource {
        CutSource(Source body) {
            super(body);
        }

        @Override
        public long read(Buffer sink, long byteCount) throws IOException {
            try {
                return super.read(sink, byteCount);
            } catch (IOException cut) {
                if (Thread.currentThread().isInterrupted()) {
                    throw cut;
                }
                return -1;
            }
        }
    }

    private static final class LimitedSource extends ForwardingSource {
        private final long maxBytes;
        private long bytes;

        LimitedSource(ResponseBody reply, long maxBytes) {
            super(reply.source());
            this.maxBytes = maxBytes;
        }

        @Override
        public long read(Buffer sink, long byteCount) throws IOException {
            if (bytes == maxBytes) {
                if (super.read(new Buffer(), 1) < 0) {
                    return -1;
                }
                throw new ReplyTooLong(maxBytes);
            }
            long read = super.read(sink, Math.min(byteCount, maxBytes - bytes));
            if (read > 0) {
                bytes += read;
                CallTrace.bodyWentOn();
            }
            return read;
        }
    }
}
