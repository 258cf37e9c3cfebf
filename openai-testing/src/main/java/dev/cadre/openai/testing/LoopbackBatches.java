// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/** The batches of the loopback server. No clock moves them: asking for one does, or the test. Safe for use by many threads. */
final class LoopbackBatches {
    private static final int PAGE = 20;
    private static final Pattern AFTER = Pattern.compile("[?&]after=([^&]*)");
    private static final Pattern LIMIT = Pattern.compile("[?&]limit=(\\d{1,3})");

    final List<LoopbackBatchRule> rules = new CopyOnWriteArrayList<>();
    private final Map<String, LoopbackJob> jobs = new LinkedHashMap<>();
    private final LoopbackFiles files;
    private final LoopbackJob.LineAnswers generate;
    private LoopbackBatchLimits limits = LoopbackBatchLimits.PROVIDER;
    private boolean waits;

    LoopbackBatches(LoopbackFiles files, LoopbackJob.LineAnswers generate) {
        this.files = files;
        this.generate = generate;
    }

    synchronized void limit(LoopbackBatchLimits limits) {
        this.limits = limits;
    }

    /** Batches move only when the test says so. */
    synchronized void waitForTheTest() {
        waits = true;
    }

    synchronized void advance() {
        jobs.values().forEach(this::step);
    }

    synchronized void clear() {
        jobs.clear();
        rules.clear();
        limits = LoopbackBatchLimits.PROVIDER;
        waits = false;
    }

    synchronized List<LoopbackBatch> views() {
        return jobs.values().stream().map(LoopbackJob::view).toList();
    }

    /** The answer to a request whose path begins with {@code /v1/batches}. */
    synchronized LoopbackAnswer answer(LoopbackRequest request) {
        String[] path = request.path().split("[/?]", -1); // "", v1, batches, id, cancel
        boolean isPost = request.method().equals("POST");
        if (path.length == 3 || request.path().contains("?")) {
            return isPost ? create(request.json()) : list(request.path());
        }
        LoopbackJob job = jobs.get(path[3]);
        if (job == null) {
            return LoopbackService.error(404, "", "No batch found with id '%s'.".formatted(path[3]));
        }
        if (isPost) {
            job.cancel();
        } else if (!waits) {
            step(job);
        }
        return LoopbackAnswer.Whole.json(job.json().write());
    }

    private LoopbackAnswer create(Json.Obj request) {
        String fileId = LoopbackRequest.string(request, "input_file_id");
        Optional<Path> file = files.path(fileId, "batch");
        Optional<String> defect = LoopbackJob.defect(request, file.isPresent());
        if (defect.isPresent()) {
            return LoopbackService.error(400, "invalid_value", defect.get());
        }
        var job = new LoopbackJob(
                jobs.size() + 1,
                file.orElseThrow(),
                fileId,
                request.string("endpoint"),
                request.at("metadata").orElse(Json.Null.NULL));
        jobs.put(job.id(), job);
        return LoopbackAnswer.Whole.json(job.json().write());
    }

    private LoopbackAnswer list(String path) {
        List<LoopbackJob> newestFirst = jobs.values().stream().toList().reversed();
        var after = AFTER.matcher(path);
        if (after.find()) {
            newestFirst = newestFirst.stream()
                    .dropWhile(job -> !job.id().equals(after.group(1)))
                    .skip(1)
                    .toList();
        }
        var limit = LIMIT.matcher(path);
        int most = limit.find() ? Math.clamp(Integer.parseInt(limit.group(1)), 1, 100) : PAGE;
        List<Json> page =
                newestFirst.stream().limit(most).<Json>map(LoopbackJob::json).toList();
        Json.Obj list = Json.obj()
                .with("object", "list")
                .with("data", new Json.Arr(page))
                .with("has_more", newestFirst.size() > most);
        return LoopbackAnswer.Whole.json((page.isEmpty()
                        ? list
                        : list.with("first_id", ((Json.Obj) page.getFirst()).string("id"))
                                .with("last_id", ((Json.Obj) page.getLast()).string("id")))
                .write());
    }

    private void step(LoopbackJob job) {
        LoopbackBatch view = job.view();
        LoopbackBatchRule.Fate fate = rules.stream()
                .filter(rule -> rule.matches(view))
                .findFirst()
                .map(LoopbackBatchRule::fate)
                .orElseGet(LoopbackBatchRule.Fate.Completes::new);
        try {
            job.step(fate, limits, files, model -> enqueued(model, job), generate);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long enqueued(String model, LoopbackJob besides) {
        return jobs.values().stream()
                .filter(job -> job != besides && job.model().equals(model))
                .mapToLong(LoopbackJob::enqueuedTokens)
                .sum();
    }
}
