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
 * prompt. Some refuse a format, or refuse it beside tools, in words of which no list is whole. So whatever is refused in a
 * format before the first answer in one is asked once with the schema in the prompt: where that is answered, it was the
 * format, and where that is refused as well, it was the request. For use by many threads.
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

    /** What refusals of a format speak of, as a rule. */
    private static final Pattern FORMAT = Pattern.compile("(?i)response[ _]?(?:mime|format|schema|type|json)"
            + "|json[ _](?:schema|mode|object|response)|structured|grammar|controlled generation"
            + "|output[ _](?:format|schema|config)|guided|too many states");

    /** A schema that is wrong wherever it stands: the caller must hear of it. */
    private static final Pattern WRONG_SCHEMA = Pattern.compile("(?i)invalid_json_schema|invalid schema for");

    /** So often the request was at fault after all, before other words than those of a format are believed no more. */
    private static final int MOST_DOUBTS = 3;

    static final String NOTE = "the schema of the answer stood in the prompt, because the model refuses a format";

    private final Set<Kind> answered = EnumSet.noneOf(Kind.class);
    /** Where the format may be what was refused. */
    private final Set<Kind> doubted = EnumSet.noneOf(Kind.class);

    private final Set<Kind> refused = EnumSet.noneOf(Kind.class);
    private int doubts;

    synchronized Place of(ModelRequest request, LangChain4jModel model) {
        Kind kind = Kind.of(request);
        boolean isLeftOut = hasSchema(request) && (refused.contains(kind) || doubted.contains(kind));
        return takesFormats(model) && !isLeftOut ? Place.FORMAT : Place.PROMPT;
    }

    private static boolean takesFormats(LangChain4jModel model) {
        return model.capabilities().contains(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }

    /** Whether a format was left out for what was learned. */
    static boolean isLearned(ModelRequest request, LangChain4jModel model, Place place) {
        return place == Place.PROMPT && hasSchema(request) && takesFormats(model);
    }

    /** Learns from an answer which place is read. */
    synchronized void answered(ModelRequest request, Place place) {
        if (!hasSchema(request)) {
            return;
        }
        Kind kind = Kind.of(request);
        if (place == Place.FORMAT) {
            answered.add(kind);
            doubted.remove(kind);
        } else if (doubted.remove(kind)) {
            refused.add(kind);
        }
    }

    /**
     * What a failure means: one of a model that may refuse a format, and has never answered in it, is that it is asked
     * without.
     */
    synchronized ModelException meaning(ModelException failure, ModelRequest request, Place place) {
        if (!hasSchema(request) || !isOfTheRequest(failure)) {
            return failure;
        }
        Kind kind = Kind.of(request);
        if (place == Place.PROMPT) {
            doubts += doubted.remove(kind) ? 1 : 0;
            return failure;
        }
        boolean isKnown = refused.contains(kind) || doubted.contains(kind); // by a call beside this one
        String said = String.valueOf(failure.getMessage());
        boolean isDoubtful = !answered.contains(kind)
                && !WRONG_SCHEMA.matcher(said).find()
                && (doubts < MOST_DOUBTS || FORMAT.matcher(said).find());
        if (!isKnown && !isDoubtful) {
            return failure;
        }
        if (!refused.contains(kind)) {
            doubted.add(kind);
        }
        return new ModelException.Adapted(NOTE + (kind == Kind.WITH_TOOLS ? " beside tools" : ""));
    }

    private static boolean isOfTheRequest(ModelException failure) {
        return failure instanceof ModelException.InvalidRequest refusal
                && (refusal.status() == 400 || refusal.status() == 422);
    }

    private static boolean hasSchema(ModelRequest request) {
        return request.output() instanceof OutputFormat.JsonSchema;
    }
}
