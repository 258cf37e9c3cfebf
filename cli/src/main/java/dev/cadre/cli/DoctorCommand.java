// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.budget.Budget;
import dev.cadre.cli.DoctorFindings.Finding;
import dev.cadre.cli.DoctorFindings.Verdict;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Money;
import dev.cadre.probe.ServerProbe;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    private static final Duration CALL = Duration.ofMinutes(2);

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
        List<Finding> findings = new DoctorFindings(clock, models.environment()).all();
        Optional<ProbeDocument> probed =
                probe && isReachable(findings) ? Optional.of(probe(asked, most)) : Optional.empty();
        boolean failed = probed.filter(ProbeDocument::hasFailed).isPresent();
        ExitStatus status = failed ? ExitStatus.FAILED : status(findings);
        if (json.output() == Output.JSON) {
            var document = new Document(1, word(status), findings, probed.orElse(null));
            terminal.out().println(new JsonOutput().document(document));
        } else {
            findings.forEach(finding -> print(finding.verdict().label(), finding.subject(), finding.message()));
            probed.ifPresent(this::print);
        }
        return status.code();
    }

    /** Whether a call makes sense: many servers take names of models that they do not list. */
    private static boolean isReachable(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.verdict() == Verdict.FAILED || finding.verdict() == Verdict.MISCONFIGURED)
                .noneMatch(finding -> Set.of("key", "server", "JDK").contains(finding.subject()));
    }

    /** A call that fails is not made again, because a retry would hide what is asked here. */
    private ProbeDocument probe(Tier asked, Money most) throws InterruptedException, UsageException {
        try (ModelPools pools = models.open(pool -> pool.maxParallel(1).retryPolicy(RetryPolicy.none()))) {
            var pool = pools.pool(asked);
            ServerProbe.Result result = ServerProbe.of(pool, CALL).run(Budget.of(most));
            return ProbeDocument.of(pool.model(), result);
        }
    }

    private void print(ProbeDocument probed) {
        terminal.out().println();
        probed.checks().forEach(check -> {
            print(check.verdict(), check.check(), check.message());
            check.notes().forEach(note -> print("", "", note));
        });
        terminal.out().println();
        terminal.out().println("%s was asked for $%s".formatted(TextOutput.visible(probed.model()), probed.usd()));
    }

    private void print(String verdict, String subject, String message) {
        String head = "%-13s %s".formatted(verdict, subject.isEmpty() ? "  " : subject + ": ");
        terminal.out().println(head + TextOutput.visible(message));
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
