// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** UTF-16 as UTF-8. What is no character becomes a byte that UTF-8 does not know, so that its item is malformed. */
final class Utf16Stream extends InputStream {
    private static final int CHARS = 1 << 13;
    /** No character, and so in no text. */
    private static final char WRONG = '\uffff';

    private static final byte NO_UTF_8 = (byte) 0xff;

    private final Reader reader;
    private final char[] chars = new char[CHARS + 1];
    private byte[] bytes = {};
    private int at;

    Utf16Stream(InputStream in, Charset charset) {
        reader = new InputStreamReader(
                in,
                charset.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE)
                        .replaceWith(String.valueOf(WRONG)));
    }

    @Override
    public int read() throws IOException {
        return fill() ? bytes[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, bytes.length - at);
        System.arraycopy(bytes, at, into, from, count);
        at += count;
        return count;
    }

    private boolean fill() throws IOException {
        if (at < bytes.length) {
            return true;
        }
        int count = reader.read(chars, 0, CHARS);
        if (count < 0) {
            return false;
        }
        if (Character.isHighSurrogate(chars[count - 1])) { // its other half is there: a decoder gives out whole pairs
            int other = reader.read();
            if (other >= 0) {
                chars[count++] = (char) other;
            }
        }
        at = 0;
        bytes = encoded(new String(chars, 0, count));
        return true;
    }

    private static byte[] encoded(String text) {
        if (text.indexOf(WRONG) < 0) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        // one sign of Latin-1 stands for each byte, so that a byte of any value can take the place of the wrong ones
        String signs = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        String wrong = new String(String.valueOf(WRONG).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return signs.replace(wrong, String.valueOf((char) (NO_UTF_8 & 0xff))).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
