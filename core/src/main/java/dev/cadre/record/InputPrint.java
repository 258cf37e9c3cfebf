// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import java.util.Optional;

/**
 * What tells an input from others. It is made once for each piece of work: writing an input runs the user's code, which may
 * fail the next time.
 *
 * @param work of the type and the input, without what is attached to it
 * @param effect of what is worked on, and so of what the work does to the world: it is the same when prompt, schema of the
 *     output or models change
 * @param attachments how many pictures and files are in the input
 * @param unfit why the input cannot be written; empty if it can. Then it is like no other: nothing is reused for it
 */
public record InputPrint(Fingerprint work, Fingerprint effect, int attachments, Optional<String> unfit) {}
