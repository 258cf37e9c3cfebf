// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.DataConverterException;
import io.temporal.payload.codec.PayloadCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Keeps large values in a {@link ValueStore} and their digests in the history. The same value is kept once, so a replay keeps
 * nothing twice. Clients and workers of a cluster need the same one, in the data converter of their {@code
 * WorkflowClientOptions}. Safe for use by many threads; blocks while the store does.
 */
public final class ReferencingCodec implements PayloadCodec {
    /** What is larger is kept in the store, in bytes, unless {@link #above} says otherwise. */
    public static final int DEFAULT_BYTES = 64 * 1024;

    private static final String ENCODING = "encoding";
    private static final ByteString REFERENCE = ByteString.copyFromUtf8("binary/cadre-reference");

    private final ValueStore store;
    private final int bytes;

    private ReferencingCodec(ValueStore store, int bytes) {
        this.store = store;
        this.bytes = bytes;
    }

    /** A codec over this store, for values of more than {@value #DEFAULT_BYTES} bytes. */
    public static ReferencingCodec over(ValueStore store) {
        return new ReferencingCodec(store, DEFAULT_BYTES);
    }

    /**
     * The same for values of more than so many bytes; it reads what one with another limit has written.
     *
     * @throws IllegalArgumentException if they are negative
     */
    public ReferencingCodec above(int other) {
        if (other < 0) {
            throw new IllegalArgumentException("values can be kept above 0 bytes or more, not above " + other);
        }
        return new ReferencingCodec(store, other);
    }

    @Override
    public List<Payload> encode(List<Payload> payloads) {
        return payloads.stream().map(this::encode).toList();
    }

    private Payload encode(Payload payload) {
        if (payload.getSerializedSize() <= bytes) {
            return payload;
        }
        byte[] value = payload.toByteArray();
        String key = digest(value);
        try {
            store.put(key, value);
        } catch (IOException unkept) {
            throw new DataConverterException("a value of %d bytes could not be kept".formatted(value.length), unkept);
        }
        return Payload.newBuilder()
                .putMetadata(ENCODING, REFERENCE)
                .setData(ByteString.copyFromUtf8(key))
                .build();
    }

    @Override
    public List<Payload> decode(List<Payload> payloads) {
        return payloads.stream().map(this::decode).toList();
    }

    private Payload decode(Payload payload) {
        if (!REFERENCE.equals(payload.getMetadataOrDefault(ENCODING, ByteString.EMPTY))) {
            return payload;
        }
        String key = payload.getData().toString(StandardCharsets.UTF_8);
        try {
            byte[] value = store.get(key);
            if (!digest(value).equals(key)) {
                throw new IOException("the value is not the one that was kept");
            }
            return Payload.parseFrom(value);
        } catch (InvalidProtocolBufferException broken) {
            throw new DataConverterException("a value is no payload", broken);
        } catch (IOException unread) {
            throw new DataConverterException("a value could not be read", unread);
        }
    }

    private static String digest(byte[] value) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
        } catch (NoSuchAlgorithmException unknown) {
            throw new IllegalStateException(unknown); // every JDK has it
        }
    }
}
