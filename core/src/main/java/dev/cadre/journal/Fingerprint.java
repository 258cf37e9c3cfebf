// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A digest of everything that can change an answer: an earlier answer is reused only if it is the same.
 *
 * @param hex SHA-256 as 64 lower-case hexadecimal digits
 */
public record Fingerprint(String hex) {
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    public Fingerprint {
        if (!SHA_256.matcher(hex).matches()) {
            throw new IllegalArgumentException("not a fingerprint: '%s'".formatted(hex));
        }
    }

    /** The fingerprint of some texts in their order; moving a character from one part to the next changes it. */
    public static Fingerprint of(String... parts) {
        var digest = sha256();
        for (String part : parts) {
            // the chars as they are: an encoding would turn every lone surrogate into the same question mark
            var bytes = ByteBuffer.allocate(Integer.BYTES + Character.BYTES * part.length());
            bytes.putInt(part.length()).asCharBuffer().put(part);
            digest.update(bytes.array());
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
