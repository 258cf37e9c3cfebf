// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log of the exceptions of the user's code. The first exception of a class at a place is logged at WARN with its
 * stack trace, further ones at DEBUG without it.
 *
 * <p>A place names the code that threw, such as {@code tool 'grep'}, whatever its input was. The first {@value
 * #MAX_PLACES} pairs of place and class are remembered; others are logged at DEBUG only. Keys are {@linkplain
 * Redactor#SHAPES removed}. A coordinator has one log for all of its runs. Safe for use by many threads.
 */
public final class FaultLog {
    static final int MAX_PLACES = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);

    private final Logger logger;
    private final Redactor redactor;
    private final Set<String> places = ConcurrentHashMap.newKeySet();

    public FaultLog() {
        this(text -> text);
    }

    /** A log that also takes out what a masker knows, such as the keys of the clients of a run. */
    public FaultLog(UnaryOperator<String> masker) {
        this(LOG, masker);
    }

    FaultLog(Logger logger, UnaryOperator<String> masker) {
        this.logger = logger;
        redactor = Redactor.SHAPES.with(masker);
    }

    /** Logs an exception of the code at this place. Does not block and never throws. */
    public void warn(String place, Throwable thrown) {
        if (places.size() < MAX_PLACES
                && places.add(place + " " + thrown.getClass().getName())) {
            logger.warn(
                    "{} threw; further exceptions of this class from it are logged at DEBUG",
                    place,
                    redactor.clean(thrown));
        } else {
            logger.debug("{} threw {}", place, thrown.getClass().getName());
        }
    }
}
