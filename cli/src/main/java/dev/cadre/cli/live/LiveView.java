// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.live;

import dev.cadre.cli.text.Columns;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Draws a board at the end of a terminal, several times a second, until it is closed. What is printed meanwhile stands above it. */
public final class LiveView implements AutoCloseable {
    private static final long PAUSE_MILLIS = 200;
    private static final int MOST_ROWS = 12;

    private final BlockOutput output;
    private final PrintStream stream;
    private final WindowSize size;
    private final Supplier<List<String>> board;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("cadre-view").factory());

    private LiveView(PrintStream terminal, int columns, Supplier<List<String>> board) {
        output = new BlockOutput(terminal);
        stream = new PrintStream(output, true, StandardCharsets.UTF_8);
        size = WindowSize.ofTerminal(columns);
        this.board = board;
    }

    /**
     * Draws until {@link #close}.
     *
     * @param terminal a terminal that knows the usual control sequences
     * @param columns how wide it is
     * @param board the lines as they are now, of any length; called on a thread of the view
     */
    public static LiveView on(PrintStream terminal, int columns, Supplier<List<String>> board) {
        var view = new LiveView(terminal, columns, board);
        var unused = view.clock.scheduleWithFixedDelay(view::draw, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        return view;
    }

    /** The stream that prints above the board. */
    public PrintStream stream() {
        return stream;
    }

    private void draw() {
        int columns = size.columns();
        int rows = Math.min(MOST_ROWS, size.rows() - 1);
        try {
            output.show(fit(board.get(), rows, columns), columns);
        } catch (IOException gone) {
            clock.shutdown();
        }
    }

    /** The first lines and, where there are more, how many. A terminal that is full to its last column begins another line. */
    static List<String> fit(List<String> lines, int rows, int columns) {
        int most = Math.max(1, rows);
        List<String> shown = lines.size() <= most ? lines : lines.subList(0, most);
        return shown.stream().map(line -> Columns.cut(line, columns - 1)).toList();
    }

    /** Takes the board away. */
    @Override
    public void close() {
        clock.shutdownNow();
        try {
            boolean unused = clock.awaitTermination(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stream.flush();
        try {
            output.close();
        } catch (IOException gone) {
            // nobody sees it any more
        }
    }
}
