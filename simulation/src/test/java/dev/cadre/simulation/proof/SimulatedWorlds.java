// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** Prints what happens in some worlds, here or in a process of its own. */
final class SimulatedWorlds {
    private static final int WORLDS = 150;

    private SimulatedWorlds() {}

    public static void main(String[] none) {
        text().forEach(System.out::println);
    }

    static List<String> text() {
        return LongStream.range(0, WORLDS)
                .parallel()
                .mapToObj(seed -> Simulation.run(SimulationSeed.of(seed)))
                .map(run -> "%s %s %s %s %s %s"
                        .formatted(
                                run.seed(),
                                run.digest(),
                                run.ledger(),
                                run.billed(),
                                run.makespan(),
                                new TreeMap<>(run.phenomena())))
                .toList();
    }

    static List<String> ofAChild(String... jvmOptions) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SimulatedWorlds.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(printed).isZero();
            return printed.lines().toList();
        } finally {
            process.destroyForcibly();
        }
    }
}
