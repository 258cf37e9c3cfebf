// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.price.Money;
import dev.cadre.price.UnpricedException;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client whose count of bytes cannot be true. */
class SentBytesTest {
    private static final ModelRequest REQUEST = ModelRequest.of("gpt-5.4-nano", "", "Hello", 100);

    private static final class Counting implements ModelClient {
        LongSupplier bytes = () -> 100;

        @Override
        public ModelReply call(ModelRequest request, CallContext context) {
            throw new AssertionError("it was sent");
        }

        @Override
        public long sentBytes(ModelRequest request) {
            return bytes.getAsLong();
        }
    }

    private final Counting client = new Counting();
    private final ModelPool pool = ModelPool.of(client, "gpt-5.4-nano");

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, CostCalculator.MOST_BYTES + 1})
    void countThatCannotBe_namesTheClientAndTheCount(long bytes) {
        client.bytes = () -> bytes;

        assertThatThrownBy(() -> pool.worstCase(REQUEST))
                .isInstanceOf(UnpricedException.OfSize.class)
                .hasMessage("the client %s reports %d bytes for a request".formatted(Counting.class.getName(), bytes));
    }

    @Test
    void countThatThrows_namesTheClient_andKeepsTheCause() {
        var thrown = new StackOverflowError();
        client.bytes = () -> {
            throw thrown;
        };

        assertThatThrownBy(() -> pool.worstCase(REQUEST))
                .isInstanceOf(UnpricedException.OfSize.class)
                .hasMessageContaining(Counting.class.getName())
                .hasCause(thrown);
    }

    @Test
    void smallestAndLargestCount_areTrusted() {
        client.bytes = () -> 0;
        Money nothing = pool.worstCase(REQUEST);
        client.bytes = () -> CostCalculator.MOST_BYTES;

        assertThat(pool.worstCase(REQUEST)).isGreaterThan(nothing);
    }
}
