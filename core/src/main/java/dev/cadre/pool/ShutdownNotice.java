// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import java.time.LocalDate;

/**
 * A model's end that is near.
 *
 * @param model the id that is called
 * @param day the first day without it
 * @param daysLeft the days until then, at least 1
 */
public record ShutdownNotice(String model, LocalDate day, long daysLeft) {}
