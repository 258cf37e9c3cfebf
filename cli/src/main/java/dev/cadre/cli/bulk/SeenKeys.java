// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.Set;

/** Remembers which keys came, by 128 bits of a digest each, so that long ones take no more memory than short ones. */
final class SeenKeys {
    private record Digest(long left, long right) {}

    private final Set<Digest> seen = new HashSet<>();

    /** Whether the key comes for the first time. */
    boolean isNew(String key) {
        try {
            var digest =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
            return seen.add(new Digest(digest.getLong(), digest.getLong()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
