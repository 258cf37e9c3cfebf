// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.cadre.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds threads, virtual ones included, which {@link Thread#getAllStackTraces()} does not show. */
public final class VirtualThreads {
    private VirtualThreads() {}

    /** The names of all live threads that contain the given text. Takes a thread dump, so it is slow: some milliseconds. */
    public static List<String> namedWith(String part) {
        var names = new ArrayList<String>();
        collect(Json.parse(dump()), part, names);
        return List.copyOf(names);
    }

    private static String dump() {
        try {
            Path folder = Files.createTempDirectory("cadre-threads");
            Path file = folder.resolve("threads.json");
            try {
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                        .dumpThreads(file.toString(), ThreadDumpFormat.JSON);
                return Files.readString(file);
            } finally {
                Files.deleteIfExists(file);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no thread dump could be taken", e);
        }
    }

    private static void collect(Json node, String part, List<String> names) {
        switch (node) {
            case Json.Obj(var fields) -> {
                if (fields.get("name") instanceof Json.Str(String name)
                        && fields.containsKey("stack")
                        && name.contains(part)) {
                    names.add(name);
                }
                fields.values().forEach(child -> collect(child, part, names));
            }
            case Json.Arr(var items) -> items.forEach(child -> collect(child, part, names));
            case Json.Str text -> {}
            case Json.Num number -> {}
            case Json.Bool bool -> {}
            case Json.Null nothing -> {}
        }
    }
}
