// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Reads the events of a streamed chat completion so that an answer which is there is not lost any more: behind its end, an
 * error, a lost connection, junk or silence is of no account.
 */
final class RestOfStream {
    /** The usage comes right behind the answer, if it comes. */
    private static final int PATIENCE_FOR_USAGE = 5;

    private final ChatChunks chunks;
    private final Duration wait;
    private final ReplyNotes notes;
    private Duration bound = Duration.ZERO;

    /** @param wait how long a server may take to end the stream when the answer and its usage are there */
    RestOfStream(ChatChunks chunks, Duration wait, ReplyNotes notes) {
        this.chunks = chunks;
        this.wait = wait;
        this.notes = notes;
    }

    /** The next event; empty at the end. */
    Optional<ObjectNode> next(ServerEvents events) throws IOException {
        boundWait();
        while (true) {
            try {
                return events.next();
            } catch (JsonProcessingException junk) {
                if (!chunks.isFinished()) {
                    throw junk;
                }
                notes.add("junk behind the end of the answer was left out");
            } catch (IOException lost) {
                if (!chunks.isFinished() || Thread.currentThread().isInterrupted()) {
                    throw lost;
                }
                notes.add("the server did not end the stream behind the end of the answer");
                return Optional.empty();
            }
        }
    }

    /** Whether an error that comes now is of no account. */
    boolean isOfNoAccount() {
        return chunks.isFinished() && !chunks.isBroken();
    }

    /** A server that says with every chunk why the model stopped may only be slow. */
    private void boundWait() {
        Duration wanted =
                !chunks.isAtItsEnd() ? Duration.ZERO : chunks.hasUsage() ? wait : wait.multipliedBy(PATIENCE_FOR_USAGE);
        if (!wanted.equals(bound)) {
            bound = wanted;
            CallTrace.endWithin(wanted);
        }
    }
}
