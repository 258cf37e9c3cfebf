// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.DoctorFindings.Finding;
import dev.cadre.cli.DoctorFindings.Verdict;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs {@code cadre doctor}. */
@Command(
        name = "doctor",
        description =
                "Checks the JDK, the key, the server, the models and their prices. Calls no model and costs nothing without --probe.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final InstantSource clock;
    private final Models models;

    @Mixin
    private final JsonOption json = new JsonOption();

    @Option(
            names = "--probe",
            description = "ask the model a few small questions: what the server can do, and what had to be adapted")
    private boolean probe;

    @Option(
            names = "--tier",
            paramLabel = "TIER",
            defaultValue = "nano",
            description = "with --probe: whose model is asked: flagship, mini, nano (default: ${DEFAULT-VALUE})")
    private String tier = "nano";

    @Option(
            names = "--budget",
            paramLabel = "USD",
            defaultValue = "0.01",
            description = "with --probe: most that may be spent (default: ${DEFAULT-VALUE})")
    private String budget = "0.01";

    DoctorCommand(Terminal terminal, InstantSource clock, Models models) {
        this.terminal = terminal;
        this.clock = clock;
        this.models = models;
    }

    /** The document of {@code --json}; without {@code --probe} its last part is null. */
    record Document(
            int schema,
            String status,
            List<Finding> findings,
            @Nullable ProbeDocument probe) {}

    @Override
    public Integer call() throws InterruptedException, UsageException {
        Tier asked = OptionValues.oneOf("--tier", tier, Tier.values());
        Money most = OptionValues.usd("--budget", budget);
        var lines = new DoctorLines(terminal.out(), json.output());
        var findings = new ArrayList<>(new DoctorFindings(clock, models.environment(), lines::print).all());
        Optional<ProbeDocument> probed = Optional.empty();
        if (probe) {
            try {
                requireReachable(findings);
                probed = Optional.of(new ProbeSession(models, asked, most, lines).run());
            } catch (UsageException e) {
                Finding finding = notProbed(String.valueOf(e.getMessage()));
                findings.add(finding);
                lines.print(finding);
            }
        }
        boolean failed = probed.filter(ProbeDocument::hasFailed).isPresent();
        ExitStatus status = failed ? ExitStatus.FAILED : status(findings);
        if (json.output() == Output.JSON) {
            var document = new Document(1, word(status), findings, probed.orElse(null));
            terminal.out().println(new JsonOutput().document(document));
        }
        return status.code();
    }

    /** Whether a call makes sense; a model that is not listed may be called, because many servers take it. */
    private static void requireReachable(List<Finding> findings) throws UsageException {
        for (Finding finding : findings) {
            boolean isInTheWay = finding.verdict() == Verdict.MISCONFIGURED
                    || (finding.verdict() == Verdict.FAILED && !isTier(finding.subject()));
            if (isInTheWay) {
                throw new UsageException("bad_configuration", finding.subject());
            }
        }
    }

    private static boolean isTier(String subject) {
        return Arrays.stream(Tier.values())
                .anyMatch(one -> one.name().toLowerCase(Locale.ROOT).equals(subject));
    }

    private static Finding notProbed(String why) {
        return new Finding(Verdict.FAILED, "probe", "it was not made because of this: " + Echo.ofInput(why));
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
