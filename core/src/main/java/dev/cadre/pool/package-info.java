// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps attempts within the limits of a model.
 *
 * <p>The life of one call:
 *
 * <pre>
 * ModelPool.call         PooledCall: one call with its retries, on its caller's thread
 *   waits                AdmissionRequest in the shell (AdmissionPoint), CallState in the machine (PoolMachine)
 *   is admitted          permit, rates and the budget's Reservation are taken together, or none of them
 *   in flight            AdmittedAttempt: one attempt with its permit and its money
 *   ends                 AttemptEvent.Bill: booked as settled, forfeited or released
 *   retries              waits again; each retry is a new admission
 * </pre>
 */
@NullMarked
package dev.cadre.pool;

import org.jspecify.annotations.NullMarked;
