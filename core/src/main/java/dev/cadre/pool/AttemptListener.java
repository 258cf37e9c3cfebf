// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.journal.UnrecordedException;

/**
 * A listener for the attempts of a call. It is called on the calling thread and outside any lock; it should be short.
 *
 * <p>Its exceptions, except errors of the virtual machine, are logged and otherwise ignored; but an
 * {@link UnrecordedException} on {@link AttemptEvent.Started} keeps the attempt from being sent, and ends the call.
 */
@FunctionalInterface
public interface AttemptListener {
    void on(AttemptEvent attempt);
}
