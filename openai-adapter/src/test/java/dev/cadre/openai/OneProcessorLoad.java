// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** A process of its own that makes many calls, some streamed, from virtual threads. */
final class OneProcessorLoad {
    static final int CALLS = 2_000;
    private static final int PARALLEL = 200;

    private OneProcessorLoad() {}

    /** @param arguments the address, and the file of the authority that it is trusted by if it speaks TLS */
    public static void main(String... arguments) throws Exception {
        var builder = OpenAiClient.builder("sk-none-of-your-business")
                .baseUrl(arguments[0])
                .responses();
        if (arguments.length > 1) {
            builder.trustedCertificates(Path.of(arguments[1]));
        }
        long start = System.nanoTime();
        var places = new Semaphore(PARALLEL);
        try (OpenAiClient client = builder.build();
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var replies = new ArrayList<Future<String>>();
            for (int i = 0; i < CALLS; i++) {
                var context = i % 2 == 0 ? LoopbackTest.plain() : LoopbackTest.streamed(piece -> {});
                replies.add(executor.submit(() -> {
                    places.acquire();
                    try {
                        return client.call(LoopbackTest.REQUEST, context).text();
                    } finally {
                        places.release();
                    }
                }));
            }
            int good = 0;
            for (Future<String> reply : replies) {
                good += reply.get().equals("Fine.") ? 1 : 0;
            }
            System.out.printf("%d good in %d ms%n", good, (System.nanoTime() - start) / 1_000_000);
        }
        System.exit(0);
    }
}
