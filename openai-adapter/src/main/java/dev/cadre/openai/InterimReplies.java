// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.internal.connection.Exchange;
import okhttp3.internal.http.RealInterceptorChain;

/**
 * Reads past interim replies, by which a server says that it is still at work: HTTP allows any number of them. OkHttp 4
 * reads past one and takes the second for the reply, whose body it then cannot open.
 */
final class InterimReplies implements Interceptor {
    private static final int MOST = 1_000;
    private static final int SWITCHING_PROTOCOLS = 101;

    @Override
    public Response intercept(Chain chain) throws IOException {
        try {
            return chain.proceed(chain.request());
        } catch (IllegalStateException unforeseen) {
            try {
                return behind(chain);
            } catch (IllegalStateException | LinkageError otherwise) { // another reason, or another OkHttp
                unforeseen.addSuppressed(otherwise);
                throw unforeseen;
            }
        }
    }

    /** The reply behind interim ones, of which two have been read. */
    private static Response behind(Chain chain) throws IOException {
        if (!(chain instanceof RealInterceptorChain real) || real.getExchange$okhttp() == null) {
            throw new IllegalStateException("a call without an exchange");
        }
        Exchange exchange = real.getExchange$okhttp();
        Request request = chain.request();
        long sent = System.currentTimeMillis();
        for (int read = 0; read < MOST; read++) {
            Response.Builder head = exchange.readResponseHeaders(false);
            if (head == null) {
                break;
            }
            Response response = head.request(request)
                    .handshake(exchange.getConnection$okhttp().handshake())
                    .sentRequestAtMillis(sent)
                    .receivedResponseAtMillis(System.currentTimeMillis())
                    .build();
            if (response.code() >= 200 || response.code() == SWITCHING_PROTOCOLS) {
                exchange.responseHeadersEnd(response);
                return ended(
                        exchange,
                        response.newBuilder()
                                .body(exchange.openResponseBody(response))
                                .build());
            }
        }
        throw new OneExchange.BadReply("the server sent more than %d interim replies".formatted(MOST), null);
    }

    private static Response ended(Exchange exchange, Response response) {
        if ("close".equalsIgnoreCase(response.header("Connection"))
                || "close".equalsIgnoreCase(response.request().header("Connection"))) {
            exchange.noNewExchangesOnConnection();
        }
        return response;
    }
}
