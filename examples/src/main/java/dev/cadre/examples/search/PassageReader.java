// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.RankedFile;
import dev.cadre.examples.index.Window;
import java.util.ArrayList;
import java.util.List;

/** Reads the best places of a ranked file, each with the definition around it. */
public final class PassageReader {
    private static final int WINDOWS_PER_FILE = 3;
    private static final int MAX_TEXT_CHARACTERS = 16_000;

    private final ReadAndSummarise reader;

    public PassageReader(ReadAndSummarise reader) {
        this.reader = reader;
    }

    /** The places, best first; at most three, and the top of the file where none was measured. Does not block. */
    public List<Passage> best(RankedFile file) {
        List<Window> windows = windows(file);
        double top = windows.getFirst().score();
        var passages = new ArrayList<Passage>();
        for (Window window : windows) {
            double share = top > 0 ? window.score() / top : 1;
            reader.run(new ReadAndSummarise.Request(file.path(), window.startLine(), window.endLine()))
                    .ifPresent(read -> passages.add(new Passage(
                            read.path(), read.startLine(), read.endLine(), read.symbol(), share, cut(read.text()))));
        }
        return passages;
    }

    private static String cut(String text) {
        if (text.length() <= MAX_TEXT_CHARACTERS) {
            return text;
        }
        int end = MAX_TEXT_CHARACTERS;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "\n… [cut]";
    }

    /** The best windows that share no line. */
    private static List<Window> windows(RankedFile file) {
        var windows = new ArrayList<Window>();
        for (Window window : file.windows()) {
            if (windows.size() < WINDOWS_PER_FILE && windows.stream().noneMatch(window::overlaps)) {
                windows.add(window);
            }
        }
        return windows.isEmpty() ? List.of(new Window(1, 40, 0, 0, 0)) : windows;
    }
}
