// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log of the exceptions that the user's own code throws: at WARN with the stack trace the first time that one of its
 * class is thrown at a place, at DEBUG without it from then on.
 *
 * <p>A place is the code that threw, whatever its input was, such as {@code tool 'grep'}. The first {@value #MAX_PLACES}
 * pairs of place and class are remembered; others are logged at DEBUG only. Keys are {@linkplain Redactor#SHAPES taken out}. A
 * coordinator has one for all of its runs. Safe for use by many threads.
 */
public final class FaultLog {
    static final int MAX_PLACES = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);

    private final Logger logger;
    private final Set<String> places = ConcurrentHashMap.newKeySet();

    public FaultLog() {
        this(LOG);
    }

    FaultLog(Logger logger) {
        this.logger = logger;
    }

    /** Logs what the code at this place threw. Does not block and never throws. */
    public void warn(String place, Throwable thrown) {
        if (places.size() < MAX_PLACES
                && places.add(place + " " + thrown.getClass().getName())) {
            logger.warn(
                    "{} threw; further exceptions of this class from it are logged at DEBUG",
                    place,
                    Redactor.SHAPES.clean(thrown));
        } else {
            logger.debug("{} threw {}", place, thrown.getClass().getName());
        }
    }
}
