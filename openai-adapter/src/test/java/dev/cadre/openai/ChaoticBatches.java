// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchClient;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.ConnectionFailed;
import dev.cadre.model.ModelException.RateLimited;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A provider of batches that does everything wrong that its kind may, and is truthful only about what it bills. */
final class ChaoticBatches implements BatchClient, ModelClient {
    private static final TokenUsage USED = TokenUsage.of(1_000, 400);
    private static final Money ITEM = Money.usd("0.00035");

    /** The process is gone: nothing that it asks for afterwards happens. */
    static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Job {
        final String id;
        final String file;
        final Map<String, String> metadata;
        final List<String> lines;
        final List<BatchAnswer> answers = new ArrayList<>();
        Batch.State state = Batch.State.OPEN;
        int untilEnd;
        int hiddenLooks;
        long billed;
        boolean tellsUsage;

        Job(String id, String file, Map<String, String> metadata, List<String> lines) {
            this.id = id;
            this.file = file;
            this.metadata = metadata;
            this.lines = lines;
        }
    }

    private final SplittableRandom random;
    private final Map<String, List<String>> files = new HashMap<>();
    private final List<Job> jobs = new ArrayList<>();
    private int uploads;
    private int untilCrash;
    private int crashes;
    private boolean isDead;

    ChaoticBatches(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Later sessions live longer, so that there is an end. */
    synchronized void newSession(int number) {
        isDead = false;
        untilCrash = random.nextInt(3 + 4 * number);
        if (number > 25) {
            untilCrash = Integer.MAX_VALUE;
        }
    }

    synchronized int crashes() {
        return crashes;
    }

    synchronized long answered() {
        return jobs.stream().mapToLong(job -> job.billed).sum();
    }

    synchronized Money billed() {
        return ITEM.times(answered());
    }

    private boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    /** Dies before or after the work, if it is time. */
    private interface Work<T> {
        T run();
    }

    private synchronized <T> T alive(Work<T> work) {
        if (isDead) {
            throw new Crash();
        }
        if (untilCrash-- > 0) {
            return work.run();
        }
        isDead = true;
        crashes++;
        if (oneIn(2)) {
            work.run();
        }
        throw new Crash();
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) {
        throw new AssertionError("a call beside the batches");
    }

    @Override
    public Optional<BatchClient> batches() {
        return Optional.of(this);
    }

    @Override
    public BatchLimits limits() {
        return BatchLimits.of(50_000, 200_000_000);
    }

    @Override
    public String line(String customId, ModelRequest request) {
        return customId;
    }

    private static ConnectionFailed lost() {
        return new ConnectionFailed("Lost.", Charge.UNKNOWN, new IOException("Lost."));
    }

    @Override
    public String upload(Path lines, Duration timeout) {
        return alive(() -> {
            if (oneIn(8)) {
                throw lost();
            }
            try {
                String id = "file-" + uploads++;
                files.put(id, Files.readAllLines(lines));
                return id;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public Batch create(String fileId, Map<String, String> metadata, Duration timeout) {
        return alive(() -> {
            switch (random.nextInt(10)) {
                case 0 -> throw new RateLimited("Full.", null, RateLimits.UNKNOWN);
                case 1 -> throw new ServerFailed("Later.", 503, Charge.FREE, null);
                case 2 -> throw lost(); // and not made
                default -> {}
            }
            var job = new Job("batch-" + jobs.size(), fileId, oneIn(3) ? Map.of() : metadata, files.get(fileId));
            job.untilEnd = random.nextInt(4);
            job.hiddenLooks = random.nextInt(12);
            job.tellsUsage = oneIn(2);
            jobs.add(job);
            if (oneIn(4)) {
                throw lost();
            }
            return seen(job);
        });
    }

    @Override
    public void discard(String fileId, Duration timeout) {
        alive(() -> {
            files.remove(fileId);
            return fileId;
        });
    }

    private Job job(String id) {
        return jobs.get(Integer.parseInt(id.substring("batch-".length())));
    }

    @Override
    public Batch retrieve(String id, Duration timeout) {
        return alive(() -> {
            if (oneIn(8)) {
                throw lost();
            }
            jobs.forEach(this::step); // also those that nobody knows of
            return seen(job(id));
        });
    }

    private void step(Job job) {
        if (job.state == Batch.State.OPEN && job.untilEnd-- <= 0) {
            job.state = switch (random.nextInt(6)) {
                case 0 -> Batch.State.EXPIRED;
                case 1 -> Batch.State.REJECTED;
                default -> Batch.State.COMPLETED;
            };
            if (job.state != Batch.State.REJECTED) {
                job.lines.forEach(line -> work(job, line));
            }
        }
    }

    private void work(Job job, String line) {
        boolean isTried = job.state == Batch.State.COMPLETED || oneIn(2);
        if (!isTried) {
            job.answers.add(new BatchAnswer.Untried(line, "batch_expired"));
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> { // failed, and billed or not
                job.billed += random.nextInt(2);
                job.answers.add(new BatchAnswer.Failed(line, new ServerFailed("Broke.", 500, Charge.UNKNOWN, null)));
            }
            case 1 -> job.billed++; // answered, and in no file
            case 2 -> {} // forgotten
            case 3 -> reply(job, line, null);
            case 4 -> {
                reply(job, line, USED);
                job.answers.add(job.answers.getLast());
            }
            default -> reply(job, line, USED);
        }
    }

    private static void reply(Job job, String line, @Nullable TokenUsage usage) {
        job.billed++;
        job.answers.add(new BatchAnswer.Replied(
                line,
                new ModelReply(
                        "gpt-5.4-nano",
                        "{\"name\":\"bug\"}",
                        List.of(),
                        Finish.COMPLETE,
                        usage,
                        ServiceTier.BATCH,
                        RateLimits.UNKNOWN,
                        "")));
    }

    private static Batch seen(Job job) {
        var bill =
                new Batch.Bill(job.billed, job.tellsUsage ? TokenUsage.of(1_000 * job.billed, 400 * job.billed) : null);
        List<Batch.Defect> defects = job.state == Batch.State.REJECTED
                ? List.of(new Batch.Defect(0, "token_limit_exceeded", "Full.", true))
                : List.of();
        return new Batch(job.id, job.state, job.file, List.of("answers"), job.metadata, bill, defects);
    }

    @Override
    public Batch cancel(String id, Duration timeout) {
        return alive(() -> seen(job(id)));
    }

    @Override
    public void list(Predicate<Batch> wantsMore, Duration timeout) {
        alive(() -> {
            for (Job job : jobs.reversed()) {
                if (job.hiddenLooks-- <= 0 && !wantsMore.test(seen(job))) {
                    return false;
                }
            }
            return true;
        });
    }

    @Override
    public boolean read(Batch batch, Predicate<BatchAnswer> wantsMore, Duration timeout) {
        return alive(() -> !oneIn(8) && job(batch.id()).answers.stream().allMatch(wantsMore));
    }
}
