// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import dev.cadre.model.ComputerTool;
import dev.cadre.price.Capability;
import dev.cadre.task.Tool;
import java.nio.file.Path;
import java.util.function.BiFunction;

/**
 * The tool by which a worker's model operates a screen: a subtask type with it can be given to models alone that the
 * catalogue knows to be capable of it, and is never tried again once a screen was touched. Immutable.
 *
 * <p>Every action is shown to the {@link ApprovalRule} first. Each turn ends with a picture, which is paid as input of every
 * later call of the rung; {@link dev.cadre.task.Limits.ToolLimits#rounds()} bounds the turns, the budget their price. What is
 * seen on a screen is data, but a model may take it for instructions: give it an environment that can reach no more than it
 * needs.
 */
public final class ComputerUse {
    private ComputerUse() {}

    /**
     * The tool.
     *
     * @param source opens a screen for each rung
     * @param rule approves or refuses each action
     * @param folder where the pictures before and after are kept, named by run and subtask; made when needed
     * @param output the type's output
     * @param naming puts the names of the pictures into an accepted output
     */
    public static <O> Tool of(
            Environment.Source source,
            ApprovalRule rule,
            Path folder,
            Class<O> output,
            BiFunction<? super O, Screenshots, ? extends O> naming) {
        return Tool.stateful(
                        ComputerTool.SPEC,
                        () -> new ComputerSession(
                                source,
                                rule,
                                new ScreenshotFiles(folder),
                                (answer, pictures) -> naming.apply(output.cast(answer), pictures)))
                .needing(Capability.COMPUTER_USE)
                .writing(Tool.Effect.WRITES);
    }
}
