// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.price.Money;
import java.time.Duration;

/**
 * Everything the command line of {@code cadre mcp} says, checked.
 *
 * @param repositories what may be searched
 * @param budget most that all calls of the process may spend together
 * @param callBudget most that one call may ask for, and what it has if it asks for nothing
 * @param parallel most model calls at a time
 * @param deadline most time that one call may ask for, and what it has if it asks for nothing
 */
record McpOptions(
        ServedRepositories repositories,
        Money budget,
        Money callBudget,
        int parallel,
        Duration deadline,
        SearchOptions.Offline offline) {}
