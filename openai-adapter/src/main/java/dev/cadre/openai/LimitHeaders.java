// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.core.http.Headers;
import dev.cadre.model.RateLimits;
import dev.cadre.model.RateLimits.Window;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the headers of a reply say about limits and waiting; whatever makes no sense counts as not said. */
final class LimitHeaders {
    /** The count at the beginning of {@code 100;w=60}, as the drafts of the IETF write it. */
    private static final Pattern COUNT = Pattern.compile("(\\d{1,18})(?:[;,].{0,200})?");

    private static final Pattern STATED_SECONDS = Pattern.compile("\\bw=(\\d{1,7})\\b");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    /** A pool waits a part of it at most; what asks for more would not fit into nanoseconds. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(365);

    /** The headers of one limit, in which {@code %s} is limit, remaining or reset. */
    private record Names(String form, Kind kind) {
        String of(String part) {
            return form.formatted(part);
        }
    }

    private enum Kind {
        /** The name or the documentation says that it is counted by the minute. */
        PER_MINUTE,
        /** It is counted by the minute as a rule. */
        MOSTLY_PER_MINUTE,
        /** It may be counted over any period. */
        ANY
    }

    private static final List<Names> REQUESTS = List.of(
            new Names("x-ratelimit-%s-requests-minute", Kind.PER_MINUTE),
            new Names("x-ratelimit-%s-req-minute", Kind.PER_MINUTE),
            new Names("x-ratelimit-%s-minute", Kind.PER_MINUTE),
            new Names("anthropic-ratelimit-requests-%s", Kind.PER_MINUTE),
            new Names("x-ratelimit-%s-requests", Kind.MOSTLY_PER_MINUTE),
            new Names("ratelimit-%s", Kind.ANY),
            new Names("x-ratelimit-%s", Kind.ANY));

    private static final List<Names> TOKENS = List.of(
            new Names("x-ratelimit-%s-tokens-minute", Kind.PER_MINUTE),
            new Names("x-ratelimitbysize-%s-minute", Kind.PER_MINUTE),
            new Names("anthropic-ratelimit-tokens-%s", Kind.PER_MINUTE),
            new Names("x-ratelimit-%s-tokens", Kind.MOSTLY_PER_MINUTE),
            new Names("ratelimitbysize-%s", Kind.ANY),
            new Names("x-ratelimitbysize-%s", Kind.ANY));

    private final Headers headers;

    LimitHeaders(Headers headers) {
        this.headers = headers;
    }

    /** The limits, by the system's clock. */
    RateLimits limits() {
        return limits(InstantSource.system());
    }

    /**
     * The limits; a limit that is not counted by the minute is reported as what remains of it.
     *
     * @param clock what a reset that is a point in time is compared with
     */
    RateLimits limits(InstantSource clock) {
        return new RateLimits(window(REQUESTS, "requests", clock), window(TOKENS, "tokens", clock));
    }

    /** The least time to wait from now on, the longest that any header asks for; null if no usable one does. */
    @Nullable
    Duration retryAfter(InstantSource clock) {
        return Stream.of(
                        times("retry-after-ms", HeaderTime::parseMillis),
                        times("x-ms-retry-after-ms", HeaderTime::parseMillis),
                        times("retry-after", text -> HeaderTime.parse(text, clock)))
                .flatMap(times -> times)
                .map(HeaderTime::span)
                .max(Duration::compareTo)
                .map(span -> span.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : span)
                .orElse(null);
    }

    /** The times in all headers of a name; gateways join several to one, or add theirs. */
    private Stream<HeaderTime> times(String name, Function<String, Optional<HeaderTime>> parser) {
        return headers.values(name).stream().map(String::strip).flatMap(value -> {
            Optional<HeaderTime> whole = parser.apply(value); // a date has a comma
            return whole.isPresent()
                    ? whole.stream()
                    : Arrays.stream(value.split(","))
                            .map(part -> part.replace('"', ' ').strip())
                            .flatMap(part -> parser.apply(part).stream());
        });
    }

    /** Whether the provider asks not to repeat the request. */
    boolean forbidsRetry() {
        return first("x-should-retry").filter("false"::equalsIgnoreCase).isPresent();
    }

    Optional<String> first(String name) {
        return headers.values(name).stream().map(String::strip).findFirst();
    }

    private Window window(List<Names> known, String of, InstantSource clock) {
        for (Names names : known) {
            if (first(names.of("limit")).isPresent()
                    || first(names.of("remaining")).isPresent()) {
                return window(names, of, clock);
            }
        }
        return Window.UNKNOWN;
    }

    private Window window(Names names, String of, InstantSource clock) {
        Optional<String> stated = first(names.of("limit"));
        long limit = stated.map(LimitHeaders::count).orElse(-1L);
        if (stated.isPresent() && limit <= 0) {
            return Window.UNKNOWN; // some hosts send -1 or 0 for "we do not say"
        }
        long remaining = first(names.of("remaining")).map(LimitHeaders::count).orElse(-1L);
        var reported = new ReportedLimit(limit, remaining, resets(names, clock));
        Optional<Duration> period = period(names, of, stated.orElse(""));
        return switch (names.kind()) {
            case PER_MINUTE -> reported.per(MINUTE);
            case MOSTLY_PER_MINUTE -> period.map(reported::per).orElseGet(() -> reported.learned(Optional.of(MINUTE)));
            case ANY -> period.map(reported::per).orElseGet(() -> reported.learned(Optional.empty()));
        };
    }

    /** A bare number is one of seconds with most providers, of milliseconds with Azure. */
    private List<HeaderTime> resets(Names names, InstantSource clock) {
        var readings = new ArrayList<HeaderTime>();
        first(names.of("reset")).ifPresent(text -> {
            HeaderTime.parse(text, clock).ifPresent(readings::add);
            HeaderTime.parseMillis(text)
                    .map(time -> new HeaderTime(time.span(), HeaderTime.MILLISECOND))
                    .ifPresent(readings::add);
        });
        readings.removeIf(time -> !time.isOfALimit());
        return readings;
    }

    /** The period that is stated beside the limit: by Azure in a header, in the drafts of the IETF in a policy. */
    private Optional<Duration> period(Names names, String of, String limit) {
        String policy = first(names.of("policy")).orElse("");
        Matcher stated = STATED_SECONDS.matcher(limit + ' ' + policy);
        return first("x-ratelimit-renewalperiod-" + of)
                .map(LimitHeaders::count)
                .or(() -> stated.find() ? Optional.of(Long.parseLong(stated.group(1))) : Optional.empty())
                .filter(seconds -> seconds > 0)
                .map(Duration::ofSeconds);
    }

    private static long count(String text) {
        Matcher count = COUNT.matcher(text);
        return count.matches() ? Long.parseLong(count.group(1)) : -1;
    }
}
