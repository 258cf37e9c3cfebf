// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.redact.Thrown;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands the pieces of a reply to their reader. What the reader throws is kept until the call has ended: the provider bills
 * the reply in any case, and only its end says what it cost. For the thread of the call.
 */
final class TextDelivery implements Consumer<String> {
    private final Consumer<String> reader;
    private boolean begun;
    private @Nullable Throwable thrown;

    TextDelivery(Consumer<String> reader) {
        this.reader = reader;
    }

    /** Whether a piece has come. */
    boolean hasBegun() {
        return begun;
    }

    @Override
    public void accept(String piece) {
        begun = true;
        if (thrown != null) {
            return; // the rest is not read, and costs the same
        }
        try {
            reader.accept(piece);
        } catch (Throwable broken) {
            thrown = broken;
            Thrown.keepInterrupt(broken); // who cancels the call need not wait for its end
        }
    }

    /** Throws what the reader threw, undeclared checked exceptions too. */
    void requireRead() {
        if (thrown != null) {
            throw TextDelivery.<RuntimeException>asThrown(thrown);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E asThrown(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
