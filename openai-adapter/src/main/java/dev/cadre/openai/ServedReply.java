// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ModelReply;

/**
 * A reply that was read, with what its server shows of having read the request.
 *
 * @param reply the reply
 * @param api the API whose form it had, whichever was asked
 * @param echo the part of the request that it repeats
 */
record ServedReply(ModelReply reply, Api api, Echo echo) {
    /** A chat completion, which repeats nothing by its nature. */
    static ServedReply ofChat(ModelReply reply) {
        return new ServedReply(reply, Api.CHAT_COMPLETIONS, Echo.NONE);
    }
}
