// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.openai.core.JsonField;
import dev.cadre.model.ModelException.Billed;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the token counts of a reply, which decide what is booked. Where servers count differently, the largest reading
 * counts that fits all that is said; a count that cannot be true makes all of them unknown.
 */
final class UsageReader {
    /** About ten times the longest context of any model: a larger count is a defect, not a bill. */
    private static final long MOST_TOKENS = 10_000_000;

    /** A count that cannot be true. */
    static final long IMPOSSIBLE = -1;

    /** A count that came as a text. */
    private static final Pattern COUNT = Pattern.compile("\\d{1,9}(?:\\.\\d{1,9})?");

    private static final List<String> INPUT = List.of("input_tokens", "prompt_tokens");
    private static final List<String> OUTPUT = List.of("output_tokens", "completion_tokens");
    private static final List<String> TOTAL = List.of("total_tokens");
    private static final List<String> AUDIO = List.of("audio_tokens");
    private static final List<String> REASONING = List.of("reasoning_tokens");
    private static final List<String> CACHED =
            List.of("cached_tokens", "num_cached_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens");
    private static final List<String> WRITTEN =
            List.of("cache_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens");

    private final JsonNode usage;
    private final JsonNode inputDetails;
    private final JsonNode outputDetails;
    private final ReplyNotes notes;
    private boolean impossible;

    private UsageReader(JsonNode usage, ReplyNotes notes) {
        this.usage = usage;
        this.notes = notes;
        inputDetails = details("input_tokens_details", "prompt_tokens_details", "prompt_token_details");
        outputDetails = details("output_tokens_details", "completion_tokens_details");
    }

    /** The counts of a usage; nothing if they cannot be true. */
    static UsageCounts counts(JsonNode usage, ReplyNotes notes) {
        return new UsageReader(usage, notes).counts();
    }

    /** The usage, or null if there is none or it cannot be true. */
    static @Nullable TokenUsage read(JsonField<?> usage, ModelRequest request, ReplyNotes notes) {
        JsonNode json = usage.isMissing() || usage.isNull()
                ? MissingNode.getInstance()
                : ServerJson.MAPPER.<JsonNode>valueToTree(usage);
        return json.isObject() ? counts(json, notes).reading(request, notes) : null;
    }

    /** The bill in an error, which gateways send beside it or in it, or in the reply of its event; null if it has none. */
    static @Nullable Billed billed(JsonNode body, String model, ReplyNotes notes) {
        for (JsonNode place : List.of(body, body.path("error"), body.path("response"))) {
            JsonNode said = place.path("usage");
            TokenUsage usage = said.isObject() ? counts(said, notes).largest(notes) : null;
            if (usage != null) {
                return new Billed(model, usage, ServiceTier.STANDARD, Map.of());
            }
        }
        return null;
    }

    /** The usage, or null if it has no output although something was written. */
    static @Nullable TokenUsage of(@Nullable TokenUsage usage, boolean isWritten) {
        return usage != null && usage.outputTokens() == 0 && isWritten ? null : usage;
    }

    static long possible(long count) {
        return count >= 0 && count <= MOST_TOKENS ? count : IMPOSSIBLE;
    }

    private UsageCounts counts() {
        if (counts(AUDIO, inputDetails, outputDetails).anyMatch(count -> count > 0)) {
            notes.add("the usage has audio tokens, whose price is not known");
            return UsageCounts.NONE; // nobody asked for sound, and the prices of text are not its prices
        }
        var counts = new UsageCounts(
                most(INPUT, usage),
                // where two names differ, fewer cached tokens are the larger bill
                counts(CACHED, usage, inputDetails).min().orElse(0),
                most(WRITTEN, usage, inputDetails),
                most(OUTPUT, usage),
                most(REASONING, usage, outputDetails),
                most(TOTAL, usage),
                counts(OUTPUT, usage).findAny().isPresent());
        return impossible ? UsageCounts.NONE : counts;
    }

    private JsonNode details(String... names) {
        for (String name : names) {
            JsonNode details = usage.path(name);
            boolean isAbsent = details.isContainerNode()
                    ? details.isEmpty()
                    : details.asText("").isBlank();
            if (!isAbsent && !details.isNull()) {
                impossible |= !details.isObject();
                return details;
            }
        }
        return MissingNode.getInstance();
    }

    private long most(List<String> names, JsonNode... places) {
        return counts(names, places).max().orElse(0);
    }

    private LongStream counts(List<String> names, JsonNode... places) {
        return names.stream()
                .flatMap(name -> List.of(places).stream().map(place -> place.path(name)))
                .filter(number -> !number.isMissingNode() && !number.isNull())
                .mapToLong(this::count);
    }

    private long count(JsonNode given) {
        boolean isText = given.isTextual() && COUNT.matcher(given.asText()).matches();
        double number =
                isText ? Double.parseDouble(given.asText()) : given.isNumber() ? given.doubleValue() : IMPOSSIBLE;
        if (isText) {
            notes.add("the usage has counts that came as texts");
        }
        if (number != Math.rint(number) || number < 0 || number > MOST_TOKENS) {
            impossible = true;
            return 0;
        }
        return (long) number;
    }
}
