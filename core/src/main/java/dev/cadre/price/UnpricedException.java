// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** Thrown if the cost of a request cannot be bounded. Nothing was sent, because no budget could hold. */
public sealed class UnpricedException extends RuntimeException {

    UnpricedException(String message) {
        super(message);
    }

    /** Thrown if the catalogue has no price for a model. It is not called, because its cost cannot be bounded. */
    public static final class OfModel extends UnpricedException {

        private final String model;

        OfModel(String model) {
            this(
                    model,
                    "no price for model '%s' in the catalogue".formatted(model),
                    ", or read a price file with ModelCatalog.parse");
        }

        OfModel(String model, ModelCatalog.Skipped entry) {
            this(
                    model,
                    "no price for model '%s' in the catalogue: the price file's entry '%s' was skipped, because %s"
                            .formatted(model, entry.id(), entry.reason()),
                    "");
        }

        private OfModel(String model, String why, String otherWay) {
            super("""
                    %s, so it cannot be called within a budget; add one with \
                    catalog.with(ModelSpec.of("%s", Price.perMillionTokens(input, cachedInput, output))), \
                    give its pool one with ModelPool.builder(client, "%s").price(…)%s""".formatted(why, model, model, otherWay));
            this.model = model;
        }

        /** The id without a price. */
        public String model() {
            return model;
        }
    }

    /** Thrown if a client does not report a usable number of bytes for a request. No reservation can rest on it. */
    public static final class OfSize extends UnpricedException {
        private final String client;

        /**
         * For a client whose number is impossible.
         *
         * @param client the class of the client
         */
        public OfSize(String client, long bytes) {
            super("the client %s reports %d bytes for a request".formatted(client, bytes));
            this.client = client;
        }

        /** For a client that threw an exception instead. */
        public OfSize(String client, Throwable thrown) {
            super("the client %s reports no number of bytes for a request".formatted(client));
            this.client = client;
            initCause(thrown);
        }

        /** The class of the client. */
        public String client() {
            return client;
        }
    }
}
