// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class FailureTest {
    private static Failure thrown(Throwable thrown) {
        return Failure.thrown(Failure.Kind.CODE_FAILED, thrown, "tool 'grep'");
    }

    @Test
    void message_beginsWithTheRootCause() {
        Failure failure = thrown(new UncheckedIOException("cannot read users", new IOException("disk\n gone")));

        assertThat(failure)
                .hasToString("CODE_FAILED: IOException: disk gone (in UncheckedIOException: cannot read users),"
                        + " thrown by tool 'grep'");
        assertThat(failure.place()).contains("tool 'grep'");
    }

    @Test
    void message_isBounded_andSurvivesAnExceptionWhoseMessageThrows() {
        assertThat(thrown(new IllegalStateException("x".repeat(300_000))).message())
                .hasSizeLessThan(400);
        assertThat(thrown(new IllegalStateException() {
                            @Override
                            public String getMessage() {
                                throw new StackOverflowError();
                            }
                        })
                        .message())
                .endsWith(", thrown by tool 'grep'");
    }

    @Test
    void exceptionWhoseCauseThrows_isDescribedWithoutIt() {
        var hostile = new IllegalStateException("x") {
            @Override
            public synchronized Throwable getCause() {
                throw new StackOverflowError();
            }
        };

        assertThat(Failure.describe(hostile)).isEqualTo(hostile.getClass().getName() + ": x");
    }

    @Test
    void cause_isNoPartOfEquality_andHoldsNoKey() {
        var cause = new IllegalStateException("no row");
        Failure with = new Failure(Failure.Kind.BUDGET, "gone").causedBy(cause);

        assertThat(with)
                .isEqualTo(new Failure(Failure.Kind.BUDGET, "gone"))
                .hasSameHashCodeAs(new Failure(Failure.Kind.BUDGET, "gone"));
        assertThat(with.cause()).containsSame(cause);
        Throwable cleaned =
                thrown(new IllegalStateException("sk-canary1234567890")).cause().orElseThrow();
        assertThat(cleaned.toString()).doesNotContain("canary");
        assertThat(cleaned.getStackTrace()).isNotEmpty();
    }
}
