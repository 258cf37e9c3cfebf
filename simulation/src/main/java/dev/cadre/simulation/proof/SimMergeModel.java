// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.Turn;
import dev.cadre.schema.JsonType;
import dev.cadre.simulation.proof.SimTypes.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The model that a merger of production asks. It answers at once, by what it is asked alone, and keeps the requests: what
 * they cost and how they fail is simulated afterwards. Safe for use by many threads.
 */
final class SimMergeModel implements ModelClient {
    private static final JsonType<Finding> FINDING = JsonType.of(Finding.class);
    private static final int LAST = Integer.MAX_VALUE;

    /** The line above an outcome or above notes, and a note. */
    private static final Pattern SECTION = Pattern.compile("(?m)^## (\\S+) \\(|seen (\\d+) (-?\\d+)");

    private static final Pattern CANDIDATE = Pattern.compile("(?m)^## \\d+\\n(.*)$");

    /** Whether a judge prefers whatever stands first. */
    private final boolean prefersFirst;

    private final Map<Integer, ModelRequest> asked = new ConcurrentSkipListMap<>();

    SimMergeModel(boolean prefersFirst) {
        this.prefersFirst = prefersFirst;
    }

    /**
     * The outcomes that somebody has seen, told apart from others by a sum over their ids.
     *
     * @param count how many there are; one that was seen twice counts twice
     */
    record Seen(long count, long sum) {
        static final Seen NOTHING = new Seen(0, 0);

        Seen plus(String id) {
            return new Seen(count + 1, sum + id.hashCode());
        }

        private Seen plus(Seen other) {
            return new Seen(count + other.count, sum + other.sum);
        }

        String text() {
            return "seen %d %d".formatted(count, sum);
        }

        private static Seen in(String text) {
            Seen seen = NOTHING;
            Matcher section = SECTION.matcher(text);
            while (section.find()) {
                seen = section.group(1) == null
                        ? seen.plus(new Seen(Long.parseLong(section.group(2)), Long.parseLong(section.group(3))))
                        : seen.plus(section.group(1));
            }
            return seen;
        }
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) {
        String label = context.purpose().subtaskId();
        int number = label.isEmpty() ? LAST : Integer.parseInt(label.substring(label.indexOf('#') + 1));
        SimCheck.that(asked.put(number, request) == null, "part '%s' of a merge is asked twice", label);
        return ModelReply.of(request.model(), answer(request), TokenUsage.of(1, 1));
    }

    private String answer(ModelRequest request) {
        String schema = request.output() instanceof OutputFormat.JsonSchema json ? json.schema() : "";
        if (schema.contains("\"best\"")) {
            List<Finding> shown = candidates(request);
            return "{\"why\":\"it is the best\",\"best\":%d}".formatted(1 + shown.indexOf(chosen(shown)));
        }
        String seen = Seen.in(text(request)).text();
        return schema.contains("\"facts\"")
                ? "{\"facts\":[{\"text\":\"%s\",\"citations\":[]}]}".formatted(seen)
                : "{\"answer\":%s,\"citations\":[]}".formatted(FINDING.write(new Finding(seen, 0)));
    }

    private static String text(ModelRequest request) {
        return request.turns().getFirst() instanceof Turn.User user ? user.text() : "";
    }

    /** What it chooses of candidates in this order: the first, or one that it chooses in every order. */
    Finding chosen(List<Finding> candidates) {
        return candidates.stream()
                .limit(prefersFirst ? 1 : candidates.size())
                .max(Comparator.comparingInt(Finding::score).thenComparing(Finding::text))
                .orElseThrow();
    }

    /** The values that a judge was shown, in its order. */
    static List<Finding> candidates(ModelRequest request) {
        var candidates = new ArrayList<Finding>();
        Matcher shown = CANDIDATE.matcher(text(request));
        while (shown.find()) {
            candidates.add(FINDING.read(shown.group(1)));
        }
        return candidates;
    }

    /** The requests that may be beside each other, in order. */
    List<ModelRequest> beside() {
        return asked.entrySet().stream()
                .filter(each -> each.getKey() != LAST)
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The request for the answer itself; none if it follows from the others. */
    List<ModelRequest> last() {
        return asked.entrySet().stream()
                .filter(each -> each.getKey() == LAST)
                .map(Map.Entry::getValue)
                .toList();
    }
}
