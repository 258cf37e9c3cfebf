// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Whose certificates this client believes, and what it shows of its own.
 *
 * @param context makes the connections
 * @param manager judges the certificates of servers
 */
record Trust(SSLContext context, X509TrustManager manager) {
    /**
     * The authorities of the JDK and those of a file.
     *
     * @param name what a message calls the file
     * @param pem certificates in PEM form
     * @throws IllegalArgumentException if the file cannot be read or has no certificate
     */
    static Trust of(String name, Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int added = 0;
            for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("file-" + added++, authority);
            }
            if (added == 0) {
                throw new IllegalArgumentException(name + " has no certificate: " + pem);
            }
            int known = 0;
            for (X509Certificate authority : manager(null).getAcceptedIssuers()) {
                store.setCertificateEntry("jdk-" + known++, authority);
            }
            X509TrustManager manager = manager(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {manager}, null);
            return new Trust(context, manager);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "%s cannot be read as certificates in PEM form: %s".formatted(name, pem), e);
        }
    }

    private static X509TrustManager manager(@Nullable KeyStore store) throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }

    void configure(OkHttpClient.Builder http) {
        http.sslSocketFactory(context.getSocketFactory(), manager);
    }
}
