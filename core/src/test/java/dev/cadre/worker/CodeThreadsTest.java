// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CodeThreadsTest {
    final CountDownLatch never = new CountDownLatch(1);

    @Test
    void call_isPerformedOnAPlatformThreadOfThatName() throws Exception {
        assertThat(CodeThreads.NEW.<String>call(
                        "owner",
                        this,
                        () -> Thread.currentThread().getName()
                                + Thread.currentThread().isVirtual()))
                .isEqualTo("ownerfalse");
    }

    @Test
    void interruptOfTheCaller_isPassedOn_andKeptIfItCameTooLate() throws Exception {
        Thread.currentThread().interrupt();

        String result = CodeThreads.NEW.call("owner", this, () -> {
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

        assertThatThrownBy(() -> CodeThreads.NEW.call("owner", this, () -> {
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

        assertThatThrownBy(() -> CodeThreads.NEW.call("owner", this, () -> {
                    throw error;
                }))
                .isSameAs(error);
        assertThatThrownBy(() -> CodeThreads.NEW.call("owner", this, () -> {
                    throw checked;
                }))
                .isSameAs(checked);
        assertThat(Thread.interrupted()).isFalse();
    }
}
