// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;

class FaultLogTest {
    private final List<@Nullable Throwable> warned = new ArrayList<>();
    private final List<Level> levels = new ArrayList<>();
    private final FaultLog log = new FaultLog(new Recorded(), text -> text);

    @Test
    void firstExceptionOfAPlace_isLoggedWithItsTrace_andTheNextIsNot() {
        var first = new IllegalStateException("1");

        log.warn("tool 'grep'", first);
        log.warn("tool 'grep'", new IllegalStateException("2"));
        log.warn("tool 'sed'", new IllegalStateException("3"));

        assertThat(levels).containsExactly(Level.WARN, Level.DEBUG, Level.WARN);
        assertThat(warned).hasSize(2).first().isSameAs(first);
    }

    /** Else a time-out of Monday would hide the mistake of Friday. */
    @Test
    void exceptionOfAnotherClass_isLoggedWithItsTraceToo() {
        var second = new NullPointerException("2");

        log.warn("tool 'grep'", new IllegalStateException("1"));
        log.warn("tool 'grep'", second);

        assertThat(warned).hasSize(2).last().isSameAs(second);
    }

    @Test
    void keys_areTakenOut() {
        log.warn("tool 'grep'", new IllegalStateException("sk-canary1234567890"));

        assertThat(String.valueOf(warned.getFirst())).doesNotContain("canary");
    }

    @Test
    void whatAMaskerKnows_isTakenOut() {
        var masking = new FaultLog(new Recorded(), text -> text.replace("canary", "-"));

        masking.warn("tool 'grep'", new IllegalStateException("the canary"));

        assertThat(String.valueOf(warned.getFirst())).doesNotContain("canary");
    }

    @Test
    void places_areBounded() {
        for (int place = 0; place < FaultLog.MAX_PLACES + 50; place++) {
            log.warn("place " + place, new IllegalStateException());
        }

        assertThat(warned).hasSize(FaultLog.MAX_PLACES);
    }

    private final class Recorded extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean isTraceEnabled() {
            return true;
        }

        @Override
        public boolean isDebugEnabled() {
            return true;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        protected String getFullyQualifiedCallerName() {
            return "";
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                String pattern,
                Object @Nullable [] arguments,
                @Nullable Throwable thrown) {
            levels.add(level);
            if (level == Level.WARN) {
                warned.add(thrown);
            }
        }
    }
}
