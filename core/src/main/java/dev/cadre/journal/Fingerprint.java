// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A digest of everything that can change an answer: an earlier answer is reused only if it is the same.
 *
 * @param hex SHA-256 as 64 lower-case hexadecimal digits
 */
public record Fingerprint(String hex) {
    private static final int DIGITS = 64;

    /** A part may be a picture of megabytes. */
    private static final int CHARS_AT_ONCE = 4_096;

    public Fingerprint {
        if (hex.length() != DIGITS || !hex.chars().allMatch(Fingerprint::isDigit)) {
            throw new IllegalArgumentException("not a fingerprint: '%s'".formatted(hex));
        }
    }

    private static boolean isDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    /** The fingerprint of some texts in their order; moving a character from one part to the next changes it. */
    public static Fingerprint of(String... parts) {
        var digest = sha256();
        for (String part : parts) {
            // the chars as they are: an encoding would turn every lone surrogate into the same question mark
            int most = Math.min(part.length(), CHARS_AT_ONCE);
            var bytes = ByteBuffer.allocate(Integer.BYTES + Character.BYTES * most);
            bytes.putInt(part.length());
            for (int i = 0; i < part.length(); i++) {
                if (bytes.remaining() < Character.BYTES) {
                    digest.update(bytes.flip());
                    bytes.clear();
                }
                bytes.putChar(part.charAt(i));
            }
            digest.update(bytes.flip());
        }
        return new Fingerprint(HexFormat.of().formatHex(digest.digest()));
    }

    @Override
    public String toString() {
        return hex;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
