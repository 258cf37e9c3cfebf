// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import java.io.IOException;

/**
 * Keeps large values outside of histories; see {@link ReferencingCodec}. Whatever it is made of, such as a folder or a bucket,
 * is seen by all clients and workers of a cluster. Safe for use by many threads.
 */
public interface ValueStore {
    /**
     * Keeps a value durably. The same key always comes with the same value: a store that has it need not keep it again.
     *
     * @param key 64 digits of the set {@code 0-9 a-f}, a digest of the value
     * @throws IOException if it cannot; whoever needs the value kept tries again later
     */
    void put(String key, byte[] value) throws IOException;

    /**
     * A value that was kept.
     *
     * @throws IOException if it cannot be read, or is not there
     */
    byte[] get(String key) throws IOException;
}
