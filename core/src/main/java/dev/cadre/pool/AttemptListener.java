// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/**
 * Is told about every attempt of a call, on the calling thread and outside any lock; it should be short.
 *
 * <p>What it throws, errors of the virtual machine apart, is logged and otherwise ignored.
 */
@FunctionalInterface
public interface AttemptListener {
    void on(Attempt attempt);
}
