// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.live.LiveView;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The terminal while a command works: with a live view if that is the form of its progress. Close it before results are printed. */
final class Watching implements AutoCloseable {
    private final Terminal terminal;
    private final @Nullable LiveView view;

    private Watching(Terminal terminal, @Nullable LiveView view) {
        this.terminal = terminal;
        this.view = view;
    }

    /** @param board what a live view shows */
    static Watching of(Progress form, Terminal terminal, Supplier<List<String>> board) {
        if (form.on(terminal) != Progress.LIVE) {
            return new Watching(terminal, null);
        }
        LiveView view = LiveView.on(terminal.err(), terminal.columns(), board);
        return new Watching(terminal.withErr(view.stream()), view);
    }

    /** The terminal whose messages stand above the view. */
    Terminal terminal() {
        return terminal;
    }

    @Override
    public void close() {
        if (view != null) {
            view.close();
        }
    }
}
