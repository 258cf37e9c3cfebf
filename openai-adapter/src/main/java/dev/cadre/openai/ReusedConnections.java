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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
 * behind a stream, or behind each reply, or after a number of requests, without announcing it: after a loss, or a close
 * within a second, connections are not reused behind such a reply for an hour. As long as no connection has carried so
 * many requests, one call at a time tries, and the others take new connections: of many at once, one is lost.
 */
final class ReusedConnections implements Interceptor {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long AVOIDED = TimeUnit.HOURS.toNanos(1);
    private static final int PEEK_MILLIS = 1;
    private static final int END = -1;

    /** A server that takes so many requests on one connection does not close it unannounced. */
    private static final int MANY = 16;

    private final Map<Connection, ConnectionUse> uses = Collections.synchronizedMap(new WeakHashMap<>());
    private final Reuse behindStreams = new Reuse();
    private final Reuse behindReplies = new Reuse();

    /** The connection was closed before anything was written to it: the request may go over another one. */
    static final class ClosedBeforeUse extends IOException {
        private static final long serialVersionUID = 1L;

        ClosedBeforeUse() {
            super("the server closed the connection before it was used again");
        }
    }

    /** What is known of requests that follow one kind of reply on its connection. Safe for use by many threads. */
    private static final class Reuse {
        private final AtomicLong avoidedUntil = new AtomicLong(System.nanoTime());
        private final AtomicInteger carried = new AtomicInteger(1);
        private final AtomicBoolean tried = new AtomicBoolean();

        boolean isAvoided(long now) {
            return avoidedUntil.get() - now > 0;
        }

        void avoid() {
            avoidedUntil.set(System.nanoTime() + AVOIDED);
            carried.set(1);
        }

        boolean isKnown(int number) {
            return number <= carried.get() || carried.get() >= MANY;
        }

        /** Begins the one trial at a time; false if another goes on, or has just been lost. */
        boolean begin() {
            if (!tried.compareAndSet(false, true)) {
                return false;
            }
            boolean isLost = isAvoided(System.nanoTime());
            tried.set(!isLost);
            return !isLost;
        }

        void end() {
            tried.set(false);
        }

        void carried(int number) {
            carried.accumulateAndGet(number, Math::max);
        }
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Connection connection = chain.connection();
        if (connection == null) { // of a cache, which no client here has
            return chain.proceed(chain.request());
        }
        ConnectionUse last = uses.remove(connection);
        if (last == null) {
            return used(chain, connection, 1);
        }
        Reuse reuse = reuse(last);
        requireOpen(connection, last);
        int number = last.number() + 1;
        boolean isTrial = !reuse.isKnown(number);
        if (isTrial && !reuse.begin()) {
            throw new ClosedBeforeUse();
        }
        try {
            return again(chain, connection, reuse, number);
        } finally {
            if (isTrial) {
                reuse.end();
            }
        }
    }

    private Response again(Chain chain, Connection connection, Reuse reuse, int number) throws IOException {
        Response response;
        try {
            response = used(chain, connection, number);
        } catch (IOException lost) {
            if (!(lost instanceof InterruptedIOException) && !chain.call().isCanceled()) {
                reuse.avoid();
            }
            throw lost;
        }
        if (CallTrace.isAnsweredUnasked()) {
            reuse.avoid();
            chain.call().cancel(); // else it may be used again, one reply behind for ever
            throw new OneExchange.BadReply("the server had answered before it was asked", null);
        }
        reuse.carried(number);
        return response;
    }

    private Response used(Chain chain, Connection connection, int number) throws IOException {
        Response response = chain.proceed(chain.request());
        var use = ConnectionUse.of(response, number);
        uses.put(connection, use);
        CallTrace.use(use);
        return response;
    }

    private void requireOpen(Connection connection, ConnectionUse last) throws ClosedBeforeUse {
        long now = System.nanoTime();
        long idle = last.idleNanos(now);
        if (idle >= last.longestIdleNanos() || reuse(last).isAvoided(now)) {
            throw new ClosedBeforeUse();
        }
        if (isClosed(connection.socket())) {
            if (idle < SECOND) {
                reuse(last).avoid();
            }
            throw new ClosedBeforeUse();
        }
    }

    private Reuse reuse(ConnectionUse last) {
        return last.isStream() ? behindStreams : behindReplies;
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
