// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Makes sockets that count what is read from them: OkHttp holds the whole line that begins a chunk, and the whole header of
 * a compressed body, whatever their length, below where a body is counted.
 *
 * <p>Of HTTP/1.1, TLS included, the thread that reads from the socket is that of the exchange.
 */
final class CountedSockets extends SocketFactory {
    @Override
    public Socket createSocket() {
        return new CountedSocket();
    }

    private static final class CountedSocket extends Socket {
        @Override
        public InputStream getInputStream() throws IOException {
            return new CountedStream(super.getInputStream());
        }
    }

    private static final class CountedStream extends FilterInputStream {
        CountedStream(InputStream stream) {
            super(stream);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            CallTrace.count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            CallTrace.count(Math.max(read, 0));
            return read;
        }
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw connectsByItself();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw connectsByItself();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw connectsByItself();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
        throw connectsByItself();
    }

    private static UnsupportedOperationException connectsByItself() {
        return new UnsupportedOperationException("OkHttp connects its sockets by itself");
    }
}
