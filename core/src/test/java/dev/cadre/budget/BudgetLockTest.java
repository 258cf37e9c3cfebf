// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class BudgetLockTest {

    @Test
    void locked_keepsOtherThreadsOutUntilItIsDone() throws Exception {
        var lock = new BudgetLock();
        var entered = new AtomicBoolean();
        var other = Thread.ofPlatform()
                .unstarted(() -> lock.locked(() -> {
                    entered.set(true);
                    return "";
                }));

        boolean enteredMeanwhile = lock.locked(() -> {
            other.start();
            while (other.getState() != Thread.State.WAITING && other.isAlive()) {
                Thread.onSpinWait();
            }
            return entered.get();
        });
        other.join();

        assertThat(enteredMeanwhile).isFalse();
        assertThat(entered).isTrue();
    }
}
