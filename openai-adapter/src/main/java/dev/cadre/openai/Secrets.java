// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.redact.Redactor;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a client shows to servers and nobody else may see: its key, and the headers, queries and passwords of gateways. The
 * headers of single calls are added as they are made: a call knows its own, and the last {@value #MOST} of others. Safe for
 * use by many threads.
 */
final class Secrets {
    private static final int MOST = 64;

    /** A shorter one cannot be masked without spoiling every message. */
    private static final int LEAST_CHARS = 8;

    private final Redactor fixed;
    private final Redactor answers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> recent = new LinkedHashSet<>();
    private volatile Redactor redactor;

    /** Where the provider calls no server with a secret. */
    Secrets(Redactor fixed) {
        this(fixed, Redactor.of(""));
    }

    /**
     * @param fixed hides all that is known from the beginning
     * @param answers hides what servers were shown that the provider calls: it alone is masked in answers, because a changed
     *     word there is a wrong answer
     */
    Secrets(Redactor fixed, Redactor answers) {
        this.fixed = fixed;
        this.answers = answers;
        redactor = fixed;
    }

    /** The same redactor, hiding a value of a header or query and what stands in it, such as a token behind its scheme. */
    static Redactor hiding(Redactor redactor, String value) {
        Redactor more = redactor.alsoHiding(value);
        for (String part : value.split("\\s+")) {
            more = more.alsoHiding(part);
        }
        return more;
    }

    /** The name and password of a user, as they stand in a header. */
    static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Hides the value of a header of one call from now on. */
    void hide(String value) {
        if (value.length() < LEAST_CHARS) {
            return;
        }
        CallTrace.hides(value);
        lock.lock();
        try {
            if (recent.add(value)) {
                if (recent.size() > MOST) {
                    recent.remove(recent.iterator().next());
                }
                redactor = recent.stream().reduce(fixed, Secrets::hiding, (one, other) -> other); // never in parallel
            }
        } finally {
            lock.unlock();
        }
    }

    /** A part of an answer. */
    String maskAnswer(String text) {
        return answers.mask(text);
    }

    /** A text that others quote from an answer. */
    String mask(String text) {
        return now().mask(text);
    }

    String quote(String text) {
        return now().quote(text);
    }

    String quote(String text, int most) {
        return now().quote(text, most);
    }

    Throwable clean(Throwable failure) {
        return now().clean(failure);
    }

    private Redactor now() {
        Redactor own = redactor;
        for (String value : CallTrace.hidden()) {
            own = hiding(own, value);
        }
        return own;
    }
}
