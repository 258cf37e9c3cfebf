// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** What a browser says over its pipe, of which a page shapes much. */
class DevToolsTest {
    /** A page chooses the names of its frames, and how many it has: no message of any length fills the memory. */
    @Test
    void messageWithoutEnd_endsTheConnection_andWhoeverWaits() throws Exception {
        var browser = new Browser(() -> 'x');
        try (DevTools tools = DevTools.connect(browser.answers(), browser)) {
            assertThatThrownBy(() -> tools.call("Page.getFrameTree", Map.of()))
                    .isInstanceOf(IOException.class)
                    .hasRootCauseMessage("the browser sent a message of more than 8388608 bytes");
            assertThatThrownBy(() -> tools.call("Page.getFrameTree", Map.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the browser is gone");
        }
    }

    @Test
    void errorWhileItListens_endsWhoeverWaits() throws Exception {
        var browser = new Browser(() -> {
            throw new OutOfMemoryError("of the test");
        });
        try (DevTools tools = DevTools.connect(browser.answers(), browser)) {
            assertThatThrownBy(() -> tools.call("Page.getFrameTree", Map.of()))
                    .isInstanceOf(IOException.class)
                    .hasRootCauseMessage("of the test");
        }
    }

    /** Opens a page, and says to the next command what it was told to, byte by byte. */
    private static final class Browser extends OutputStream {
        private static final int AS_TOLD = -2;
        private static final List<String> OPENING = List.of(
                "{'id':1,'result':{}}",
                "{'id':2,'result':{}}",
                "{'id':3,'result':{'targetId':'page'}}",
                "{'id':4,'result':{'sessionId':'session'}}");

        private final BlockingQueue<Integer> said = new LinkedBlockingQueue<>();
        private final IntSupplier further;
        private int commands;

        Browser(IntSupplier further) {
            this.further = further;
        }

        @Override
        public void write(int next) {
            if (next != 0) {
                return;
            }
            if (commands < OPENING.size()) {
                (OPENING.get(commands).replace('\'', '"') + '\0').chars().forEach(said::add);
            } else {
                said.add(AS_TOLD);
            }
            commands++;
        }

        InputStream answers() {
            return new InputStream() {
                private boolean isAsTold;

                @Override
                public int read() throws IOException {
                    try {
                        int next = isAsTold ? AS_TOLD : said.take();
                        isAsTold = next == AS_TOLD;
                        return isAsTold ? further.getAsInt() : next;
                    } catch (InterruptedException interrupted) {
                        throw new InterruptedIOException();
                    }
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    into[offset] = (byte) read();
                    return 1;
                }
            };
        }
    }
}
