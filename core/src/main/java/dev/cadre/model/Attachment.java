// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.net.URI;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/**
 * An image or file in a turn. Its tokens are bounded before it is sent: those of an image by the catalogue's entry for
 * the model, those of a file by the bound that its creator states.
 *
 * <p>It is also a value: an input of a subtask type, of a goal, or what plain code returns, or a component of these, alone
 * or in a list, set, map or Optional. A model that is given one gets it beside its text. No model returns one. A journal
 * and an outcome cache hold its bytes, and read back only what has a media type and whole base64.
 *
 * <p>Immutable.
 */
public sealed interface Attachment {
    /** Whether it stands at an address, where it may change. */
    default boolean isFetched() {
        return this instanceof Image(Source source, Detail detail) && source instanceof Source.At;
    }

    /** An image. */
    record Image(Source source, Detail detail) implements Attachment {
        private static final Set<String> FORMATS = Set.of("image/png", "image/jpeg", "image/webp", "image/gif");

        public Image {
            if (source instanceof Source.Inline(String mediaType, String base64) && !FORMATS.contains(mediaType)) {
                throw new IllegalArgumentException("no image format: %s, only %s".formatted(mediaType, FORMATS));
            }
        }

        /**
         * An image at detail {@link Detail#HIGH}.
         *
         * @param mediaType {@code image/png}, {@code image/jpeg}, {@code image/webp} or {@code image/gif}
         */
        public static Image of(String mediaType, byte[] bytes) {
            return new Image(Source.Inline.of(mediaType, bytes), Detail.HIGH);
        }

        /**
         * An image that the provider fetches, at detail {@link Detail#HIGH}. Clients refuse it unless its host was
         * allowed, because an address may come from a model.
         */
        public static Image at(URI address) {
            return new Image(new Source.At(address), Detail.HIGH);
        }

        /** The same image at another detail. */
        public Image withDetail(Detail detail) {
            return new Image(source, detail);
        }
    }

    /**
     * A document, such as a PDF.
     *
     * @param name the file's name, for the model
     * @param content the bytes
     * @param maxTokens the most input tokens that the provider makes of it. If it is {@link #UNKNOWN_TOKENS}, the
     *     document can only be sent where the provider counts the input first
     */
    record File(String name, Source.Inline content, long maxTokens) implements Attachment {
        /** No known bound: the size of a compressed document does not bound its tokens. */
        public static final long UNKNOWN_TOKENS = Long.MAX_VALUE;

        public File {
            if (name.isBlank() || maxTokens < 1) {
                throw new IllegalArgumentException(
                        "a file needs a name and a token bound: '%s', %d tokens".formatted(name, maxTokens));
            }
        }

        /** A document with an unknown number of tokens. */
        public static File of(String name, String mediaType, byte[] bytes) {
            return new File(name, Source.Inline.of(mediaType, bytes), UNKNOWN_TOKENS);
        }

        /** The same document with a bound; a provider that counts more tokens exceeds the reservation. */
        public File boundedBy(long maxTokens) {
            return new File(name, content, maxTokens);
        }
    }

    /** The location of the bytes. */
    sealed interface Source {
        /** Bytes in the request itself. */
        record Inline(String mediaType, String base64) implements Source {
            /** More than any provider accepts in one request. */
            private static final int MAX_BYTES = 50 * 1024 * 1024;

            public static Inline of(String mediaType, byte[] bytes) {
                if (bytes.length == 0 || bytes.length > MAX_BYTES) {
                    throw new IllegalArgumentException(
                            "an attachment must have 1 to %d bytes, not %d".formatted(MAX_BYTES, bytes.length));
                }
                return new Inline(
                        mediaType.toLowerCase(Locale.ROOT), Base64.getEncoder().encodeToString(bytes));
            }

            /** The bytes as a {@code data:} URL. */
            public String dataUrl() {
                return "data:" + mediaType + ";base64," + base64;
            }

            @Override
            public String toString() {
                return "Inline[%s, %d characters of base64]".formatted(mediaType, base64.length());
            }
        }

        /** Bytes at an https address. */
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

    /**
     * The resolution at which a model reads an image, which sets its tokens. Always sent: a default would have no
     * bound.
     */
    enum Detail {
        LOW,
        /** The default. */
        HIGH,
        /** The original resolution; few models offer it. */
        ORIGINAL;

        /** The word on the wire, such as {@code high}. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
