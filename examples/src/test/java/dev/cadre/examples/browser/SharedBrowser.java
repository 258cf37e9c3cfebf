// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import dev.cadre.computer.Action;
import dev.cadre.computer.Environment;
import dev.cadre.computer.Scene;
import dev.cadre.computer.Screenshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One browser for many tests, because each start takes a second of a processor. Every test gets a new page, and finds
 * nothing that another left: the page before is closed, and what it stored is deleted.
 */
final class SharedBrowser implements AutoCloseable {
    private final URI start;
    private final ChromiumProcess process;
    private final DevTools tools;

    private SharedBrowser(URI start, ChromiumProcess process, DevTools tools) {
        this.start = start;
        this.process = process;
        this.tools = tools;
    }

    /** Starts a browser whose pages begin at this one, and which reaches its origin and these alone. */
    static SharedBrowser startingAt(URI start, URI... alsoAllowed) throws IOException, InterruptedException {
        Set<String> origins = Stream.concat(Stream.of(start), Stream.of(alsoAllowed))
                .map(Chromium::origin)
                .collect(Collectors.toSet());
        var process = ChromiumProcess.start(ChromiumProcess.find().orElseThrow(), origins);
        try {
            return new SharedBrowser(start, process, DevTools.connect(process.answers(), process.commands()));
        } catch (IOException | InterruptedException | RuntimeException failure) {
            process.close();
            throw failure;
        }
    }

    /** Opens the only page. */
    Environment open() throws IOException, InterruptedException {
        tools.openPage();
        tools.call("Storage.clearDataForOrigin", Map.of("origin", Chromium.origin(start), "storageTypes", "all"));
        tools.call("Network.clearBrowserCache", Map.of());
        tools.call("Browser.resetPermissions", Map.of());
        var chromium = new Chromium(process, tools);
        chromium.begin(start);
        return new Page(chromium, tools);
    }

    /** How many pages are open, that of the start and ours included. */
    long pages() throws IOException, InterruptedException {
        return tools.call("Target.getTargets", Map.of()).path("targetInfos").findValuesAsText("type").stream()
                .filter("page"::equals)
                .count();
    }

    @Override
    public void close() {
        tools.close();
        process.close();
    }

    /** A page whose end is not that of its browser. */
    private record Page(Chromium chromium, DevTools tools) implements Environment {
        @Override
        public Scene scene(Action action) throws IOException, InterruptedException {
            return chromium.scene(action);
        }

        @Override
        public void perform(Action action, Scene judged) throws IOException, InterruptedException {
            chromium.perform(action, judged);
        }

        @Override
        public Screenshot screenshot() throws IOException, InterruptedException {
            return chromium.screenshot();
        }

        @Override
        public void close() {
            try {
                tools.call("Page.close", Map.of());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while a page was closed", interrupted);
            }
        }
    }
}
