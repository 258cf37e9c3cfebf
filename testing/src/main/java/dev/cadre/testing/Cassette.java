// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.Json;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.PromptCaching;
import dev.cadre.model.Sampling;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.schema.JsonType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Calls of a real model, recorded once and replayed by tests without a key, a network or money.
 *
 * <p>A call is found by its whole request, never by its order, so parallel runs replay. Calls with the same request are
 * answered as they were recorded, one after another. Replies, usage, tool calls and failures come back as they came;
 * pauses that a provider asked for do not. What looks like a key, a token or a password is masked in the file, in
 * requests and replies alike, before anything is compared: add what else is secret with {@link #redacting}.
 *
 * <p>The file is JSON lines, sorted by key. It is written when the cassette is closed, in one step. Safe for use by many
 * threads.
 */
public final class Cassette implements AutoCloseable {
    /** The system property that sets the mode: {@code replay}, which is the default, {@code record} or {@code refresh}. */
    public static final String PROPERTY = "cadre.cassette";

    private static final int KEY_DIGITS = 16;
    private static final String OPTIONS = "options";
    private static final String SAMPLING = "sampling";
    private static final JsonType<ModelRequest> REQUEST = JsonType.of(ModelRequest.class);

    /** What is done with a call. */
    public enum Mode {
        /** It is answered from the cassette, or fails: nothing is ever sent. */
        REPLAY,
        /** It is answered from the cassette, or sent and recorded. Spends money. */
        RECORD,
        /** It is sent and recorded; what was on the cassette is dropped. Spends money. */
        REFRESH;

        private static Mode ofProperty() {
            String word = System.getProperty(PROPERTY, "replay");
            for (Mode mode : values()) {
                if (mode.name().toLowerCase(Locale.ROOT).equals(word)) {
                    return mode;
                }
            }
            throw new IllegalArgumentException(
                    "-D%s must be replay, record or refresh, not '%s'".formatted(PROPERTY, word));
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Path file;
    private final Mode mode;
    private final Tape tape;
    private final Map<String, Integer> played = new HashMap<>();
    private final List<String> misses = new ArrayList<>();
    private Secrets secrets = Secrets.with(List.of());
    private boolean changed;

    private Cassette(Path file, Mode mode, Tape tape) {
        this.file = file;
        this.mode = mode;
        this.tape = tape;
        changed = mode == Mode.REFRESH;
    }

    /**
     * Opens a cassette in the mode that the system property {@value #PROPERTY} sets.
     *
     * @throws CassetteException if it is damaged, or missing and to be replayed
     */
    public static Cassette open(Path file) {
        return open(file, Mode.ofProperty());
    }

    /**
     * Opens a cassette.
     *
     * @throws CassetteException if it is damaged, or missing and to be replayed
     */
    public static Cassette open(Path file, Mode mode) {
        if (mode == Mode.REFRESH || (mode == Mode.RECORD && !Files.exists(file))) {
            return new Cassette(file, mode, Tape.empty());
        }
        if (!Files.exists(file)) {
            throw new CassetteException(
                    "there is no cassette %s; record it with -D%s=record".formatted(file, PROPERTY), null);
        }
        return new Cassette(file, mode, Tape.read(file));
    }

    /**
     * A run that was recorded by a {@link dev.cadre.journal.FileJournal}, to be run again from that record.
     *
     * @throws dev.cadre.journal.JournalException if the file is no journal or is damaged
     */
    public static JournalCassette ofJournal(Path journal) {
        return JournalCassette.open(journal);
    }

    /** Masks these texts, too, wherever they appear; to be said before the first call, when replaying as well. */
    public Cassette redacting(String... literals) {
        secrets = Secrets.with(List.of(literals));
        return this;
    }

    /** What this does with calls. */
    public Mode mode() {
        return mode;
    }

    /** A client that answers from the cassette and, unless replaying, sends the rest through the other one. */
    public ModelClient over(ModelClient real) {
        return new ModelClient() {
            @Override
            public ModelReply call(ModelRequest request, CallContext context) throws InterruptedException {
                return Cassette.this.call(real, request, context);
            }

            @Override
            public String masked(String text) {
                return real.masked(text);
            }
        };
    }

    /**
     * Pools that answer from the cassette. To replay, they are made anew from what the cassette knows of the recorded ones:
     * model and retries, prices from the standard catalogue; and they wait for nothing.
     *
     * @param real makes the pools to record from, as {@code OpenAi::fromEnv} does; not asked if replaying, so no key is
     *     needed. Closing what is returned closes what these own
     * @throws CassetteException if it is to be replayed and no pools were recorded
     */
    public ModelPools pools(Supplier<ModelPools> real) {
        return mode == Mode.REPLAY ? replayed() : recorded(real.get());
    }

    private ModelPools recorded(ModelPools real) {
        lock.lock();
        try {
            for (Tier tier : real.tiers()) {
                var binding = binding(real.pool(tier));
                changed |= !binding.equals(tape.pools().put(tier, binding));
                changed |= recordedBehind(tier, real.behind(tier));
            }
            changed |= tape.named().keySet().retainAll(real.names());
            for (String name : real.names()) {
                var binding = binding(real.pool(name));
                changed |= !binding.equals(tape.named().put(name, binding));
            }
        } finally {
            lock.unlock();
        }
        return real.decorated(this::over);
    }

    private boolean recordedBehind(Tier tier, List<String> names) {
        return names.isEmpty()
                ? tape.behind().remove(tier) != null
                : !names.equals(tape.behind().put(tier, names));
    }

    private ModelPools replayed() {
        if (tape.pools().isEmpty()) {
            throw new CassetteException(
                    "cassette %s was recorded without its pools; replay it with over(...)".formatted(file), null);
        }
        ModelClient client = over((request, context) -> {
            throw new IllegalStateException("a replay sends nothing");
        });
        var pools = ModelPools.builder();
        tape.pools().forEach((tier, binding) -> pools.bind(tier, pool(client, binding)));
        tape.named().forEach((name, binding) -> pools.named(name, pool(client, binding)));
        tape.behind().forEach((tier, names) -> pools.behind(tier, names.toArray(String[]::new)));
        return pools.build();
    }

    private static Tape.Binding binding(ModelPool pool) {
        return new Tape.Binding(pool.model(), pool.retryPolicy().maxAttempts());
    }

    private static ModelPool pool(ModelClient client, Tape.Binding binding) {
        return ModelPool.builder(client, binding.model())
                .retryPolicy(RetryPolicy.standard()
                        .withMaxAttempts(binding.maxAttempts())
                        .withDelays(Duration.ZERO, Duration.ZERO)
                        .withFactor(1))
                .build();
    }

    private ModelReply call(ModelClient real, ModelRequest request, CallContext context) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Json asked = asked(request);
        String key = key(asked);
        Optional<RecordedEnd> known = next(key);
        if (known.isPresent()) {
            return known.get().replay(context);
        }
        if (mode == Mode.REPLAY) {
            throw miss(new ScriptedCall(request, context.purpose()), key, asked);
        }
        var heard = new StringBuilder();
        var listening = context.wantsText() ? listening(context, heard) : context;
        try {
            ModelReply reply = real.call(request, listening);
            keep(key, asked, RecordedEnd.of(reply, heard.toString()));
            return reply;
        } catch (ModelException failure) {
            keep(key, asked, RecordedEnd.of(failure, heard.toString()));
            throw failure;
        }
    }

    private static CallContext listening(CallContext context, StringBuilder heard) {
        return new CallContext(context.purpose(), context.timeout(), piece -> {
            heard.append(piece);
            context.text().accept(piece);
        });
    }

    /**
     * What a call is found by: everything that the model is sent, less secrets. A field added to requests joins by itself;
     * what only sets the price of a call, or where it is served, is left out, because the answer does not depend on it.
     */
    private Json asked(ModelRequest request) {
        var options =
                request.options().withCacheKey("").withSafetyIdentifier("").withPromptCaching(PromptCaching.AUTOMATIC);
        Json asked =
                REQUEST.toJson(request.withServiceTier(ServiceTier.STANDARD).withOptions(options));
        return secrets.clean(options.sampling().equals(Sampling.DEFAULT) ? withoutSampling(asked) : asked);
    }

    /** As in the cassettes that know no sampling yet. */
    private static Json withoutSampling(Json request) {
        var fields = new LinkedHashMap<>(((Json.Obj) request).fields());
        fields.computeIfPresent(OPTIONS, (name, options) -> {
            var others = new LinkedHashMap<>(((Json.Obj) options).fields());
            others.remove(SAMPLING);
            return new Json.Obj(others);
        });
        return new Json.Obj(fields);
    }

    private static String key(Json asked) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(asked.write().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, KEY_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private Optional<RecordedEnd> next(String key) {
        lock.lock();
        try {
            Tape.Recording recording = tape.recordings().get(key);
            int at = played.getOrDefault(key, 0);
            if (recording == null || at == recording.ends().size()) {
                return Optional.empty();
            }
            played.put(key, at + 1);
            return Optional.of(recording.ends().get(at));
        } finally {
            lock.unlock();
        }
    }

    private void keep(String key, Json asked, RecordedEnd end) {
        var cleaned = new RecordedEnd((Json.Obj) secrets.clean(end.json()));
        lock.lock();
        try {
            Tape.Recording known = tape.recordings().getOrDefault(key, new Tape.Recording(asked, List.of()));
            tape.recordings().put(key, known.and(cleaned));
            played.merge(key, 1, Integer::sum); // so that another call with this request is sent, too
            changed = true;
        } finally {
            lock.unlock();
        }
    }

    private UnrecordedCallException miss(ScriptedCall call, String key, Json asked) {
        lock.lock();
        try {
            misses.add(secrets.clean(call.toString()));
            return new UnrecordedCallException(
                    "no recording in %s answers the call\n  %s\n%s\nrecord it with -D%s=record"
                            .formatted(file, secrets.clean(call.toString()), nearest(key, asked), PROPERTY));
        } finally {
            lock.unlock();
        }
    }

    private String nearest(String key, Json asked) {
        Tape.Recording same = tape.recordings().get(key);
        if (same != null) {
            return "it was recorded %d time(s), and each has been played"
                    .formatted(same.ends().size());
        }
        return tape.recordings().entrySet().stream()
                .min(Difference.nearestTo(asked, entry -> entry.getValue().request()))
                .map(entry -> "nearest (- recorded, + called): %s\n%s"
                        .formatted(
                                entry.getKey(),
                                Difference.of(entry.getValue().request(), asked)
                                        .indent(2)
                                        .stripTrailing()))
                .orElse("nothing is recorded");
    }

    /** Fails if a call found no recording, or a recording was not played. Says nothing unless replaying. */
    public void assertFullyPlayed() {
        if (mode != Mode.REPLAY) {
            return;
        }
        lock.lock();
        try {
            if (!misses.isEmpty()) {
                throw new AssertionError("asked for, but not recorded: " + misses);
            }
            List<String> unplayed = tape.recordings().entrySet().stream()
                    .filter(entry -> played.getOrDefault(entry.getKey(), 0)
                            < entry.getValue().ends().size())
                    .map(Map.Entry::getKey)
                    .toList();
            if (!unplayed.isEmpty()) {
                throw new AssertionError("recorded, but not (fully) asked for: " + unplayed);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The calls that found no recording. */
    List<String> misses() {
        lock.lock();
        try {
            return List.copyOf(misses);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes the file if something was recorded, in the place of the older one.
     *
     * @throws CassetteException if it cannot be written
     */
    @Override
    public void close() {
        lock.lock();
        try {
            if (changed) {
                tape.write(file);
                changed = false;
            }
        } finally {
            lock.unlock();
        }
    }
}
