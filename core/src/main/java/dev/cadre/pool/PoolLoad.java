// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/**
 * The load of a pool at one instant.
 *
 * @param inFlight the number of calls in flight
 * @param waiting the number of calls that wait for admission, or for a retry
 * @param parallelLimit the number of calls that may be in flight at present; adapted, never above the configured limit
 */
public record PoolLoad(int inFlight, int waiting, int parallelLimit) {}
