// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import java.time.LocalDate;

/**
 * The report that the spending of a shared budget, in all processes, has reached the part of its limit at which an alert is
 * due. Nothing is refused because of it.
 *
 * @param budget the name of the budget, or of one around it
 * @param window the first day of its window, by UTC
 * @param spent what is spent in this window
 * @param percent the part of the limit that was reached
 */
public record BudgetAlert(String budget, LocalDate window, Money spent, Money limit, int percent) {}
