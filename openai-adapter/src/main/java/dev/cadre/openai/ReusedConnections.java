// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Keeps requests off connections that the server has closed, where they would be lost unread and yet booked at their
 * worst case. Runs between the choice of a connection and the first byte of the request.
 *
 * <p>OkHttp looks at a connection only after ten idle seconds, and knows nothing of {@code Keep-Alive: timeout=N}. Here
 * each reuse costs a millisecond, in which a close that is on its way may arrive. Some servers close every connection
 * behind a stream, or behind each reply, without announcing it: after a loss, or a close within a second, connections
 * are not reused behind such a reply for an hour.
 */
final class ReusedConnections implements Interceptor {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long AVOIDED = TimeUnit.HOURS.toNanos(1);
    private static final int PEEK_MILLIS = 1;
    private static final int END = -1;

    private final Map<Connection, ConnectionUse> uses = Collections.synchronizedMap(new WeakHashMap<>());
    private final AtomicLong streamsAvoidedUntil = new AtomicLong(System.nanoTime());
    private final AtomicLong repliesAvoidedUntil = new AtomicLong(System.nanoTime());

    /** The connection was closed before anything was written to it: the request may go over another one. */
    static final class ClosedBeforeUse extends IOException {
        private static final long serialVersionUID = 1L;

        ClosedBeforeUse() {
            super("the server closed the connection before it was used again");
        }
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Connection connection = chain.connection();
        if (connection == null) { // of a cache, which no client here has
            return chain.proceed(chain.request());
        }
        ConnectionUse last = uses.remove(connection);
        if (last != null) {
            requireOpen(connection, last);
        }
        Response response;
        try {
            response = chain.proceed(chain.request());
        } catch (IOException lost) {
            if (last != null
                    && !(lost instanceof InterruptedIOException)
                    && !chain.call().isCanceled()) {
                avoid(last);
            }
            throw lost;
        }
        if (last != null && CallTrace.isAnsweredUnasked()) {
            avoid(last);
            chain.call().cancel(); // else it may be used again, one reply behind for ever
            throw new OneExchange.BadReply("the server had answered before it was asked", null);
        }
        var use = ConnectionUse.of(response);
        uses.put(connection, use);
        CallTrace.use(use);
        return response;
    }

    private void requireOpen(Connection connection, ConnectionUse last) throws ClosedBeforeUse {
        long now = System.nanoTime();
        long idle = last.idleNanos(now);
        if (idle >= last.longestIdleNanos() || avoidedUntil(last).get() - now > 0) {
            throw new ClosedBeforeUse();
        }
        if (isClosed(connection.socket())) {
            if (idle < SECOND) {
                avoid(last);
            }
            throw new ClosedBeforeUse();
        }
    }

    private void avoid(ConnectionUse last) {
        avoidedUntil(last).set(System.nanoTime() + AVOIDED);
    }

    private AtomicLong avoidedUntil(ConnectionUse last) {
        return last.isStream() ? streamsAvoidedUntil : repliesAvoidedUntil;
    }

    /**
     * An idle connection on which anything comes, an end or bytes that nobody asked for, is of no use. Bytes that came
     * together with the last reply are not seen here but when they are taken for the next one.
     */
    private static boolean isClosed(Socket socket) {
        try {
            int usual = socket.getSoTimeout();
            socket.setSoTimeout(PEEK_MILLIS);
            try {
                int unexpected = socket.getInputStream().read();
                return unexpected >= END;
            } finally {
                socket.setSoTimeout(usual);
            }
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException broken) {
            return true;
        }
    }
}
