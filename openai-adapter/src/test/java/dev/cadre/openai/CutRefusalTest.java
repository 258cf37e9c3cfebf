// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.AMPLE;
import static dev.cadre.openai.LoopbackTest.KEY;
import static dev.cadre.openai.LoopbackTest.PURPOSE;
import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Refusals whose status and headers came, and whose body broke off: the status counts, long before the call times out. */
@Timeout(30)
class CutRefusalTest {
    private static final String BEGINNING = "{\"error\":{\"message\":\"No";

    /** What happens behind the beginning of a body. */
    private enum End {
        CLOSED,
        RESET,
        SILENT
    }

    /** A server that refuses every request, with the beginning of a body that was announced to be longer. */
    private static RawServer refusing(int status, String type, String beginning, End end) throws IOException {
        return RawServer.start(peer -> {
            while (peer.read()) {
                peer.send("HTTP/1.1 %d No\r\nContent-Type: %s\r\nRetry-After: 7\r\nContent-Length: 500\r\n\r\n%s"
                        .formatted(status, type, beginning));
                switch (end) {
                    case CLOSED -> peer.socket().close();
                    case RESET -> peer.reset();
                    case SILENT -> peer.awaitByte();
                }
            }
        });
    }

    private static OpenAiClient client(RawServer server) {
        return OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .responses()
                .endWait(Duration.ofMillis(200))
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "400, CLOSED, InvalidRequest",
        "401, CLOSED, AuthFailed",
        "401, RESET, AuthFailed",
        "401, SILENT, AuthFailed",
        "402, CLOSED, QuotaExhausted",
        "403, SILENT, AuthFailed",
        "404, CLOSED, Unreachable",
        "429, CLOSED, RateLimited",
        "429, SILENT, RateLimited",
        "302, CLOSED, Unreachable"
    })
    void refusal_thatIsCut_meansWhatItsStatusSays_andIsFree(int status, End end, String meaning) throws Exception {
        for (String beginning : new String[] {"", BEGINNING}) {
            try (var server = refusing(status, "application/json", beginning, end);
                    var client = client(server)) {
                ModelException failure =
                        catchThrowableOfType(ModelException.class, () -> client.call(REQUEST, plain()));

                assertThat(failure.getClass().getSimpleName()).isEqualTo(meaning);
                assertThat(failure.charge()).isEqualTo(Charge.FREE);
                if (status == 429) {
                    assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>"})
    void page_thatIsCut_meansWhatItsStatusSays(String beginning) throws Exception {
        try (var server = refusing(403, "text/html", beginning, End.SILENT);
                var client = client(server)) {
            assertThat(catchThrowable(() -> client.call(REQUEST, plain())))
                    .isInstanceOf(ModelException.AuthFailed.class);
        }
    }

    @Test
    void failureOfTheServer_thatIsCut_keepsItsStatusAndItsMoney() throws Exception {
        try (var server = refusing(503, "application/json", BEGINNING, End.SILENT);
                var client = client(server)) {
            assertThat(catchThrowable(() -> client.call(REQUEST, plain())))
                    .isInstanceOfSatisfying(ModelException.ServerFailed.class, failed -> {
                        assertThat(failed.status()).isEqualTo(503);
                        assertThat(failed.charge()).isEqualTo(Charge.UNKNOWN);
                    });
        }
    }

    @Test
    void parameter_namedInARefusalThatIsCut_isLeftOut() throws Exception {
        try (var server = refusing(
                        400,
                        "application/json",
                        "{\"error\":{\"message\":\"Unsupported parameter: 'store', ",
                        End.CLOSED);
                var client = client(server)) {
            assertThat(catchThrowable(() -> client.call(REQUEST, plain())))
                    .isInstanceOf(ModelException.Adapted.class)
                    .hasMessageContaining("store");
        }
    }

    /** An interrupt is never taken for the end of a body, which would teach that there is no such address. */
    @Test
    void interrupt_inTheBodyOfARefusal_isAnInterrupt() throws Exception {
        var begun = new CountDownLatch(1);
        try (var server = RawServer.start(peer -> {
                    peer.read();
                    peer.send("HTTP/1.1 404 No\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{");
                    begun.countDown();
                    if (peer.request().contains("How are you?")) {
                        peer.awaitByte();
                    }
                });
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .endWait(AMPLE)
                        .build()) {
            var call =
                    new FutureTask<>(() -> catchThrowable(() -> client.call(REQUEST, CallContext.of(PURPOSE, AMPLE))));
            Thread caller = Thread.ofVirtual().start(call);
            begun.await();

            caller.interrupt();

            assertThat(call.get()).isInstanceOf(InterruptedException.class);
            catchThrowable(() -> client.call(ModelRequest.of("m", "", "Again.", 64), plain()));
            assertThat(server.requests()).hasSize(2).allMatch(request -> request.startsWith("POST /v1/responses "));
        }
    }
}
