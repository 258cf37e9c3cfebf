// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.DoctorFindings.Finding;
import dev.cadre.cli.DoctorFindings.Verdict;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs {@code cadre doctor}. */
@Command(
        name = "doctor",
        description =
                "Checks the JDK, the key, the server, the models and their prices. Calls no model, costs nothing.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final InstantSource clock;
    private final Map<String, String> environment;

    @Mixin
    private final JsonOption json = new JsonOption();

    DoctorCommand(Terminal terminal, InstantSource clock, Map<String, String> environment) {
        this.terminal = terminal;
        this.clock = clock;
        this.environment = environment;
    }

    /** The document of {@code --json}. */
    record Document(int schema, String status, List<Finding> findings) {}

    @Override
    public Integer call() throws InterruptedException {
        List<Finding> findings = new DoctorFindings(clock, environment).all();
        ExitStatus status = status(findings);
        if (json.output() == Output.JSON) {
            terminal.out().println(new JsonOutput().document(new Document(1, word(status), findings)));
        } else {
            findings.forEach(finding -> terminal.out()
                    .println("%-13s %s: %s"
                            .formatted(
                                    finding.verdict().label(),
                                    finding.subject(),
                                    TextOutput.visible(finding.message()))));
        }
        return status.code();
    }

    private static ExitStatus status(List<Finding> findings) {
        boolean failed = findings.stream().anyMatch(finding -> finding.verdict() == Verdict.FAILED);
        boolean wrong = findings.stream().anyMatch(finding -> finding.verdict() == Verdict.MISCONFIGURED);
        return wrong ? ExitStatus.USAGE : failed ? ExitStatus.FAILED : ExitStatus.COMPLETE;
    }

    private static String word(ExitStatus status) {
        return status == ExitStatus.COMPLETE ? "complete" : "failed";
    }
}
