// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One connection, as bare HTTP/1.1: the JDK's server hides the socket, and with it resets, half headers and the moment
 * at which a client hangs up.
 */
final class LoopbackHttp {
    private static final int MAX_LINE_BYTES = 64 * 1024;
    private static final int MAX_BODY_BYTES = 256 * 1024 * 1024;

    /** A request as it came; header names are in lower case. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Message(String line, Map<String, String> headers, byte[] body) {
        private static final Pattern LINE = Pattern.compile("([A-Z]+) (\\S+) HTTP/1\\.[01]");

        String method() {
            return part(1);
        }

        /** The path with its query. */
        String path() {
            return part(2);
        }

        private String part(int group) {
            var parts = LINE.matcher(line);
            return parts.matches() ? parts.group(group) : "";
        }

        boolean isUpload() {
            return headers.getOrDefault("content-type", "").startsWith("multipart/");
        }

        /** The body as text; an upload has none. */
        String text() {
            return isUpload() ? "" : new String(body, StandardCharsets.UTF_8);
        }
    }

    private final Socket socket;
    private final InputStream in;

    LoopbackHttp(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Waits for the next request; throws when the client has hung up instead, or does not speak HTTP. */
    Message read() throws IOException {
        in.mark(1);
        int first = in.read();
        if (first >= 0 && !Character.isUpperCase(first)) {
            send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            throw new IOException("not HTTP"); // a TLS handshake, as a rule
        }
        in.reset();
        String line = line();
        var headers = new LinkedHashMap<String, String>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            if (colon < 0) {
                throw new IOException("a header without a colon");
            }
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        boolean isChunked = headers.getOrDefault("transfer-encoding", "").equals("chunked");
        byte[] body = isChunked ? chunks() : body(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Message(line, headers, body);
    }

    private byte[] body(int length) throws IOException {
        if (length > MAX_BODY_BYTES) {
            throw new IOException("a body of " + length + " bytes");
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the client hung up within a body");
        }
        return body;
    }

    private byte[] chunks() throws IOException {
        var body = new ByteArrayOutputStream();
        for (int length = chunkLength(); length > 0; length = chunkLength()) {
            body.write(body(length));
            line();
            if (body.size() > MAX_BODY_BYTES) {
                throw new IOException("a body of more than %d bytes".formatted(MAX_BODY_BYTES));
            }
        }
        line();
        return body.toByteArray();
    }

    private int chunkLength() throws IOException {
        return Integer.parseInt(line().strip(), 16);
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > MAX_LINE_BYTES) {
                throw new EOFException("the client hung up");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends one chunk of a body without a length; an empty one ends it. */
    void sendChunk(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] size = (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] chunk = new byte[size.length + bytes.length + 2];
        System.arraycopy(size, 0, chunk, 0, size.length);
        System.arraycopy(bytes, 0, chunk, size.length, bytes.length);
        chunk[chunk.length - 2] = '\r';
        chunk[chunk.length - 1] = '\n';
        send(chunk);
    }

    void close() throws IOException {
        socket.close();
    }

    /** Closes the connection in a way that the client sees as a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
