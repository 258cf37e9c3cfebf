// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a main class of the tests in a process of its own. */
final class ChildJvm {
    private ChildJvm() {}

    /** What it printed to both of its outputs. */
    static String run(Class<?> main, String jvmOption, Path argument) throws IOException, InterruptedException {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-XX:+UseSerialGC", jvmOption));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), argument.toString()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }
}
