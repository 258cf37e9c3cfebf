// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.schedule.RunCommand;
import java.util.List;

/** The order in which the commands of the machine are carried out; a test proves with another one that replay notices. */
@FunctionalInterface
interface DecisionOrder {
    /** As the machine has decided. */
    DecisionOrder OF_MACHINE = commands -> commands;

    List<RunCommand> of(List<RunCommand> commands);
}
