// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.models.responses.Response;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.thought.LeadingThought;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads one reply in the form of the Responses API, whole or as events. */
final class ResponsesReply {
    private static final ObjectReader REPLY = ServerJson.MAPPER.readerFor(Response.class);

    private final ModelRequest request;
    private final LimitHeaders headers;
    private final Failures failures;
    private final ReplyNotes notes;
    private final ReplyReader reader;

    ResponsesReply(ModelRequest request, LimitHeaders headers, Failures failures, ReplyNotes notes) {
        this.request = request;
        this.headers = headers;
        this.failures = failures;
        this.notes = notes;
        reader = new ReplyReader(request, headers, failures, notes);
    }

    /** The reply of one JSON value. */
    ServedReply whole(JsonNode given, Consumer<String> text) throws IOException {
        if (given instanceof ObjectNode object) {
            new ResponseForm(request, notes).apply(object);
        }
        return told(served(REPLY.readValue(given), reader::read), text);
    }

    /** The reply of events. */
    ServedReply streamed(ServerEvents events, Consumer<String> text) throws IOException {
        var answer = LeadingThought.before(request.output(), text);
        var stream = new StreamReader(request, headers, failures, notes, answer::hear, answer::nextMessage);
        Response last = stream.read(events);
        answer.finish();
        return served(last, response -> reader.readLast(response, stream.worked()));
    }

    /** @param response what was read; null if that was the JSON {@code null} */
    private static ServedReply served(@Nullable Response response, Function<@Nullable Response, ModelReply> reader) {
        ModelReply reply = reader.apply(response);
        return new ServedReply(reply, Api.RESPONSES, response == null ? Echo.NONE : Echo.of(response));
    }

    /** Tells the text of a reply that came whole. */
    static ServedReply told(ServedReply served, Consumer<String> text) {
        ModelReply reply = served.reply();
        if (reply.finish() != Finish.REFUSED && !reply.text().isEmpty()) {
            text.accept(reply.text());
        }
        return served;
    }
}
