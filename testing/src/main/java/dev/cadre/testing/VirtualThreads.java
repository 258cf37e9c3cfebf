// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.cadre.file.TempFolder;
import dev.cadre.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds threads, virtual ones included, which {@link Thread#getAllStackTraces()} does not show. */
public final class VirtualThreads {
    private VirtualThreads() {}

    /** The names of all live threads that contain the given text. Takes a thread dump, so it is slow: some milliseconds. */
    public static List<String> namedWith(String part) {
        return live().values().stream()
                .map(Live::name)
                .filter(name -> name.contains(part))
                .toList();
    }

    /**
     * A thread that was alive.
     *
     * @param platform the thread, or null if it is a virtual one
     */
    record Live(long id, String name, @Nullable Thread platform) {
        /** Whether code under test may have started it: virtual, or no daemon, or one of Cadre's. */
        boolean isOfTests() {
            return platform == null
                    ? !name.contains("Poller") // the JDK's own, which wait for sockets
                    : platform.isAlive() && (!platform.isDaemon() || name.startsWith("cadre-"));
        }

        @Override
        public String toString() {
            return "%s thread '%s'".formatted(platform == null ? "virtual" : "platform", name);
        }
    }

    /** All live threads by their ids. */
    static Map<Long, Live> live() {
        var named = new LinkedHashMap<Long, String>();
        collect(Json.parse(dump()), named);
        // after the dump, so that what it shows and is not here is virtual or has just ended
        var platform = new HashMap<Long, Thread>();
        Thread.getAllStackTraces().keySet().forEach(thread -> platform.put(thread.threadId(), thread));
        var live = new LinkedHashMap<Long, Live>();
        named.forEach((id, name) -> live.put(id, new Live(id, name, platform.get(id))));
        return live;
    }

    private static String dump() {
        try (TempFolder folder = TempFolder.open()) {
            Path file = folder.path().resolve("threads.json");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(file.toString(), ThreadDumpFormat.JSON);
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("no thread dump could be taken", e);
        }
    }

    private static void collect(Json node, Map<Long, String> named) {
        switch (node) {
            case Json.Obj(var fields) -> {
                if (fields.get("name") instanceof Json.Str(String name) && fields.containsKey("stack")) {
                    named.put(id(fields.get("tid")), name);
                }
                fields.values().forEach(child -> collect(child, named));
            }
            case Json.Arr(var items) -> items.forEach(child -> collect(child, named));
            case Json.Str text -> {}
            case Json.Num number -> {}
            case Json.Bool bool -> {}
            case Json.Null nothing -> {}
        }
    }

    /** Newer JDKs write a number, older ones a text. */
    private static long id(@Nullable Json id) {
        return switch (id) {
            case Json.Num(var number) -> number.longValueExact();
            case Json.Str(String text) -> Long.parseLong(text);
            case null, default -> throw new IllegalStateException("a thread without an id in the dump: " + id);
        };
    }
}
