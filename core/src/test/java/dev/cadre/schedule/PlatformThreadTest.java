// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlatformThreadTest {
    final CountDownLatch never = new CountDownLatch(1);

    @Test
    void call_isPerformedOnAPlatformThreadOfThatName() throws Exception {
        assertThat(PlatformThread.<String>call(
                        "owner",
                        () -> Thread.currentThread().getName()
                                + Thread.currentThread().isVirtual()))
                .isEqualTo("ownerfalse");
    }

    @Test
    void interruptOfTheCaller_isPassedOn_andKeptIfItCameTooLate() throws Exception {
        Thread.currentThread().interrupt();

        String result = PlatformThread.call("owner", () -> {
            try {
                never.await();
                return "not interrupted";
            } catch (InterruptedException e) {
                return "done all the same";
            }
        });

        assertThat(result).isEqualTo("done all the same");
        assertThat(Thread.interrupted()).as("the caller's flag").isTrue();
    }

    @Test
    void interruptThatTheTaskTakes_isThrown() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> PlatformThread.call("owner", () -> {
                    never.await();
                    return "not interrupted";
                }))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).as("the exception tells it").isFalse();
    }

    @Test
    void whatTheTaskThrows_isThrown() {
        var error = new AssertionError("broken");
        var checked = new IOException("broken");

        assertThatThrownBy(() -> PlatformThread.call("owner", () -> {
                    throw error;
                }))
                .isSameAs(error);
        assertThatThrownBy(() -> PlatformThread.call("owner", () -> {
                    throw checked;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCause(checked);
        assertThat(Thread.interrupted()).isFalse();
    }
}
