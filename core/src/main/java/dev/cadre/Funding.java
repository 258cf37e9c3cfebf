// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.price.Money;

/** The budget of a session, by what earlier sessions of its run spent. */
@FunctionalInterface
interface Funding {
    Budget budget(Money before);
}
