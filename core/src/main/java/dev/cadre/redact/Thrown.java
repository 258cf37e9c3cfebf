// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Safe access to exceptions of any class, whose own methods may throw and whose causes may be circular or endless. Does
 * not block and never throws.
 */
public final class Thrown {
    /** The most links of a chain of causes that are read. */
    static final int MAX_LINKS = 20;

    private static final StackTraceElement[] NO_TRACE = {};

    private Thrown() {}

    /** The exception and its causes, as far as they can be read, at most {@value #MAX_LINKS}. */
    public static List<Throwable> chain(Throwable thrown) {
        var chain = new ArrayList<Throwable>();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        @Nullable Throwable link = thrown;
        while (link != null && chain.size() < MAX_LINKS && seen.add(link)) {
            chain.add(link);
            link = cause(link).orElse(null);
        }
        return chain;
    }

    /** Sets the interrupt flag of this thread if the exception is an interrupt that user code threw undeclared. */
    public static void keepInterrupt(Throwable thrown) {
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
    }

    /** The first exception of a type in the chain. */
    public static <T> Optional<T> first(Class<T> type, Throwable thrown) {
        return chain(thrown).stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    /** Its cause; empty if it has none, or its own code throws. */
    public static Optional<Throwable> cause(Throwable thrown) {
        try {
            return Optional.ofNullable(thrown.getCause());
        } catch (Throwable broken) {
            return Optional.empty();
        }
    }

    /** Its message; empty if it has none, or its own code throws. */
    public static String message(Throwable thrown) {
        try {
            @Nullable String message = thrown.getMessage();
            return message == null ? "" : message;
        } catch (Throwable broken) {
            return "";
        }
    }

    /** Its text; the name of its class if its own code throws. */
    public static String text(Throwable thrown) {
        try {
            @Nullable String text = thrown.toString();
            return text == null ? name(thrown) : text;
        } catch (Throwable broken) {
            return name(thrown);
        }
    }

    /** Its stack trace; empty if its own code throws. */
    static StackTraceElement[] trace(Throwable thrown) {
        try {
            StackTraceElement @Nullable [] trace = thrown.getStackTrace();
            return trace == null ? NO_TRACE : trace;
        } catch (Throwable broken) {
            return NO_TRACE;
        }
    }

    /** Whether its own code throws, so that it cannot be printed safely. */
    static boolean isBroken(Throwable thrown) {
        try {
            var unused = thrown.getCause();
            return thrown.toString() == null || thrown.getStackTrace() == null;
        } catch (Throwable broken) {
            return true;
        }
    }

    private static String name(Throwable thrown) {
        return thrown.getClass().getName();
    }
}
