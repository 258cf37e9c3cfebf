// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.journal.UnrecordedException;

/**
 * Is told about every attempt of a call, on the calling thread and outside any lock; it should be short.
 *
 * <p>What it throws, errors of the virtual machine apart, is logged and otherwise ignored; but an
 * {@link UnrecordedException} about {@link AttemptEvent.Started} keeps the attempt from being sent, and ends the call.
 */
@FunctionalInterface
public interface AttemptListener {
    void on(AttemptEvent attempt);
}
