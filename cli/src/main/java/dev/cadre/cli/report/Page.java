// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.text.Characters;
import dev.cadre.redact.Redactor;
import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes HTML that is XML too. Whatever text it is given is text on the page: markup in it is escaped, keys are taken
 * out, and characters that steer or hide become visible.
 */
final class Page {
    private static final int REPLACEMENT = 0xFFFD;

    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter xml;

    Page() {
        try {
            xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
        } catch (XMLStreamException e) {
            throw broken(e);
        }
    }

    /** What an element holds. */
    @FunctionalInterface
    interface Content {
        void write();
    }

    /**
     * An element with content.
     *
     * @param attributes names and values in turn
     */
    Page element(String name, Content content, String... attributes) {
        try {
            xml.writeStartElement(name);
            attributes(attributes);
            content.write();
            xml.writeEndElement();
            return this;
        } catch (XMLStreamException e) {
            throw broken(e);
        }
    }

    /** An element that holds a text. */
    Page element(String name, String content, String... attributes) {
        return element(name, () -> text(content), attributes);
    }

    /** An element that never holds anything. */
    Page leaf(String name, String... attributes) {
        try {
            xml.writeEmptyElement(name);
            attributes(attributes);
            return this;
        } catch (XMLStreamException e) {
            throw broken(e);
        }
    }

    /** The beginning of a text, cleaned before it is cut: half a key would not be known as one. */
    static String cut(String text, int most) {
        String clean = Redactor.SHAPES.clean(text);
        if (clean.length() <= most) {
            return clean;
        }
        int end = Math.max(0, most - 1);
        boolean splits = end > 0 && Character.isHighSurrogate(clean.charAt(end - 1));
        return clean.substring(0, splits ? end - 1 : end) + "…";
    }

    Page text(String content) {
        try {
            xml.writeCharacters(shown(content));
            return this;
        } catch (XMLStreamException e) {
            throw broken(e);
        }
    }

    /** The whole document. */
    String finish() {
        try {
            xml.close();
            return ReportPage.BEGINNING + "\n" + text + "\n";
        } catch (XMLStreamException e) {
            throw broken(e);
        }
    }

    private void attributes(String... attributes) throws XMLStreamException {
        for (int i = 0; i < attributes.length; i += 2) {
            xml.writeAttribute(attributes[i], shown(attributes[i + 1]));
        }
    }

    private static String shown(String content) {
        var shown = new StringBuilder(content.length());
        Redactor.SHAPES.clean(content).codePoints().forEach(c -> shown.appendCodePoint(isShown(c) ? c : REPLACEMENT));
        return shown.toString();
    }

    private static boolean isShown(int c) {
        return c == '\n' || c == '\t' || Characters.isVisible(c);
    }

    private static IllegalStateException broken(XMLStreamException e) {
        return new IllegalStateException("a page cannot be written to memory", e);
    }
}
