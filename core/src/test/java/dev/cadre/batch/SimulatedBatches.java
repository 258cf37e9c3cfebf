// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.RateLimits;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A provider of batches in virtual time: it takes hours, expires, forgets parts, limits the rate, loses replies, shows
 * batches late, and bills what it did. It outlives the sessions of its client.
 */
final class SimulatedBatches {
    static final long PRICE_PICO = 10;
    private static final Duration LONGEST_HIDDEN = Duration.ofSeconds(60);
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(10);

    /** One batch, and what it will have done at its end. */
    private static final class Made {
        final String id;
        final String file;
        final String token;
        final List<String> ids;
        final long shownAt;
        final long endsAt;
        final Batch.State end;
        final List<BatchAnswer> answers;
        final long billedTokens;
        final boolean statesUsage;
        long cancelledAt = Long.MAX_VALUE;

        Made(
                String id,
                String file,
                String token,
                List<String> ids,
                long shownAt,
                long endsAt,
                Batch.State end,
                List<BatchAnswer> answers,
                long billedTokens,
                boolean statesUsage) {
            this.id = id;
            this.file = file;
            this.token = token;
            this.ids = ids;
            this.shownAt = shownAt;
            this.endsAt = endsAt;
            this.end = end;
            this.answers = answers;
            this.billedTokens = billedTokens;
            this.statesUsage = statesUsage;
        }

        boolean hasEnded(long now) {
            return now >= endsAt || now >= cancelledAt;
        }
    }

    /** A request to create a batch that is still on its way. */
    private record Late(String file, String token, long at) {}

    private final SplittableRandom dice;
    private final double troubles;
    private final Map<String, List<String>> files = new LinkedHashMap<>();
    private final Map<String, Made> batches = new LinkedHashMap<>();
    private final List<Late> late = new ArrayList<>();
    private final Set<String> phenomena;
    private int uploads;

    SimulatedBatches(SplittableRandom dice, double troubles, Set<String> phenomena) {
        this.dice = dice;
        this.troubles = troubles;
        this.phenomena = phenomena;
    }

    private boolean chance(double probability) {
        return dice.nextDouble() < probability * troubles;
    }

    private boolean meets(String phenomenon, double probability) {
        boolean met = chance(probability);
        if (met) {
            phenomena.add(phenomenon);
        }
        return met;
    }

    private static ModelException lost(Charge charge) {
        return new ModelException.TimedOut("the reply was lost", charge);
    }

    private void mayFail() {
        if (meets("rate limit", 0.05)) {
            throw new ModelException.RateLimited(
                    "slow down", Duration.ofSeconds(dice.nextInt(200)), RateLimits.UNKNOWN);
        }
        if (meets("unreachable", 0.05)) {
            throw lost(Charge.UNKNOWN);
        }
    }

    String upload(List<String> customIds, long now) {
        arrive(now);
        mayFail();
        String id = "file-" + uploads++;
        files.put(id, List.copyOf(customIds));
        return id;
    }

    Batch create(String file, String token, long now) {
        arrive(now);
        if (meets("turned away", 0.1)) {
            throw new ModelException.RateLimited("too many", null, RateLimits.UNKNOWN);
        }
        if (meets("create lost on its way", 0.1)) {
            throw lost(Charge.UNKNOWN);
        }
        if (meets("create that comes late", 0.1)) {
            late.add(new Late(file, token, now + dice.nextLong(LONGEST_DELAY.toNanos())));
            throw lost(Charge.UNKNOWN);
        }
        long hidden = meets("hidden batch", 0.3) ? dice.nextLong(LONGEST_HIDDEN.toNanos()) : 0;
        Made made = make(file, token, now, hidden);
        if (meets("reply to create lost", 0.15)) {
            throw lost(Charge.UNKNOWN);
        }
        return shown(made, now);
    }

    /** What is on its way comes. */
    void arrive(long now) {
        for (Late each : List.copyOf(late)) {
            if (each.at() <= now) {
                late.remove(each);
                if (files.containsKey(each.file())) {
                    make(
                            each.file(),
                            each.token(),
                            each.at(),
                            0); // else it could be made and hidden when it is given up
                }
            }
        }
    }

