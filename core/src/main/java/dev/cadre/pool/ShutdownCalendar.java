// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.price.ModelShutDownException;
import dev.cadre.price.ModelSpec;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The days until a model is shut down.
 *
 * @param model the id that is called
 * @param spec has the day of the shutdown
 * @param today the current day; null if shutdowns are ignored
 */
record ShutdownCalendar(
        String model, ModelSpec spec, @Nullable InstantSource today) {
    /** The notice, from {@link ModelSpec#SHUTDOWN_NOTICE} before the shutdown until it. */
    Optional<ShutdownNotice> notice() {
        return daysLeft()
                .filter(days -> days > 0 && days <= ModelSpec.SHUTDOWN_NOTICE.toDays())
                .map(days -> new ShutdownNotice(model, spec.shutdown().orElseThrow(), days));
    }

    void requireInService() {
        if (daysLeft().filter(days -> days <= 0).isPresent()) {
            throw new ModelShutDownException(model, spec.shutdown().orElseThrow());
        }
    }

    InstantSource wallClock() {
        return today == null ? InstantSource.system() : today;
    }

    private Optional<Long> daysLeft() {
        if (today == null) {
            return Optional.empty();
        }
        LocalDate day = LocalDate.ofInstant(today.instant(), ZoneOffset.UTC);
        return spec.shutdown().map(shutdown -> ChronoUnit.DAYS.between(day, shutdown));
    }
}
