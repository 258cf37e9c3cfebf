// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** A process that opens a browser, tells the ids of its processes, and is killed. */
final class DoomedBrowser {
    private DoomedBrowser() {}

    public static void main(String[] arguments) throws Exception {
        var unused = Chromium.startingAt(URI.create(arguments[0])).open();
        System.out.println(ProcessHandle.current()
                .descendants()
                .map(each -> Long.toString(each.pid()))
                .collect(Collectors.joining(" ")));
        new CountDownLatch(1).await();
    }
}