    private Made make(String file, String token, long now, long hidden) {
        List<String> ids = files.get(file);
        assertThat(ids).as("a batch is made of a file that is there").isNotNull();
        for (Made other : batches.values()) {
            if (!other.hasEnded(now)) {
                assertThat(other.ids)
                        .as("no item is sent twice at the same time")
                        .doesNotContainAnyElementsOf(ids);
            }
        }
        boolean crowded = meets("too much enqueued", 0.05);
        boolean expired = !crowded && meets("expiry", 0.2);
        var answers = new ArrayList<BatchAnswer>();
        long billed = 0;
        for (String id : ids) {
            if (crowded) {
                continue;
            }
            long tokens = 1 + dice.nextInt(100);
            var reply = new BatchAnswer.Replied(id, ModelReply.of("nano", "{}", TokenUsage.of(tokens, 0)));
            if (expired && dice.nextBoolean()) {
                answers.add(new BatchAnswer.Untried(id, "expired"));
            } else if (meets("server error of unknown bill", 0.05)) {
                billed += dice.nextBoolean() ? tokens : 0;
                answers.add(new BatchAnswer.Failed(
                        id, new ModelException.ServerFailed("broken", 500, Charge.UNKNOWN, null)));
            } else if (meets("line that is missing", 0.05)) {
                billed += dice.nextBoolean() ? tokens : 0;
            } else if (meets("request that is refused", 0.05)) {
                answers.add(new BatchAnswer.Failed(id, new ModelException.InvalidRequest("no", 400)));
            } else {
                billed += tokens;
                answers.add(reply);
                if (meets("line that comes twice", 0.05)) {
                    answers.add(reply);
                }
            }
        }
        var made = new Made(
                "batch-" + batches.size(),
                file,
                token,
                ids,
                now + hidden,
                now + Duration.ofMinutes(1 + dice.nextInt(6 * 60)).toNanos(),
                crowded ? Batch.State.REJECTED : expired ? Batch.State.EXPIRED : Batch.State.COMPLETED,
                answers,
                billed,
                dice.nextBoolean());
        batches.put(made.id, made);
        return made;
    }

    private Batch shown(Made made, long now) {
        Batch.State state =
                now >= made.cancelledAt ? Batch.State.CANCELLED : now >= made.endsAt ? made.end : Batch.State.OPEN;
        boolean ended = state.isTerminal();
        var bill = new Batch.Bill(
                Batch.Bill.UNKNOWN, ended && made.statesUsage ? TokenUsage.of(made.billedTokens, 0) : null);
        List<Batch.Defect> defects = state == Batch.State.REJECTED
                ? List.of(new Batch.Defect(0, "token_limit_exceeded", "too much", true))
                : List.of();
        return new Batch(made.id, state, made.file, List.of(), Map.of("token", made.token), bill, defects);
    }

    Batch retrieve(String id, long now) {
        arrive(now);
        mayFail();
        Made made = batches.get(id);
        if (now < made.shownAt) {
            throw new ModelException.InvalidRequest("no such batch", 404);
        }
        return shown(made, now);
    }

    List<Batch> list(long now) {
        arrive(now);
        mayFail();
        var all = new ArrayList<Batch>();
        for (Made made : batches.values()) {
            if (now >= made.shownAt) {
                all.addFirst(shown(made, now));
            }
        }
        return all;
    }

    void discard(String file, long now) {
        arrive(now);
        mayFail();
        files.remove(file);
    }

    /** What was answered by then is kept. */
    void cancel(String id, long now) {
        arrive(now);
        Made made = batches.get(id);
        if (!made.hasEnded(now) && meets("cancelled in time", 1)) {
            made.cancelledAt = now;
        }
    }

    /** The answers; null at the place where the reading breaks off. */
    List<@Nullable BatchAnswer> read(String id) {
        Made made = batches.get(id);
        var answers = new ArrayList<@Nullable BatchAnswer>(made.answers);
        if (meets("reading that breaks off", 0.1)) {
            int place = dice.nextInt(answers.size() + 1);
            answers.subList(place, answers.size()).clear();
            answers.add(null);
        }
        return answers;
    }

    /** All that was done by then; at its end a cancelled batch has done all in this world, which is the worst case. */
    Money billed() {
        long tokens =
                batches.values().stream().mapToLong(made -> made.billedTokens).sum();
        return Money.ofPico(tokens * PRICE_PICO);
    }
}
