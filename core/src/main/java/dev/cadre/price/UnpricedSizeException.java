// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** A client says nothing usable of how many bytes it sends of a request: no reservation can rest on it. */
public final class UnpricedSizeException extends UnpricedException {
    private final String client;

    /**
     * A client whose answer cannot be true.
     *
     * @param client the class of the client
     */
    public UnpricedSizeException(String client, long bytes) {
        super("the client %s says that it sends %d bytes of a request".formatted(client, bytes));
        this.client = client;
    }

    /** A client that threw in place of an answer. */
    public UnpricedSizeException(String client, Throwable thrown) {
        super("the client %s does not say how many bytes it sends of a request".formatted(client));
        this.client = client;
        initCause(thrown);
    }

    /** The class of the client. */
    public String client() {
        return client;
    }
}
