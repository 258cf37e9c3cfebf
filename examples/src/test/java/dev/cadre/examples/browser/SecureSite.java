// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A site over TLS, with a certificate that nobody has signed, which says that it is elsewhere, too. */
final class SecureSite implements AutoCloseable {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final String ARGUMENTS =
            "-genkeypair -alias server -keyalg EC -dname CN=127.0.0.1 -ext san=ip:127.0.0.1"
                    + " -storetype PKCS12 -storepass changeit";
    private static final String PAGE = "<title>Secure</title><script>setInterval(() => fetch('/again'), 200)</script>";

    private final HttpsServer server;
    private final String keyDigest;

    private SecureSite(HttpsServer server, String keyDigest) {
        this.server = server;
        this.keyDigest = keyDigest;
    }

    /**
     * Starts a site, with the key of the folder; makes one if there is none, which takes a second.
     *
     * @param elsewhere the header {@code Alt-Svc} of every answer
     */
    static SecureSite start(Path folder, String elsewhere)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path file = folder.resolve("key.p12");
        if (Files.notExists(file)) {
            generate(file);
        }
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                byte[] page = PAGE.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/html");
                exchange.getResponseHeaders().set("Alt-Svc", elsewhere);
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
            }
        });
        server.start();
        byte[] key = store.getCertificate("server").getPublicKey().getEncoded();
        return new SecureSite(
                server,
                Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(key)));
    }

    private static void generate(Path file) throws IOException, InterruptedException {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> command = Stream.concat(
                        Stream.of(keytool, "-keystore", file.toString()), Stream.of(ARGUMENTS.split(" ")))
                .toList();
        int failed = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (failed != 0) {
            throw new IOException("keytool made no certificate");
        }
    }

    URI address() {
        return URI.create("https://127.0.0.1:%d/".formatted(server.getAddress().getPort()));
    }

    /** What tells a browser to trust the certificate. */
    String keyDigest() {
        return keyDigest;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
