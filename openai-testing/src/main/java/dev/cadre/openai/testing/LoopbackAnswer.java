// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import java.nio.file.Path;
import java.util.List;

/** What goes over the wire for one request. */
sealed interface LoopbackAnswer {
    /** One document. */
    record Whole(int status, String contentType, String body) implements LoopbackAnswer {
        static Whole json(String body) {
            return new Whole(200, "application/json", body);
        }
    }

    /** The bytes of a file. */
    record Stored(Path file) implements LoopbackAnswer {}

    /** A document in events. */
    record Events(List<LoopbackEvent> events) implements LoopbackAnswer {
        public Events {
            events = List.copyOf(events);
        }
    }

    /** A generated reply in the words of the API that was asked. */
    static LoopbackAnswer of(LoopbackGeneration generation) {
        LoopbackRequest request = generation.request();
        if (request.isChat()) {
            var chat = new LoopbackChat(generation);
            return request.streams() ? new Events(LoopbackChatEvents.of(chat)) : chat.whole();
        }
        var body = new LoopbackBody(generation);
        return request.streams()
                ? new Events(LoopbackEvents.of(body))
                : Whole.json(body.response().write());
    }
}
