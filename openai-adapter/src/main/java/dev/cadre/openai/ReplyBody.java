// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cadre.model.ModelRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Reads the body of a reply as what it is, not as what was asked for: gateways answer whole requests with events and
 * streamed ones whole, claim any type, and answer one API in the form of the other.
 *
 * @param server where it comes from
 * @param failures what failures mean
 * @param endWait how long a stream of chunks may go on when the answer and its usage are there
 */
record ReplyBody(BaseUrl server, Failures failures, Duration endWait) {

    /**
     * Reads a body.
     *
     * @param asked the API to whose address the request went; it counts where the body does not show its own
     * @param wantsEvents whether events were asked for
     * @param text what hears the pieces of the answer
     */
    ServedReply read(
            ModelRequest request,
            Api asked,
            boolean wantsEvents,
            LimitHeaders headers,
            InputStream sent,
            Consumer<String> text)
            throws IOException {
        var notes = new ReplyNotes(failures);
        var response = new ResponsesReply(request, headers, failures, notes);
        var chat = new ChatReply(request, server, headers, failures, notes, endWait);
        var charset = TextCharset.of(headers.first("content-type").orElse(""), notes);
        PushbackInputStream body = ServerEvents.trimmed(sent);
        if (ServerEvents.areIn(body, wantsEvents)) {
            var events = new ServerEvents(body, charset, notes);
            return events.api().orElse(asked) == Api.RESPONSES
                    ? response.streamed(events, text)
                    : ServedReply.ofChat(chat.joined(events, text));
        }
        InputStream json = charset.isOther() ? decoded(body, charset) : body;
        ServerJson.First first = ServerJson.first(json);
        JsonNode given = first.value();
        if (ServerEvents.isPiece(given)) {
            notes.add("the pieces of a stream came one a line");
            var events = ServerEvents.inLines(first, json, charset, notes);
            return events.api().orElse(asked) == Api.RESPONSES
                    ? response.streamed(events, text)
                    : ServedReply.ofChat(chat.joined(events, text));
        }
        if (!first.isAlone()) {
            notes.add("what stood behind the reply was left out");
        }
        if (given.isArray()) {
            notes.add("the reply came as a list");
            var events = ServerEvents.of(given, charset, notes);
            return events.api().orElse(asked) == Api.RESPONSES
                    ? response.streamed(events, text)
                    : ServedReply.ofChat(chat.joined(events, text));
        }
        return Api.ofReply(given).orElse(asked) == Api.RESPONSES
                ? response.whole(given, text)
                : ServedReply.ofChat(chat.whole(given, text));
    }

    private static InputStream decoded(InputStream body, TextCharset charset) throws IOException {
        return new ByteArrayInputStream(charset.decoded(body.readAllBytes()).getBytes(StandardCharsets.UTF_8));
    }
}
