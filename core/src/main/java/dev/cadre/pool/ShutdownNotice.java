// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import java.time.LocalDate;

/**
 * The notice of a model's shutdown that is near.
 *
 * @param model the id that is called
 * @param day the first day without it
 * @param daysLeft the number of days until then, at least 1
 */
public record ShutdownNotice(String model, LocalDate day, long daysLeft) {}
