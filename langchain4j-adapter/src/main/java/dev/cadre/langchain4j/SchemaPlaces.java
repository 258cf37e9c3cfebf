// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.langchain4j.model.chat.Capability;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a model is given the schema of its answer: as a format, if it declares that it takes one, or as a part of the
 * prompt. Some that take a format refuse it beside tools; this is learned from the first refusal. For use by many threads.
 */
final class SchemaPlaces {
    enum Place {
        FORMAT,
        PROMPT
    }

    /** The requests for which a model may answer differently. */
    private enum Kind {
        WITH_TOOLS,
        WITHOUT_TOOLS;

        static Kind of(ModelRequest request) {
            return request.tools().isEmpty() ? WITHOUT_TOOLS : WITH_TOOLS;
        }
    }

    /** What refusals of a format speak of. */
    private static final Pattern FORMAT = Pattern.compile(
            "(?i)response[ _]?(?:mime|format|schema|type)|json[ _](?:schema|mode|object|response)|structured|grammar");

    static final String NOTE = "the schema of the answer stood in the prompt, because the model refuses a format";

    private final Set<Kind> answered = EnumSet.noneOf(Kind.class);
    private final Set<Kind> refused = EnumSet.noneOf(Kind.class);

    synchronized Place of(ModelRequest request, LangChain4jModel model) {
        boolean takesFormats = model.capabilities().contains(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
        return takesFormats && !refused.contains(Kind.of(request)) ? Place.FORMAT : Place.PROMPT;
    }

    /** Whether a format was left out for what was learned. */
    synchronized boolean isLearned(ModelRequest request) {
        return hasSchema(request) && refused.contains(Kind.of(request));
    }

    synchronized void answered(ModelRequest request) {
        answered.add(Kind.of(request));
    }

    /**
     * What a failure means: one of a model that refuses a format, and has never answered in it, is that it is asked without
     * from now on.
     */
    synchronized ModelException meaning(ModelException failure, ModelRequest request, Place place) {
        Kind kind = Kind.of(request);
        if (place == Place.PROMPT
                || !hasSchema(request)
                || answered.contains(kind)
                || !(failure instanceof ModelException.InvalidRequest refusal)
                || (refusal.status() != 400 && refusal.status() != 422)
                || !FORMAT.matcher(String.valueOf(failure.getMessage())).find()) {
            return failure;
        }
        refused.add(kind);
        return new ModelException.Adapted(NOTE + (kind == Kind.WITH_TOOLS ? " beside tools" : ""));
    }

    private static boolean hasSchema(ModelRequest request) {
        return request.output() instanceof OutputFormat.JsonSchema;
    }
}
