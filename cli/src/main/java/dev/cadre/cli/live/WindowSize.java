// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.live;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The size of the terminal of this process. Java has no way to ask for it, so {@code stty} is asked when the window changed. */
final class WindowSize {
    private static final int PATIENCE_MILLIS = 500;
    private static final int USUAL_ROWS = 24;

    private int columns;
    private int rows;
    private volatile boolean isChanged = true;

    private WindowSize(int columns) {
        this.columns = columns;
        this.rows = USUAL_ROWS;
    }

    /** @param columns what counts until the terminal says something else */
    static WindowSize ofTerminal(int columns) {
        var size = new WindowSize(columns);
        size.listen();
        return size;
    }

    synchronized int columns() {
        refresh();
        return columns;
    }

    synchronized int rows() {
        refresh();
        return rows;
    }

    /** By reflection: the class belongs to a module that not every Java has. */
    private void listen() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object mark = Proxy.newProxyInstance(
                    WindowSize.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, given) -> {
                        isChanged = true;
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("WINCH"), mark);
        } catch (ReflectiveOperationException | RuntimeException without) {
            // the size stays what it was at the start
        }
    }

    private void refresh() {
        if (!isChanged) {
            return;
        }
        isChanged = false;
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!stty.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                stty.destroyForcibly();
                return;
            }
            read(stty.getInputStream());
        } catch (IOException without) {
            // there is no such program, or no terminal
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(InputStream answer) throws IOException {
        String[] size = new String(answer.readAllBytes(), StandardCharsets.US_ASCII)
                .strip()
                .split(" ");
        if (size.length == 2 && size[0].matches("[1-9]\\d{0,4}") && size[1].matches("[1-9]\\d{0,4}")) {
            rows = Integer.parseInt(size[0]);
            columns = Integer.parseInt(size[1]);
        }
    }
}
