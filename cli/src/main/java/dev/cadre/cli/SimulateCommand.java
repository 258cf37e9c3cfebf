// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.simulation.SampleCrew;
import dev.cadre.simulation.forecast.CrewForecast;
import dev.cadre.simulation.forecast.CrewSimulation;
import dev.cadre.simulation.forecast.Sensitivity;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs {@code cadre simulate}. */
@Command(
        name = "simulate",
        description = "Runs a plan many times in virtual time: what it may cost, and how long it may take.",
        footer = "Nothing is called and nothing is spent: prices are the catalogue's, speeds and failures are assumed.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SimulateCommand implements Callable<Integer> {
    /** Enough to see what matters: it is done ten times. */
    private static final int SENSITIVITY_RUNS = 100;

    private final Terminal terminal;

    @Mixin
    private final SimulateArguments arguments = new SimulateArguments();

    SimulateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws UsageException {
        SimulateArguments.Options options = arguments.checked();
        CrewSimulation simulation = SampleCrew.simulation(options.subtasks());
        CrewForecast forecast = simulation.run(options.runs(), options.seed());
        List<Sensitivity> sensitivity =
                simulation.sensitivity(Math.min(options.runs(), SENSITIVITY_RUNS), options.seed());
        SimulateDocument document = SimulateDocument.of(forecast, sensitivity);
        if (options.output() == Output.JSON) {
            terminal.out().println(new JsonOutput().document(document));
        } else {
            new SimulateText(terminal.out()).print(document);
        }
        return ExitStatus.COMPLETE.code();
    }
}
