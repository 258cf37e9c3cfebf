// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A JUnit extension that gives each test a {@link LoopbackOpenAi} of its own, and closes it after the test. For JUnit 5 and
 * 6; register it with {@code @ExtendWith(LoopbackExtension.class)}. Beside the {@code CadreExtension} of {@code
 * cadre-testing}, name it after that one: then the server is closed before leaks are looked for.
 *
 * <p>The server is a parameter of the test method, and of methods before and after it, the same for all of them.
 *
 * <p>A test that leaves an exchange with its server open fails. An exchange that is about to end is waited for, for 2
 * seconds at most, or as many milliseconds as JUnit's configuration parameter {@value #GRACE_PARAMETER} says.
 */
public final class LoopbackExtension implements ParameterResolver, AfterEachCallback {
    /** The configuration parameter that sets how long, in milliseconds, an exchange that is about to end is waited for. */
    public static final String GRACE_PARAMETER = "cadre.leak.grace.millis";

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final long GLANCE_MILLIS = 10;
    private static final Namespace NAMESPACE = Namespace.create(LoopbackExtension.class);
    private static final String SERVER = "server";

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getTestMethod().isPresent() && parameter.getParameter().getType() == LoopbackOpenAi.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var store = context.getStore(NAMESPACE);
        LoopbackOpenAi known = store.get(SERVER, LoopbackOpenAi.class);
        LoopbackOpenAi server = known == null ? LoopbackOpenAi.start() : known;
        store.put(SERVER, server);
        return server;
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        LoopbackOpenAi server = context.getStore(NAMESPACE).get(SERVER, LoopbackOpenAi.class);
        if (server == null) {
            return; // the test asked for none
        }
        try (server) {
            int left = leftAfterGrace(server, grace(context));
            if (left > 0) {
                throw new AssertionError(
                        "the test left behind\n  %d exchanges with the loopback server".formatted(left));
            }
        }
    }

    private static Duration grace(ExtensionContext context) {
        return context.getConfigurationParameter(GRACE_PARAMETER)
                .map(millis -> Duration.ofMillis(Long.parseLong(millis)))
                .orElse(GRACE);
    }

    private static int leftAfterGrace(LoopbackOpenAi server, Duration grace) throws InterruptedException {
        long patienceEnds = System.nanoTime() + grace.toNanos();
        while (server.inFlight() > 0 && System.nanoTime() < patienceEnds) {
            TimeUnit.MILLISECONDS.sleep(GLANCE_MILLIS);
        }
        return server.inFlight();
    }
}
