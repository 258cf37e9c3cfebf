// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.openai.core.ObjectMappers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The Jackson mapper of all that goes to a server and comes from it, the SDK's own calls included: the SDK's mapper, with a
 * bound on what one text may hold. A text beyond it ends with a {@code StreamConstraintsException}. Numbers keep all their
 * digits: arguments and answers that come as JSON become texts again.
 *
 * <p>A kilobyte that was compressed can hold a million values, and each takes up to 140 bytes of memory and 60
 * microseconds, because the SDK tries to read it as several types.
 */
final class ServerJson {
    /**
     * The tokens of one text: brackets, names and values.
     *
     * <p>The answer itself is one of them. What the most verbose model writes in 128,000 tokens are 155,000 if all of it is
     * citations (12 for about ten tokens) and 120,000 if it is calls (14 for about fifteen); the tools and the schema of
     * the request, which a reply repeats, are some ten thousand. Log probabilities would be two million; no request asks
     * for them. Eight such texts at a time take 300 MB.
     */
    static final long MAX_TOKENS = 250_000;

    static final JsonMapper MAPPER = bounded();

    /**
     * The same for replies, which may have numbers that JSON does not have, and line breaks or tabs within texts: servers
     * in Python and templates write such. Arguments of tools are read strictly, since their tools read them so.
     */
    static final ObjectReader REPLIES = MAPPER.reader()
            .withFeatures(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS, JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS);

    private ServerJson() {}

    private static JsonMapper bounded() {
        JsonMapper mapper = ObjectMappers.jsonMapper().copy(); // has a factory of its own
        StreamReadConstraints usual = mapper.getFactory().streamReadConstraints();
        mapper.getFactory()
                .setStreamReadConstraints(
                        usual.rebuild().maxTokenCount(MAX_TOKENS).build());
        mapper.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
        mapper.configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);
        return mapper;
    }

    /**
     * The first value of a body.
     *
     * @param value a missing node if the body is empty
     * @param isAlone whether nothing that came with it stands behind it
     * @param ahead what does
     */
    record First(JsonNode value, boolean isAlone, InputStream ahead) {}

    /** The first value of a body, which stays open. */
    static First first(InputStream body) throws IOException {
        try (JsonParser parser = REPLIES.createParser(body).disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)) {
            JsonNode first = REPLIES.readTree(parser);
            var ahead = new ByteArrayOutputStream();
            parser.releaseBuffered(ahead);
            boolean isAlone = ahead.toString(StandardCharsets.UTF_8).isBlank();
            JsonNode value = first == null ? MissingNode.getInstance() : first;
            return new First(value, isAlone, new ByteArrayInputStream(ahead.toByteArray()));
        }
    }
}
