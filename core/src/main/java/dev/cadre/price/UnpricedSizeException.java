// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** Thrown if a client does not report a usable number of bytes for a request. No reservation can rest on it. */
public final class UnpricedSizeException extends UnpricedException {
    private final String client;

    /**
     * For a client whose number is impossible.
     *
     * @param client the class of the client
     */
    public UnpricedSizeException(String client, long bytes) {
        super("the client %s reports %d bytes for a request".formatted(client, bytes));
        this.client = client;
    }

    /** For a client that threw an exception instead. */
    public UnpricedSizeException(String client, Throwable thrown) {
        super("the client %s reports no number of bytes for a request".formatted(client));
        this.client = client;
        initCause(thrown);
    }

    /** The class of the client. */
    public String client() {
        return client;
    }
}
