// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ModelReply;

/**
 * A reply that was read, with what its server shows of having read the request.
 *
 * @param reply the reply
 * @param echo the part of the request that it repeats
 */
record ServedReply(ModelReply reply, Echo echo) {}
