// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/**
 * What a pool is doing at one instant.
 *
 * @param inFlight calls in flight
 * @param waiting calls that wait for admission, delays before a retry included
 * @param parallelLimit the calls that may be in flight at present; adapted, never above the configured limit
 */
public record PoolLoad(int inFlight, int waiting, int parallelLimit) {}
