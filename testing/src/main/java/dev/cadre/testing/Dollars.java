// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The limit of a {@link dev.cadre.budget.BudgetGuard} that a test takes as a parameter; $1.00 without it. */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface Dollars {
    /** The limit, such as {@code 0.05}. */
    String value();
}
