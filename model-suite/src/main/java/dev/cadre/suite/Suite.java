// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.model.ModelClient;
import dev.cadre.openai.OpenAiClient;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Price;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Puts the exercises of this module to a real model and prints how many it passed.
 *
 * <p>{@code -Dcadre.local=URL} names the server. {@code -Dcadre.local.model}, {@code .api} ({@code any}, {@code responses}
 * or {@code chat}), {@code .repeat}, {@code .only}, {@code .parallel} and {@code .record} are optional; the environment
 * variable {@code CADRE_LOCAL_KEY} has the key of a server that wants one.
 */
public final class Suite {
    private static final Price NOTHING = Price.perMillionTokens("0", "0", "0");

    private final ModelClient client;
    private final Settings settings;
    private final PrintStream out;

    Suite(ModelClient client, Settings settings, PrintStream out) {
        this.client = client;
        this.settings = settings;
        this.out = out;
    }

    /** Runs what the system properties say. Blocks for as long as the model takes; spends what the server charges. */
    public static void main(String[] arguments) throws InterruptedException {
        run(Settings.of(System::getProperty, System.getenv("CADRE_LOCAL_KEY")), System.out);
    }

    /** Runs what the settings say and prints as it goes. */
    static List<TrialResult> run(Settings settings, PrintStream out) throws InterruptedException {
        try (OpenAiClient client = client(settings)) {
            return new Suite(client, settings, out).run(Sections.all());
        }
    }

    private static OpenAiClient client(Settings settings) {
        var builder = OpenAiClient.builder(settings.key()).baseUrl(settings.server());
        return switch (settings.api()) {
            case ANY -> builder.build();
            case RESPONSES -> builder.responses().build();
            case CHAT -> builder.chatCompletions().build();
        };
    }

    /** Runs the chosen ones of these sections. What was recorded of a section is on the disk when it has ended. */
    List<TrialResult> run(List<Section> sections) throws InterruptedException {
        var all = new ArrayList<TrialResult>();
        for (Section section : settings.chosen(sections)) {
            List<TrialResult> results = run(section);
            new Recordings(settings.recordings())
                    .put(
                            section.name(),
                            results.stream()
                                    .map(TrialResult::conversation)
                                    .filter(each -> each.verdict().cause().isTelling())
                                    .toList());
            all.addAll(results);
        }
        out.println();
        out.println(new ResultTable(all, settings.repetitions()));
        return all;
    }

    private List<TrialResult> run(Section section) throws InterruptedException {
        var trials = new ArrayList<Callable<TrialResult>>();
        for (int repetition = 1; repetition <= settings.repetitions(); repetition++) {
            for (Exercise exercise : section.exercises()) {
                var trial = new Trial(section.name(), exercise.id(), repetition);
                trials.add(() -> tried(exercise, trial));
            }
        }
        var executor = Executors.newFixedThreadPool(settings.parallel());
        try {
            var results = new ArrayList<TrialResult>();
            for (Future<TrialResult> ended : executor.invokeAll(trials)) {
                results.add(ended.get());
            }
            return results;
        } catch (ExecutionException broken) {
            throw new IllegalStateException(
                    "a trial of section '%s' broke".formatted(section.name()), broken.getCause());
        } finally {
            executor.shutdownNow();
            executor.close();
        }
    }

    private TrialResult tried(Exercise exercise, Trial trial) throws InterruptedException {
        var recorder = new Recorder(client);
        long began = System.nanoTime();
        Verdict verdict = judged(exercise, pools(recorder, settings.model(), RetryPolicy.standard()));
        var result = new TrialResult(
                recorder.conversation(trial, settings.model(), verdict), Duration.ofNanos(System.nanoTime() - began));
        out.println(result);
        return result;
    }

    /** The verdict on the replies of a recorded trial, which nobody is asked for again. */
    static Verdict replayed(Exercise exercise, Player player) throws InterruptedException {
        RetryPolicy atOnce = RetryPolicy.standard().withDelays(Duration.ZERO, Duration.ZERO);
        return player.verdict(judged(exercise, pools(player, player.model(), atOnce)));
    }

    /** A suite that runs for hours does not end because one exercise throws. */
    private static Verdict judged(Exercise exercise, ModelPools pools) throws InterruptedException {
        try {
            return exercise.perform(pools);
        } catch (RuntimeException thrown) {
            return new Verdict(Cause.THREW, thrown.toString());
        }
    }

    private static ModelPools pools(ModelClient client, String model, RetryPolicy retries) {
        return ModelPools.of(ModelPool.builder(client, model)
                .price(NOTHING)
                .maxParallel(2)
                .retryPolicy(retries)
                .prefixPatience(Duration.ZERO)
                .build());
    }
}
