// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cadre.model.Attachment;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ServiceTier;
import java.util.function.Function;

/** The bytes of a request's body: it is written for that, so that nothing which is sent can be forgotten. */
final class BodySize {
    /** What the SDK adds to a call whose reply is streamed. */
    private static final long STREAM_BYTES = 16;

    /** What the provider itself says to a model about a tool of its own. */
    private static final long PROVIDER_TOOL_TOKENS = 2_000;

    private BodySize() {}

    /**
     * The most bytes that are sent, the content of pictures and files apart.
     *
     * @param body makes the body as it is sent
     */
    static long of(ModelRequest request, Function<ModelRequest, Object> body) {
        // a batch sends the same bodies one by one
        ModelRequest single =
                request.serviceTier() == ServiceTier.BATCH ? request.withServiceTier(ServiceTier.STANDARD) : request;
        long sent;
        try {
            // as bytes, not as text: the SDK escapes what lies beyond the basic plane
            sent = ServerJson.MAPPER.writeValueAsBytes(body.apply(single)).length;
        } catch (ModelException.InvalidRequest
                | IllegalArgumentException
                | IllegalStateException
                | JsonProcessingException unsendable) {
            return request.inputBytes(); // the call itself says why
        }
        long tools = PROVIDER_TOOL_TOKENS * request.options().providerTools().size();
        return Math.max(request.inputBytes(), sent + STREAM_BYTES + tools - contentBytes(request));
    }

    private static long contentBytes(ModelRequest request) {
        return request.attachments().stream().mapToLong(BodySize::contentBytes).sum();
    }

    private static long contentBytes(Attachment attachment) {
        return switch (attachment) {
            case Attachment.Image image -> contentBytes(image.source());
            case Attachment.File file -> contentBytes(file.content());
        };
    }

    private static long contentBytes(Attachment.Source source) {
        return switch (source) {
            case Attachment.Source.Inline inline -> inline.dataUrl().length();
            case Attachment.Source.At at -> 0;
        };
    }
}
