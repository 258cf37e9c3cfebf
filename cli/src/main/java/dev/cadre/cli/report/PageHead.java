// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

/**
 * What every page has in common: its look, its script, and a policy that lets the browser run this script, apply this
 * style, and load nothing.
 */
final class PageHead {
    static final String STYLE = resource("report.css");
    static final String SCRIPT = resource("report.js");

    private static final String POLICY =
            "default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'"
                    .formatted(hash(STYLE), hash(SCRIPT));

    private PageHead() {}

    /** Writes a document: links to its parts, and the parts. */
    static void write(Page page, String title, Page.Content links, Page.Content main) {
        page.element(
                "html",
                () -> {
                    head(page, title);
                    page.element("body", () -> {
                        page.element("a", "Skip to the content", "class", "skip", "href", "#content");
                        links.write();
                        page.element("main", main, "id", "content", "tabindex", "-1");
                        page.element("script", SCRIPT);
                    });
                },
                "lang",
                "en");
    }

    private static void head(Page page, String title) {
        page.element("head", () -> {
            page.leaf("meta", "charset", "utf-8");
            page.leaf("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
            page.leaf("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
            page.element("title", Page.cut(title, 200));
            page.element("style", STYLE);
        });
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** With the line ends that a browser sees, whatever the file has. */
    private static String resource(String name) {
        try (InputStream stream = Objects.requireNonNull(PageHead.class.getResourceAsStream(name), name)) {
            return new String(stream.readAllBytes(), UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
