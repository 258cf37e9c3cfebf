// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.net.URI;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/**
 * What a turn carries beside its text. Its tokens are bounded before it is sent: an image by what the catalogue knows of
 * the model, a file by what its maker states. Immutable.
 */
public sealed interface Attachment {

    /** A picture. */
    record Image(Source source, Detail detail) implements Attachment {
        private static final Set<String> FORMATS = Set.of("image/png", "image/jpeg", "image/webp", "image/gif");

        public Image {
            if (source instanceof Source.Inline(String mediaType, String base64) && !FORMATS.contains(mediaType)) {
                throw new IllegalArgumentException("no image format: %s, only %s".formatted(mediaType, FORMATS));
            }
        }

        /**
         * A picture at detail {@link Detail#HIGH}.
         *
         * @param mediaType {@code image/png}, {@code image/jpeg}, {@code image/webp} or {@code image/gif}
         */
        public static Image of(String mediaType, byte[] bytes) {
            return new Image(Source.Inline.of(mediaType, bytes), Detail.HIGH);
        }

        /**
         * A picture that the provider fetches, at detail {@link Detail#HIGH}. Clients refuse it unless its host was
         * allowed: an address may come from a model.
         */
        public static Image at(URI address) {
            return new Image(new Source.At(address), Detail.HIGH);
        }

        /** The same picture, looked at in another detail. */
        public Image withDetail(Detail detail) {
            return new Image(source, detail);
        }
    }

    /**
     * A document, such as a PDF.
     *
     * @param name the file's name, for the model
     * @param content what is in it
     * @param maxTokens the most input tokens that the provider makes of it; {@link #UNKNOWN_TOKENS} if nobody can say, and
     *     then it can only be sent where the provider counts the input first
     */
    record File(String name, Source.Inline content, long maxTokens) implements Attachment {
        /** No bound is known: a compressed document has no honest one in its size. */
        public static final long UNKNOWN_TOKENS = Long.MAX_VALUE;

        public File {
            if (name.isBlank() || maxTokens < 1) {
                throw new IllegalArgumentException(
                        "a file needs a name and a token bound: '%s', %d tokens".formatted(name, maxTokens));
            }
        }

        /** A document of which nobody knows how many tokens it makes. */
        public static File of(String name, String mediaType, byte[] bytes) {
            return new File(name, Source.Inline.of(mediaType, bytes), UNKNOWN_TOKENS);
        }

        /** The same document with its bound; a provider that counts more exceeds the reservation. */
        public File boundedBy(long maxTokens) {
            return new File(name, content, maxTokens);
        }
    }

    /** Where the bytes are. */
    sealed interface Source {
        /** Right here. */
        record Inline(String mediaType, String base64) implements Source {
            /** More than any provider takes in one request. */
            private static final int MAX_BYTES = 50 * 1024 * 1024;

            public static Inline of(String mediaType, byte[] bytes) {
                if (bytes.length == 0 || bytes.length > MAX_BYTES) {
                    throw new IllegalArgumentException(
                            "an attachment must have 1 to %d bytes, not %d".formatted(MAX_BYTES, bytes.length));
                }
                return new Inline(
                        mediaType.toLowerCase(Locale.ROOT), Base64.getEncoder().encodeToString(bytes));
            }

            /** As a {@code data:} URL. */
            public String dataUrl() {
                return "data:" + mediaType + ";base64," + base64;
            }

            @Override
            public String toString() {
                return "Inline[%s, %d characters of base64]".formatted(mediaType, base64.length());
            }
        }

        /** Behind an https address. */
        record At(URI address) implements Source {
            public At {
                if (!"https".equals(address.getScheme())
                        || address.getHost() == null
                        || address.getRawUserInfo() != null) {
                    throw new IllegalArgumentException("an attachment's address must be https and name a host only");
                }
            }
        }
    }

    /** How closely a model looks at a picture, which sets its tokens. Always sent: a default would have no bound. */
    enum Detail {
        LOW,
        /** The default. */
        HIGH,
        /** As it is, without shrinking; few models offer it. */
        ORIGINAL;

        /** The word on the wire, such as {@code high}. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
