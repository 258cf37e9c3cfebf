// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.pool.ModelPools;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The process that begins the batches and is killed as soon as it waits for them. */
final class DoomedBatch {
    private DoomedBatch() {}

    public static void main(String[] arguments) throws InterruptedException {
        var clock = new PatientClock();
        clock.onWait(() -> {
            System.out.println(KilledBatchTest.ALL_SUBMITTED);
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try (ModelPools pools =
                OpenAi.fromEnv(Map.of("OPENAI_API_KEY", "sk-test", "OPENAI_BASE_URL", arguments[0]), pool -> pool)) {
            KilledBatchTest.label(
                    pools,
                    clock,
                    Path.of(arguments[1]),
                    Integer.parseInt(arguments[2]),
                    Integer.parseInt(arguments[3]),
                    new ArrayList<>());
        }
    }
}
